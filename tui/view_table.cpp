// SPDX-License-Identifier: Apache-2.0
#include "tui/view_table.h"

#include "tui/format.h"
#include "tui/table_layout.h"

namespace tmpfstrace {
namespace {

void draw_header(Grid& grid, int top, const Table& table, const TableState& state, const TableLayout& layout) {
  const std::size_t sorted = sort_column_of(table, state);
  int at = table_gutter;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    const int width = layout.width(i);
    if (width == 0) continue;
    // Every column is wider than its title by the mark.
    std::string title(column.title);
    if (i == sorted) title += is_descending(table, state) ? "v" : "^";
    grid.put(top, at, fit_text(title, width, grid.charset(), column.align));
    at += width + 1;
  }
  grid.paint_row(top, Role::Header);
}

std::string cell_text(const Table& table, const TableRow& row, std::size_t column, const TableCell& cell, int width,
                      Charset charset) {
  if (cell.spark) return cell.spark(width, charset);
  if (cell.bar) return format_percent_bar(cell.bar, width, charset);
  const Column& info = table.columns[column];
  if (!table.is_tree || column != 0) return fit_text(cell.text, width, charset, info.align, info.cut);
  const std::string lead = truncate_text(tree_lead(row, charset), width, charset);
  return lead + fit_text(cell.text, width - text_width(lead, charset), charset, info.align, info.cut);
}

void draw_row(Grid& grid, int y, const Table& table, const TableRow& row, bool selected, const TableLayout& layout) {
  int at = table_gutter;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const int width = layout.width(i);
    if (width == 0) continue;
    const TableCell cell = table.cell(row.index, i);
    grid.put(y, at, cell_text(table, row, i, cell, width, grid.charset()),
             row.role == Role::Normal ? cell.role : row.role);
    at += width + 1;
  }
  if (selected) grid.paint_row(y, Role::Selected);
  grid.put(y, 0, selected ? ">" : " ", selected ? Role::Selected : Role::Normal);
  // The mark keeps its own role under the cursor.
  grid.put(y, 1, std::string(1, row.mark), row.role == Role::Normal && selected ? Role::Selected : row.role);
}

}  // namespace

void draw_table(Grid& grid, int top, int rows, const Table& table, const TableState& state) {
  if (rows <= 0) return;
  const TableLayout layout(table, state, grid.columns(), grid.charset());
  draw_header(grid, top, table, state, layout);
  if (table.rows.empty()) {
    const bool filtered = table.unfiltered > 0;
    grid.put(top + 1, table_gutter, filtered ? "no row with this filter; Esc shows all" : table.empty_text, Role::Dim);
  }
  for (int line = 1; line < rows; ++line) {
    const std::size_t index = state.first_row + static_cast<std::size_t>(line - 1);
    if (index >= table.rows.size()) break;
    draw_row(grid, top + line, table, table.rows[index], index == state.selected_row, layout);
  }
}

std::optional<std::size_t> column_at(int column, GridSize size, Charset charset, const Table& table,
                                     const TableState& state) {
  const TableLayout layout(table, state, size.columns, charset);
  int at = table_gutter;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (layout.width(i) == 0) continue;
    if (column >= at && column <= at + layout.width(i)) return i;
    at += layout.width(i) + 1;
  }
  return std::nullopt;
}

}  // namespace tmpfstrace
