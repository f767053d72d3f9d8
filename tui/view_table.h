// SPDX-License-Identifier: Apache-2.0
// A table of any view: columns that give way on a narrow screen, rows in an order or in a tree, a cursor. Pure.
//
// A row's cells are made when they are asked for: of ten thousand rows a screen shows some fifty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tui/column.h"
#include "tui/grid.h"
#include "tui/view_state.h"

namespace tmpfstrace {

// What a cell is sorted by: not by its text. All cells of a column hold the same kind, or nothing when absent.
using SortValue = std::variant<std::monostate, std::uint64_t, std::int64_t, double, std::string>;

template <typename T>
SortValue sort_value(const std::optional<T>& value) {
  return value ? SortValue(*value) : SortValue();
}

struct TableCell {
  std::string text;
  SortValue value;
  Role role = Role::Normal;
  std::optional<double> bar = {};  // drawn as a bar with a percentage where there is room, instead of the text
  // One value for each column of the screen that the cell has, absent where nothing is known; drawn instead of the
  // text. Called with the width.
  std::function<std::string(int width, Charset charset)> spark = {};
};

struct TableRow {
  RowKey key;
  std::size_t index = 0;                   // which object of the table it is: what Table::cell is asked with
  char mark = ' ';                         // '!' refused in the last interval, '+' new, 'x' gone
  Role role = Role::Normal;                // over a cell's own role unless Normal
  std::optional<std::size_t> parent = {};  // the index of the object that it lies in; before arrange_table
  int depth = 0;                           // in a tree, by arrange_table
  enum class Fold : unsigned char { Leaf, Open, Folded } fold = Fold::Leaf;
};

struct Table {
  std::vector<Column> columns;
  std::size_t default_sort = 0;
  std::vector<TableRow> rows;
  // Of what was given to the function that made the table, which must live as long.
  std::function<TableCell(std::size_t index, std::size_t column)> cell;
  // cell(index, column).value, found faster; may be empty.
  std::function<SortValue(std::size_t index, std::size_t column)> value;
  bool is_tree = false;    // rows lie in each other, and the user wants to see it
  std::string empty_text;  // shown when there are no rows
  // What row_text() gave, by the place of the row before it was arranged; shared by the copies of a table, so that it
  // is made once for all that is typed into a filter. Null: it is not kept.
  std::shared_ptr<std::vector<std::string>> texts;
  // By arrange_table.
  std::size_t unfiltered = 0;    // rows before the filter
  std::vector<RowKey> parents;   // of each row of a tree, its own key where it has none
  std::vector<RowKey> foldable;  // rows in which others lie, folded or not
};

// What a filter and a search look at: the columns of names, shown or not.
std::string row_text(const Table& table, const TableRow& row);

// Filters, and sorts or brings into the order of the tree. Absent values come last in both directions. Rows that are
// equal are in the order of their keys, so that no row moves without a reason.
void arrange_table(Table& table, const TableState& state);

std::vector<RowKey> row_keys(const Table& table);

std::size_t sort_column_of(const Table& table, const TableState& state);
bool is_descending(const Table& table, const TableState& state);

// The header in row `top`, the rows below it: `rows` lines in all.
void draw_table(Grid& grid, int top, int rows, const Table& table, const TableState& state);

// The column of the table whose title or cells are at that column of the screen.
std::optional<std::size_t> column_at(int column, GridSize size, Charset charset, const Table& table,
                                     const TableState& state);

}  // namespace tmpfstrace
