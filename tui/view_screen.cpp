// SPDX-License-Identifier: Apache-2.0
#include "tui/view_screen.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "tui/view_head.h"
#include "tui/view_help.h"
#include "tui/view_rows.h"
#include "tui/view_verdicts.h"

namespace tmpfstrace {
namespace {

constexpr int footer_rows = 1;
constexpr int header_rows = 1;  // the table's

// The verdicts belong to the head.
int top_of_body(const Snapshot* snapshot, GridSize size, Charset charset) {
  return head_rows + (snapshot == nullptr ? 0 : static_cast<int>(verdict_lines(*snapshot, size, charset).size()));
}

int rows_between(int top, GridSize size) { return std::max(0, size.rows - top - footer_rows); }

std::string tabs_text(const ViewState& state) {
  constexpr std::array<const char*, view_count> names = {"1 Superblocks", "2 Cgroups", "3 Events", "4 Files"};
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool active = !state.help && static_cast<std::size_t>(state.view) == i;
    text += fmt::format("{}{}{}", active ? "[" : " ", names[i], active ? "]" : " ");
  }
  return text;
}

std::string position_text(std::size_t first, std::size_t page, std::size_t count) {
  if (count == 0) return "0/0";
  return fmt::format("{}-{}/{}", first + 1, std::min(first + page, count), count);
}

void draw_footer(Grid& grid, const ViewState& state, const std::string& position) {
  const int row = grid.rows() - 1;
  const int end = grid.put(row, 0, tabs_text(state));
  for (const std::string& right : {position + "  ? Help  q Quit", position + " ? q", position}) {
    const int width = text_width(right, grid.charset());
    if (end + 1 + width > grid.columns()) continue;
    grid.put(row, grid.columns() - width, right);
    break;
  }
  grid.paint_row(row, Role::Title);
}

}  // namespace

Table build_table(const Snapshot& snapshot, const EventLog& log, const ViewState& state) {
  Table table;
  switch (state.view) {
    case View::Superblocks: table = superblock_table(snapshot); break;
    case View::Cgroups: table = cgroup_table(snapshot); break;
    case View::Events: table = event_table(log, snapshot); break;
    case View::Files: table = file_table(snapshot); break;
  }
  sort_table(table, state.table());
  return table;
}

std::size_t body_rows(const Snapshot* snapshot, const ViewState& state, GridSize size, Charset charset) {
  const int rows = rows_between(top_of_body(snapshot, size, charset), size);
  return static_cast<std::size_t>(std::max(0, rows - (state.help ? 0 : header_rows)));
}

std::size_t help_line_count(const Snapshot& snapshot, int columns, Charset charset) {
  return help_lines(snapshot, columns, charset).size();
}

Grid draw_screen(const Snapshot* snapshot, const Table& table, const ViewState& state, GridSize size, Charset charset) {
  Grid grid(size, charset);
  if (grid.rows() == 0 || grid.columns() == 0) return grid;
  if (snapshot == nullptr) {
    grid.put(0, 0, "tmpfstrace", Role::Title);
    grid.put(1, 0, "waiting for the first sample", Role::Dim);
    return grid;
  }
  draw_head(grid, *snapshot, state);
  int top = head_rows;
  for (const VerdictLine& line : verdict_lines(*snapshot, size, charset)) grid.put(top++, 0, line.text, line.role);
  const std::size_t page = body_rows(snapshot, state, size, charset);
  std::string position;
  if (state.help) {
    const std::vector<HelpLine> lines = help_lines(*snapshot, size.columns, charset);
    const std::size_t first = std::min(state.help_line, lines.size() - std::min(lines.size(), page));
    draw_help(grid, top, rows_between(top, size), lines, first);
    position = position_text(first, page, lines.size());
  } else {
    draw_table(grid, top, rows_between(top, size), table, state.table());
    position = position_text(state.table().first_row, page, table.rows.size());
  }
  draw_footer(grid, state, position);
  return grid;
}

}  // namespace tmpfstrace
