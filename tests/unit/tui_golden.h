// SPDX-License-Identifier: Apache-2.0
// Screens as readable files: every row of text in bars, and below it the rows of roles, a letter a column.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "tui/grid.h"
#include "tui/view_screen.h"

namespace tmpfstrace::tui_test {

inline char role_letter(Role role) { return ".HTGWCDS"[static_cast<std::size_t>(role)]; }

inline std::string render(const Grid& grid) {
  std::string out =
      "# SPDX-License-Identifier: Apache-2.0\n# . Normal  H Header  T Title  G Good  W Warning  C Critical"
      "  D Dim  S Selected\ntext\n";
  for (int row = 0; row < grid.rows(); ++row) out += "|" + grid.row_text(row) + "|\n";
  out += "roles\n";
  for (int row = 0; row < grid.rows(); ++row) {
    out += '|';
    for (int column = 0; column < grid.columns(); ++column) out += role_letter(grid.at(row, column).role);
    out += "|\n";
  }
  return out;
}

// From the top of the tree, or from wherever the environment says that it is.
inline std::string golden_path(const std::string& name) {
  const char* root = std::getenv("TMPFSTRACE_SOURCE");
  return std::string(root == nullptr ? "." : root) + "/tests/golden/tui/" + name + ".screen";
}

inline std::string read_golden(const std::string& name) {
  std::ifstream file(golden_path(name));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline Frame frame_of(const Snapshot& snapshot, const EventLog& log = EventLog()) {
  Frame frame;
  frame.snapshot = std::make_shared<const Snapshot>(snapshot);
  frame.events = log;
  frame.playback = snapshot.playback;
  frame.notices.observe(nullptr, snapshot);
  return frame;
}

// What App does between a frame and the terminal.
inline Grid screen_of(const Frame& frame, ViewState state, GridSize size, Charset charset = Charset::Utf8) {
  const Table table = build_table(frame, state);
  follow_selection(state.table(), row_keys(table), body_rows(frame, state, size, charset));
  return draw_screen(frame, table, build_page(frame, table, state, size, charset), state, size, charset);
}

inline Grid screen_of(const Snapshot& snapshot, const EventLog& log, const ViewState& state, GridSize size,
                      Charset charset = Charset::Utf8) {
  return screen_of(frame_of(snapshot, log), state, size, charset);
}

}  // namespace tmpfstrace::tui_test
