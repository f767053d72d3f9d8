// SPDX-License-Identifier: Apache-2.0
#include "tui/view_help.h"

#include <algorithm>

#include <fmt/format.h>

#include "tui/keys.h"
#include "tui/view_head.h"
#include "tui/view_self.h"

namespace tmpfstrace {
namespace {

class Page {
 public:
  Page(int columns, Charset charset) : columns_(std::max(columns, 1)), charset_(charset) {}

  void title(const std::string& text) {
    if (!lines_.empty()) lines_.push_back({});
    lines_.push_back({text, Role::Title});
  }

  // Broken between words where it is too long; further lines are indented like the text.
  void text(const std::string& lead, const std::string& text, Role role = Role::Normal) {
    std::string line = lead;
    const std::string indent(static_cast<std::size_t>(text_width(lead, charset_)), ' ');
    bool empty = true;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t space = std::min(text.find(' ', at), text.size());
      const std::string word = text.substr(at, space - at);
      at = space + 1;
      if (!empty && text_width(std::string(line).append(" ").append(word), charset_) > columns_) {
        lines_.push_back({line, role});
        line = indent;
        empty = true;
      }
      line += (empty ? "" : " ") + word;
      empty = false;
    }
    lines_.push_back({line, role});
  }

  std::vector<HelpLine> take() { return std::move(lines_); }

 private:
  int columns_;
  Charset charset_;
  std::vector<HelpLine> lines_;
};

}  // namespace

std::vector<HelpLine> help_lines(const Snapshot& snapshot, int columns, Charset charset) {
  Page page(columns, charset);
  page.title("Keys");
  for (const KeyBinding& binding : key_bindings) {
    page.text(fmt::format("  {:<10} ", binding.shown), std::string(binding.meaning));
  }
  page.title("Signs");
  page.text("  >  ", "the selected row; it follows its object, not its place");
  page.text("  !  ", "refused in the last interval");
  page.text("  x  ", "gone: unmounted or removed");
  page.text("  -  ", "not known, which is not 0");
  if (snapshot.playback && !snapshot.playback->damage.empty()) {
    page.title("Recording");
    page.text("  ", "damaged at " + snapshot.playback->damage, Role::Warning);
  }
  page.title("Mode " + mode_name(snapshot.mode));
  page.text("  ", "kernel " + snapshot.kernel);
  page.text("  ", snapshot.mode.reason);
  for (const std::string& blind : snapshot.mode.blind) page.text("  not seen: ", blind, Role::Warning);
  const std::string lost = losses_text(snapshot, LossKind::Count);
  page.title("Losses");
  page.text("  ", lost.empty() ? "none" : lost, lost.empty() ? Role::Good : Role::Warning);
  const std::string not_reached = losses_text(snapshot, LossKind::NotReached);
  if (!not_reached.empty()) page.text("  not reached: ", not_reached, Role::Warning);
  const std::string harmless = losses_text(snapshot, LossKind::Harmless);
  if (!harmless.empty()) page.text("  no count is touched: ", harmless);
  if (snapshot.self) {
    page.title("What watching costs");
    for (const std::string& line : self_lines(*snapshot.self)) page.text("  ", line);
  }
  return page.take();
}

void draw_help(Grid& grid, int top, int rows, const std::vector<HelpLine>& lines, std::size_t first) {
  for (int row = 0; row < rows; ++row) {
    const std::size_t index = first + static_cast<std::size_t>(row);
    if (index >= lines.size()) break;
    grid.put(top + row, 0, truncate_text(lines[index].text, grid.columns(), grid.charset()), lines[index].role);
  }
}

}  // namespace tmpfstrace
