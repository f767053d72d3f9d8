// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tui/view_cells.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

using Row = Notice;

constexpr std::array columns = {
    ColumnOf<Row>{
        {.id = "time", .title = "TIME", .meaning = "UTC", .width = 8, .align = Align::Left},
        [](const Row& notice) { return TableCell{.text = format_clock(notice.realtime_ns), .value = notice.number}; }},
    ColumnOf<Row>{word_column("kind", "WHAT", "found, over, limit, loss, mode, mount, screen", 7),
                  [](const Row& notice) { return text_cell(notice.kind); }},
    ColumnOf<Row>{word_column("severity", "SEVERITY", "critical, warning, info", 9, 1),
                  [](const Row& notice) { return text_cell(severity_name(notice.severity)); }},
    ColumnOf<Row>{{.id = "text",
                   .title = "TEXT",
                   .meaning = "Enter shows all of it",
                   .width = 30,
                   .max_width = 2000,
                   .align = Align::Left,
                   .descending = false,
                   .sort_key = SortKey::Name},
                  [](const Row& notice) { return text_cell(notice.text); }},
};

Role role_of(Severity severity) {
  return severity == Severity::critical ? Role::Critical : severity == Severity::warning ? Role::Warning : Role::Normal;
}

}  // namespace

Table notice_table(const Frame& frame) {
  Table table;
  for (const auto& column : columns) table.columns.push_back(column.column);
  table.default_sort = 0;
  table.empty_text = "nothing yet";
  const auto& notices = frame.notices.notices();
  for (std::size_t i = 0; i < notices.size(); ++i)
    table.rows.push_back({.key = {notices[i].number, 0}, .index = i, .role = role_of(notices[i].severity)});
  table.cell = [&notices](std::size_t index, std::size_t column) { return columns[column].cell(notices[index]); };
  return table;
}

}  // namespace tmpfstrace
