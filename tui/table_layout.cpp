// SPDX-License-Identifier: Apache-2.0
#include "tui/table_layout.h"

#include <algorithm>

namespace tmpfstrace {
namespace {

constexpr int narrowest_name = 6;
constexpr int readable_name = 20;
// Of so many rows the widest cell is looked for, besides those near the ones on the screen: looking at ten thousand
// would take longer than drawing them.
constexpr std::size_t rows_measured = 300;

}  // namespace

TableLayout::TableLayout(const Table& table, const TableState& state, int columns, Charset charset)
    : table_(table), widths_(table.columns.size()) {
  for (std::size_t i = 0; i < widths_.size(); ++i)
    widths_[i] = is_shown(table.columns[i], state) ? table.columns[i].width : 0;
  while (used() > columns && drop_one()) {
  }
  while (used() > columns && shrink_one()) {
  }
  widen(columns - used(), state.first_row, charset);
}

int TableLayout::used() const {
  int sum = table_gutter - 1;
  for (const int width : widths_) sum += width > 0 ? width + 1 : 0;
  return sum;
}

bool TableLayout::drop_one() {
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
bool TableLayout::shrink_one() {
  std::optional<std::size_t> widest;
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    const bool may = table_.columns[i].cut == Cut::Middle && widths_[i] > narrowest_name;
    if (may && (!widest || widths_[i] > widths_[*widest])) widest = i;
  }
  if (widest) --widths_[*widest];
  return widest.has_value();
}

// A column each in turn, so that no name takes all the room that another one needs; names first, until they can be
// read.
void TableLayout::widen(int spare, std::size_t first_row, Charset charset) {
  std::vector<int> missing(widths_.size());
  for (std::size_t i = 0; i < widths_.size() && spare > 0; ++i) {
    const Column& column = table_.columns[i];
    if (widths_[i] == 0 || column.max_width <= widths_[i]) continue;
    missing[i] = std::min(column.max_width, content_width(i, first_row, charset)) - widths_[i];
  }
  const auto grow_while = [&](auto may_grow) {
    for (bool grown = true; grown && spare > 0;) {
      grown = false;
      for (std::size_t i = 0; i < widths_.size() && spare > 0; ++i) {
        if (missing[i] <= 0 || !may_grow(i)) continue;
        ++widths_[i];
        --missing[i];
        --spare;
        grown = true;
      }
    }
  };
  grow_while([&](std::size_t i) { return table_.columns[i].cut == Cut::Middle && widths_[i] < readable_name; });
  grow_while([](std::size_t) { return true; });
}

int TableLayout::content_width(std::size_t column, std::size_t first_row, Charset charset) const {
  int width = 0;
  const auto measure = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < std::min(end, table_.rows.size()); ++i) {
      const TableCell cell = table_.cell(table_.rows[i].index, column);
      const bool drawn = cell.bar || cell.spark;
      int wanted = drawn ? table_.columns[column].max_width : text_width(cell.text, charset);
      if (table_.is_tree && column == 0) wanted += text_width(tree_lead(table_.rows[i], charset), charset);
      width = std::max(width, wanted);
      if (width >= table_.columns[column].max_width) return;
    }
  };
  measure(0, rows_measured);
  if (first_row > 0) measure(first_row - std::min(first_row, rows_measured / 2), first_row + rows_measured / 2);
  return width;
}

std::string tree_lead(const TableRow& row, Charset charset) {
  const char* sign = "  ";
  const bool utf8 = charset == Charset::Utf8;
  if (row.fold == TableRow::Fold::Open) sign = utf8 ? "▾ " : "- ";
  if (row.fold == TableRow::Fold::Folded) sign = utf8 ? "▸ " : "+ ";
  constexpr int deepest_shown = 20;
  return std::string(static_cast<std::size_t>(std::min(row.depth, deepest_shown)) * 2, ' ') + sign;
}

}  // namespace tmpfstrace
