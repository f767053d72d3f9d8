// SPDX-License-Identifier: Apache-2.0
// Which columns of a table have room on the screen, and how wide each is. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "tui/view_table.h"

namespace tmpfstrace {

inline constexpr int table_gutter = 3;  // cursor, mark, space

class TableLayout {
 public:
  TableLayout(const Table& table, const TableState& state, int columns, Charset charset);

  int width(std::size_t column) const { return widths_[column]; }  // 0: not on the screen

 private:
  int used() const;
  bool drop_one();
  bool shrink_one();
  void widen(int spare, std::size_t first_row, Charset charset);
  int content_width(std::size_t column, std::size_t first_row, Charset charset) const;

  const Table& table_;
  std::vector<int> widths_;
};

// What stands before a name in a tree.
std::string tree_lead(const TableRow& row, Charset charset);

}  // namespace tmpfstrace
