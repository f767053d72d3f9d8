// SPDX-License-Identifier: Apache-2.0
// Which files lie on the superblocks, by name pattern, and who makes them: the surveys joined with what was told.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/pattern_activity.h"
#include "model/quantity_text.h"
#include "tui/pattern_rows.h"
#include "tui/view_cells.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

using Row = PatternRow;

TableCell age_cell(const Row& row) {
  if (row.files == nullptr || !row.files->oldest_ns) return absent_cell();
  const std::uint64_t age = row.now_ns - std::min(row.now_ns, *row.files->oldest_ns);
  return {.text = duration_in_words(age), .value = age};
}

// Of the last minutes, and of all files where a part was told: "~".
TableCell per_minute_cell(const Row& row) {
  if (row.activity == nullptr) return absent_cell();
  const std::uint64_t recent_ns = row.view->info.activity->recent_ns;
  const auto share = told_share(*row.view);
  if (recent_ns == 0 || !share || *share == 0) return absent_cell();
  const double minutes = static_cast<double>(recent_ns) / 60e9;
  const double rate = static_cast<double>(row.activity->created_recently) / *share / minutes;
  return {.text = (*share < 1 ? "~" : "") + format_rate(rate), .value = rate};
}

TableCell told_cell(const Row& row, std::uint64_t PatternActivity::*count) {
  if (row.activity == nullptr) return absent_cell();
  return at_least_cell(row.activity->*count, told_share(*row.view).value_or(0) < 1);
}

TableCell creator_cell(const Row& row) {
  const std::string creator = row.activity == nullptr ? std::string() : main_creator(*row.activity);
  return creator.empty() ? absent_cell() : text_cell(creator);
}

constexpr std::array columns = {
    ColumnOf<Row>{
        name_column("owner", "WHOSE", "the superblock's owner, else where it is mounted", 12, 70, 0, SortKey::Name),
        [](const Row& row) {
          const Superblock& info = row.view->info;
          return text_cell(info.owner ? owner_text(*info.owner) : superblock_name(info));
        }},
    ColumnOf<Row>{name_column("pattern", "FILES LIKE", "directory and pattern of the names", 14, 120),
                  [](const Row& row) { return text_cell(row.path()); }},
    ColumnOf<Row>{{.id = "files", .title = "FILES", .meaning = "that lie there", .width = 8},
                  [](const Row& row) {
                    return row.files == nullptr ? absent_cell() : at_least_cell(row.files->files, row.is_part());
                  }},
    ColumnOf<Row>{
        {.id = "bytes", .title = "BYTES", .meaning = "allocated", .width = 9, .sort_key = SortKey::Used},
        [](const Row& row) {
          return row.files == nullptr ? absent_cell() : bytes_cell(std::optional(row.files->allocated_bytes));
        },
        [](const Row& row) { return row.files == nullptr ? SortValue() : SortValue(row.files->allocated_bytes); }},
    ColumnOf<Row>{{.id = "empty", .title = "EMPTY", .meaning = "of no byte", .width = 8, .priority = 5},
                  [](const Row& row) {
                    return row.files == nullptr ? absent_cell() : at_least_cell(row.files->empty_files, row.is_part());
                  }},
    ColumnOf<Row>{{.id = "oldest", .title = "OLDEST", .meaning = "age of the oldest", .width = 11, .priority = 3},
                  age_cell},
    ColumnOf<Row>{{.id = "made", .title = "MADE", .meaning = "told since the start", .width = 8, .priority = 4},
                  [](const Row& row) { return told_cell(row, &PatternActivity::created); }},
    ColumnOf<Row>{{.id = "removed", .title = "REMOVED", .meaning = "told since the start", .width = 8, .priority = 2},
                  [](const Row& row) { return told_cell(row, &PatternActivity::removed); }},
    ColumnOf<Row>{{.id = "made_rate",
                   .title = "MADE/min",
                   .meaning = "in the last minutes; ~: a part was told",
                   .width = 9,
                   .priority = 1,
                   .sort_key = SortKey::Rate},
                  per_minute_cell},
    ColumnOf<Row>{{.id = "creator",
                   .title = "BY",
                   .meaning = "who makes most of them",
                   .width = 10,
                   .max_width = 40,
                   .priority = 1,
                   .align = Align::Left,
                   .descending = false},
                  creator_cell},
};

}  // namespace

Table file_table(const Frame& frame) {
  Table table;
  auto rows = std::make_shared<const std::vector<Row>>(pattern_rows(*frame.snapshot));
  for (std::size_t i = 0; i < rows->size(); ++i) {
    TableRow row{.key = (*rows)[i].key, .index = i};
    mark_row(row, (*rows)[i].view->tally.rates.refused, (*rows)[i].view->info.dead, false);
    table.rows.push_back(row);
  }
  set_columns<Row>(table, columns, std::move(rows));
  table.default_sort = 3;
  table.empty_text = "no superblock has been looked at yet: one is with each sample";
  return table;
}

}  // namespace tmpfstrace
