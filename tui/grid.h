// SPDX-License-Identifier: Apache-2.0
// What a screen shows: cells of text, each with the role it plays. No colours, no terminal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tui/text.h"

namespace tmpfstrace {

// What a cell means; the terminal decides how that looks. No role carries a meaning that the text does not.
enum class Role : std::uint8_t { Normal, Header, Title, Good, Warning, Critical, Dim, Selected };

struct Cell {
  std::string text = " ";  // one cluster; empty: covered by the wide cluster to the left
  Role role = Role::Normal;
  bool operator==(const Cell&) const = default;
};

struct GridSize {
  int rows = 0;
  int columns = 0;
  bool operator==(const GridSize&) const = default;
};

class Grid {
 public:
  Grid(GridSize size, Charset charset)
      : size_{std::max(0, size.rows), std::max(0, size.columns)},
        charset_(charset),
        cells_(static_cast<std::size_t>(size_.rows) * static_cast<std::size_t>(size_.columns)) {}

  GridSize size() const { return size_; }
  int rows() const { return size_.rows; }
  int columns() const { return size_.columns; }
  Charset charset() const { return charset_; }
  const Cell& at(int row, int column) const { return cells_[index(row, column)]; }

  // Writes text and returns the column behind it. Whatever falls outside is cut off, and everything passes through
  // split_clusters: no string can put a control character into a grid.
  int put(int row, int column, std::string_view text, Role role = Role::Normal) {
    for (Cluster& cluster : split_clusters(text, charset_)) {
      const int next = column + cluster.width;
      if (row >= 0 && row < size_.rows && column >= 0 && next <= size_.columns) {
        cells_[index(row, column)] = {std::move(cluster.text), role};
        if (cluster.width == 2) cells_[index(row, column + 1)] = {"", role};
      }
      column = next;
    }
    return column;
  }

  // Gives a whole row one role, keeping its text.
  void paint_row(int row, Role role) {
    for (int column = 0; row >= 0 && row < size_.rows && column < size_.columns; ++column) {
      cells_[index(row, column)].role = role;
    }
  }

  std::string row_text(int row) const {
    std::string text;
    for (int column = 0; column < size_.columns; ++column) text += at(row, column).text;
    return text;
  }

 private:
  std::size_t index(int row, int column) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(size_.columns) + static_cast<std::size_t>(column);
  }

  GridSize size_;
  Charset charset_;
  std::vector<Cell> cells_;
};

}  // namespace tmpfstrace
