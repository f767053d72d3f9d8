// SPDX-License-Identifier: Apache-2.0
#include "tui/view_columns.h"

#include <string>

#include <fmt/format.h>

namespace tmpfstrace {

std::vector<PageLine> column_lines(const Table& table, const ViewState& state) {
  std::vector<PageLine> lines;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    const bool selected = i == state.chooser_line;
    const char* sign = is_shown(column, state.table()) ? "[x]" : "[ ]";
    lines.push_back({{fmt::format("{} {} {:<10} {}", selected ? ">" : " ", sign, column.title, column.meaning),
                      selected ? Role::Selected : Role::Normal}});
  }
  return lines;
}

}  // namespace tmpfstrace
