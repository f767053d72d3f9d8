// SPDX-License-Identifier: Apache-2.0
#include "tui/selection.h"

#include <algorithm>

namespace tmpfstrace {
namespace {

// A superblock that was selected before its generation was known (0) is found by its device: of those that bore the
// number in turn the last one, which is the mounted one.
std::optional<std::size_t> row_of(const RowKey& selected, std::span<const RowKey> rows) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == selected) return i;
    const bool same = selected.minor == 0 && rows[i].major == selected.major;
    if (same && (!best || rows[*best].minor < rows[i].minor)) best = i;
  }
  return best;
}

}  // namespace

std::size_t moved(Command command, std::size_t at, std::size_t page, std::size_t count) {
  const std::size_t last = count == 0 ? 0 : count - 1;
  switch (command) {
    case Command::MoveUp: return at - std::min<std::size_t>(at, 1);
    case Command::MoveDown: return std::min(at + 1, last);
    case Command::MovePageUp: return at - std::min(at, page);
    case Command::MovePageDown: return std::min(at + page, last);
    case Command::MoveFirst: return 0;
    case Command::MoveLast: return last;
    default: return std::min(at, last);
  }
}

void select_row(TableState& table, std::size_t row, const TableShape& shape) {
  if (row >= shape.rows.size()) return;
  table.selected_row = row;
  table.selected = shape.rows[row];
  follow_selection(table, shape.rows, shape.page_rows);
}

void move_selection(TableState& table, Command command, const TableShape& shape) {
  follow_selection(table, shape.rows, shape.page_rows);
  if (shape.rows.empty()) return;
  const std::size_t page = std::max<std::size_t>(shape.page_rows, 1);
  select_row(table, moved(command, table.selected_row, page, shape.rows.size()), shape);
  // Home lets go of the object: a list whose newest row is on top goes on showing its newest row.
  if (command == Command::MoveFirst) table.selected.reset();
}

void select_match(TableState& table, bool forward, const TableShape& shape) {
  const std::size_t count = shape.rows.size();
  if (count == 0 || table.search.empty() || !shape.has_text) return;
  follow_selection(table, shape.rows, shape.page_rows);
  for (std::size_t step = 1; step <= count; ++step) {
    const std::size_t row = (table.selected_row + (forward ? step : count - step)) % count;
    if (!shape.has_text(row, table.search)) continue;
    return select_row(table, row, shape);
  }
}

void follow_selection(TableState& table, std::span<const RowKey> rows, std::size_t page_rows) {
  const std::size_t page = std::max<std::size_t>(page_rows, 1);
  if (rows.empty()) {
    table.selected_row = 0;
    table.first_row = 0;
    return;
  }
  if (!table.selected) {
    table.selected_row = 0;
  } else {
    table.selected_row = row_of(*table.selected, rows).value_or(std::min(table.selected_row, rows.size() - 1));
    table.selected = rows[table.selected_row];
  }
  const std::size_t last_first = rows.size() - std::min(rows.size(), page);
  const std::size_t lowest = table.selected_row >= page ? table.selected_row - page + 1 : 0;
  table.first_row = std::clamp(table.first_row, lowest, table.selected_row);
  table.first_row = std::min(table.first_row, last_first);
}

}  // namespace tmpfstrace
