// SPDX-License-Identifier: Apache-2.0
#include "tui/view_table.h"

#include <algorithm>

#include "tui/format.h"

namespace tmpfstrace {
namespace {

constexpr int gutter = 3;  // cursor, mark, space

std::size_t sort_column_of(const Table& table, const TableState& state) {
  const std::size_t column = state.sort_column.value_or(table.default_sort);
  return table.columns.empty() ? 0 : std::min(column, table.columns.size() - 1);
}

bool is_descending(const Table& table, const TableState& state) {
  return table.columns[sort_column_of(table, state)].descending != state.reversed;
}

// Width of each column; 0: left out.
class Layout {
 public:
  Layout(const Table& table, int columns, Charset charset) : table_(table), widths_(table.columns.size()) {
    for (std::size_t i = 0; i < widths_.size(); ++i) widths_[i] = table.columns[i].width;
    while (used() > columns && drop_one()) {
    }
    while (used() > columns && shrink_one()) {
    }
    int spare = columns - used();
    for (std::size_t i = 0; i < widths_.size() && spare > 0; ++i) {
      if (widths_[i] == 0) continue;
      const int wanted = std::min(table.columns[i].max_width, content_width(i, charset));
      const int grown = std::clamp(wanted - widths_[i], 0, spare);
      widths_[i] += grown;
      spare -= grown;
    }
  }

  int width(std::size_t column) const { return widths_[column]; }

 private:
  int used() const {
    int sum = gutter - 1;
    for (const int width : widths_) sum += width > 0 ? width + 1 : 0;
    return sum;
  }

  bool drop_one() {
    std::optional<std::size_t> least;
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      const int priority = table_.columns[i].priority;
      if (widths_[i] == 0 || priority == 0) continue;
      if (!least || priority >= table_.columns[*least].priority) least = i;
    }
    if (least) widths_[*least] = 0;
    return least.has_value();
  }

  // What is left are names and what must be whole to be understood: the longest name gives way.
  bool shrink_one() {
    constexpr int least = 6;
    std::optional<std::size_t> widest;
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      const bool may = table_.columns[i].cut == Cut::Middle && widths_[i] > least;
      if (may && (!widest || widths_[i] > widths_[*widest])) widest = i;
    }
    if (widest) --widths_[*widest];
    return widest.has_value();
  }

  int content_width(std::size_t column, Charset charset) const {
    int width = 0;
    for (const TableRow& row : table_.rows) {
      const TableCell& cell = row.cells[column];
      width = std::max(width, cell.bar ? table_.columns[column].max_width : text_width(cell.text, charset));
    }
    return width;
  }

  const Table& table_;
  std::vector<int> widths_;
};

void draw_header(Grid& grid, int top, const Table& table, const TableState& state, const Layout& layout) {
  const std::size_t sorted = sort_column_of(table, state);
  int at = gutter;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (layout.width(i) == 0) continue;
    const int width = layout.width(i);
    // Every column is wider than its title by the mark.
    std::string title(column.title);
    if (i == sorted) title += is_descending(table, state) ? "v" : "^";
    grid.put(top, at, fit_text(title, width, grid.charset(), column.align));
    at += layout.width(i) + 1;
  }
  grid.paint_row(top, Role::Header);
}

void draw_row(Grid& grid, int y, const Table& table, const TableRow& row, bool selected, const Layout& layout) {
  int at = gutter;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    const TableCell& cell = row.cells[i];
    const int width = layout.width(i);
    if (width == 0) continue;
    const std::string text = cell.bar ? format_percent_bar(cell.bar, width, grid.charset())
                                      : fit_text(cell.text, width, grid.charset(), column.align, column.cut);
    grid.put(y, at, text, row.role == Role::Normal ? cell.role : row.role);
    at += width + 1;
  }
  if (selected) grid.paint_row(y, Role::Selected);
  grid.put(y, 0, selected ? ">" : " ", selected ? Role::Selected : Role::Normal);
  // The mark keeps its own role under the cursor.
  grid.put(y, 1, std::string(1, row.mark), row.role == Role::Normal && selected ? Role::Selected : row.role);
}

}  // namespace

void sort_table(Table& table, const TableState& state) {
  if (table.columns.empty()) return;
  const std::size_t column = sort_column_of(table, state);
  const bool descending = is_descending(table, state);
  std::sort(table.rows.begin(), table.rows.end(), [&](const TableRow& a, const TableRow& b) {
    const SortValue& left = a.cells[column].value;
    const SortValue& right = b.cells[column].value;
    const bool left_known = left.index() != 0;
    const bool right_known = right.index() != 0;
    if (left_known != right_known) return left_known;
    if (left < right) return !descending;
    if (right < left) return descending;
    return a.key < b.key;
  });
}

std::vector<RowKey> row_keys(const Table& table) {
  std::vector<RowKey> keys;
  keys.reserve(table.rows.size());
  for (const TableRow& row : table.rows) keys.push_back(row.key);
  return keys;
}

void draw_table(Grid& grid, int top, int rows, const Table& table, const TableState& state) {
  if (rows <= 0) return;
  const Layout layout(table, grid.columns(), grid.charset());
  draw_header(grid, top, table, state, layout);
  if (table.rows.empty()) grid.put(top + 1, gutter, table.empty_text, Role::Dim);
  for (int line = 1; line < rows; ++line) {
    const std::size_t index = state.first_row + static_cast<std::size_t>(line - 1);
    if (index >= table.rows.size()) break;
    draw_row(grid, top + line, table, table.rows[index], index == state.selected_row, layout);
  }
}

}  // namespace tmpfstrace
