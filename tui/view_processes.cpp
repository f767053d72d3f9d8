// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tui/process_rows.h"
#include "tui/view_cells.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

using Row = ProcessRow;

TableCell or_absent_cell(const std::string& text) { return text.empty() ? absent_cell() : text_cell(text); }

TableCell state_cell(const Row& row) {
  if (!row.lives) return absent_cell();
  return text_cell(*row.lives ? "runs" : "ended", *row.lives ? Role::Normal : Role::Dim);
}

TableCell last_cell(const Row& row) {
  if (row.refused_ns == 0) return absent_cell();
  return {.text = format_clock(row.refused_ns), .value = row.refused_ns};
}

constexpr std::array columns = {
    ColumnOf<Row>{name_column("comm", "COMM", "name of the thread", 12, 16, 0, SortKey::Name),
                  [](const Row& row) { return or_absent_cell(row.comm); }},
    ColumnOf<Row>{name_column("executable", "EXE", "its executable", 10, 24, 4),
                  [](const Row& row) { return or_absent_cell(row.executable); }},
    ColumnOf<Row>{{.id = "pid", .title = "PID", .meaning = "of the last one", .width = 8, .priority = 2},
                  [](const Row& row) {
                    const bool known = row.tgid != 0;
                    return TableCell{.text = known ? std::to_string(row.tgid) : absent_text,
                                     .value = known ? SortValue(std::uint64_t{row.tgid}) : SortValue()};
                  }},
    ColumnOf<Row>{word_column("state", "STATE", "does one of them still run?", 6, 3), state_cell},
    ColumnOf<Row>{name_column("cgroup", "CGROUP", "that they are in", 13, 80),
                  [](const Row& row) { return or_absent_cell(row.cgroup_name); }},
    ColumnOf<Row>{{.id = "made",
                   .title = "MADE",
                   .meaning = "files told to be made, on all superblocks",
                   .width = 8,
                   .priority = 1,
                   .sort_key = SortKey::Rate},
                  [](const Row& row) { return count_cell(row.created); }},
    ColumnOf<Row>{{.id = "refused",
                   .title = "REFUSED",
                   .meaning = "refusals kept in detail; the ledger counts all, by cgroup",
                   .width = 8,
                   .sort_key = SortKey::Refused},
                  [](const Row& row) { return count_cell(row.refused); }},
    ColumnOf<Row>{word_column("cause", "CAUSE", "of the last refusal", 6),
                  [](const Row& row) { return or_absent_cell(row.cause); }},
    ColumnOf<Row>{{.id = "last_refused", .title = "LAST", .meaning = "when, UTC", .width = 8, .priority = 5},
                  last_cell},
    ColumnOf<Row>{name_column("pattern", "MOSTLY", "most of the files that they made", 12, 120, 2),
                  [](const Row& row) { return or_absent_cell(row.pattern); }},
};

constexpr std::size_t refused_column = 6;
static_assert(columns[refused_column].column.id == "refused");

std::string why_none(const Mode& mode) {
  if (mode.name == "poll") return "mode poll does not see who makes files or is refused";
  if (mode.name == "syscall") return "no refusal yet; mode syscall does not see who makes files";
  return "nobody has made a file or was refused yet";
}

}  // namespace

Table process_table(const Frame& frame) {
  Table table;
  const Snapshot& snapshot = *frame.snapshot;
  auto rows = std::make_shared<const std::vector<Row>>(process_rows(frame));
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const Row& process = (*rows)[i];
    TableRow row{.key = process.key, .index = i};
    const bool recent = snapshot.interval_ns && process.refused_ns + *snapshot.interval_ns > snapshot.realtime_ns;
    mark_row(row, recent ? 1.0 : 0.0, false, false);
    table.rows.push_back(row);
  }
  set_columns<Row>(table, columns, std::move(rows));
  table.default_sort = refused_column;
  table.empty_text = why_none(snapshot.mode);
  return table;
}

}  // namespace tmpfstrace
