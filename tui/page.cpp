// SPDX-License-Identifier: Apache-2.0
#include "tui/page.h"

#include <algorithm>

namespace tmpfstrace {

void PageText::title(const std::string& text) {
  if (!lines_.empty()) lines_.push_back({});
  lines_.push_back({{text, Role::Title}});
}

void PageText::text(const std::string& lead, const std::string& text, Role role) {
  std::string line = lead;
  const std::string indent(static_cast<std::size_t>(text_width(lead, charset_)), ' ');
  bool empty = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t space = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, space - at);
    at = space + 1;
    if (!empty && text_width(std::string(line).append(" ").append(word), charset_) > columns_) {
      lines_.push_back({{line, role}});
      line = indent;
      empty = true;
    }
    line += (empty ? "" : " ") + word;
    empty = false;
  }
  lines_.push_back({{line, role}});
}

void draw_page(Grid& grid, int top, int rows, const std::vector<PageLine>& lines, std::size_t first) {
  for (int row = 0; row < rows; ++row) {
    const std::size_t index = first + static_cast<std::size_t>(row);
    if (index >= lines.size()) break;
    int at = 0;
    for (const PagePart& part : lines[index])
      at = grid.put(top + row, at, truncate_text(part.text, std::max(grid.columns() - at, 0), grid.charset()),
                    part.role);
  }
}

}  // namespace tmpfstrace
