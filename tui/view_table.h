// SPDX-License-Identifier: Apache-2.0
// A table of any view: columns that give way on a narrow screen, sortable rows, a cursor. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tui/grid.h"
#include "tui/text.h"
#include "tui/view_state.h"

namespace tmpfstrace {

// What a cell is sorted by: not by its text. All cells of a column hold the same kind, or nothing when absent.
using SortValue = std::variant<std::monostate, std::uint64_t, std::int64_t, double, std::string>;

template <typename T>
SortValue sort_value(const std::optional<T>& value) {
  return value ? SortValue(*value) : SortValue();
}

struct Column {
  std::string_view title;
  int width = 0;      // the least
  int max_width = 0;  // takes what room is left, up to this and to what its cells need
  int priority = 0;   // the highest is left out first where there is no room; 0 stays
  Align align = Align::Right;
  bool descending = true;  // the order that is of use first
  Cut cut = Cut::End;
};

struct TableCell {
  std::string text;
  SortValue value;
  Role role = Role::Normal;
  std::optional<double> bar;  // drawn as a bar with a percentage where there is room, instead of the text
};

struct TableRow {
  RowKey key;
  std::vector<TableCell> cells;  // one a column
  char mark = ' ';               // '!' refused in the last interval, 'x' gone
  Role role = Role::Normal;      // over a cell's own role unless Normal
};

struct Table {
  std::vector<Column> columns;
  std::size_t default_sort = 0;
  std::vector<TableRow> rows;
  std::string empty_text;  // shown when there are no rows
};

// Absent values come last in both directions. Rows that are equal are in the order of their keys, so that no row
// moves without a reason.
void sort_table(Table& table, const TableState& state);

std::vector<RowKey> row_keys(const Table& table);

// The header in row `top`, the rows below it: `rows` lines in all.
void draw_table(Grid& grid, int top, int rows, const Table& table, const TableState& state);

}  // namespace tmpfstrace
