// SPDX-License-Identifier: Apache-2.0
// Curves made of characters. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tui/page.h"
#include "tui/text.h"

namespace tmpfstrace {

// One character a value, blank where it is absent. The lowest stands for `low` and below, the highest for `high` and
// above; with `high` not above `low` all are the lowest.
std::string sparkline(const std::vector<std::optional<double>>& values, double low, double high, Charset charset);

// Between the least and the greatest value, so that the shape is seen; but a range below `least_range` is drawn as what
// it is, nearly flat.
std::string sparkline_of_shape(const std::vector<std::optional<double>>& values, double least_range, Charset charset);

struct GraphLine {
  double at = 0;      // the value at which it lies
  std::string label;  // "size 64 MiB"
};

struct Graph {
  std::string title;                          // "bytes in use"
  std::vector<std::optional<double>> values;  // what was; one a column
  std::vector<std::optional<double>> ahead;   // what is to be expected, behind them
  std::vector<GraphLine> lines;               // limits; one far above the values is named, not drawn
  std::string (*format)(double) = nullptr;    // of the axis
  std::string begin, end;                     // under the axis: "5 min ago", "in 12 min"
  Role role = Role::Good;                     // of what was
};

// The columns that a graph needs besides its values: those of the axis.
inline constexpr int graph_axis_columns = 11;

// `rows` lines of graph, and one each for its title and its time. Values beyond columns - graph_axis_columns are cut.
std::vector<PageLine> graph_lines(const Graph& graph, int columns, int rows, Charset charset);

}  // namespace tmpfstrace
