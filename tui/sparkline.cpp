// SPDX-License-Identifier: Apache-2.0
#include "tui/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tmpfstrace {
namespace {

// From an eighth of a cell to a whole one.
constexpr std::array<const char*, 8> eighths = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<const char*, 8> ascii_levels = {"_", ".", ",", "-", "~", "=", "*", "#"};

const char* level(double part, Charset charset) {
  const auto index = static_cast<std::size_t>(std::clamp(part * 8, 0.0, 7.0));
  return charset == Charset::Utf8 ? eighths[index] : ascii_levels[index];
}

double greatest(const std::vector<std::optional<double>>& values) {
  double most = 0;
  for (const auto& value : values) most = std::max(most, value.value_or(0));
  return most;
}

// A line this far above everything else would press it flat.
constexpr double farthest_line = 4;

double top_of(const Graph& graph) {
  const double values = std::max(greatest(graph.values), greatest(graph.ahead));
  double top = values;
  for (const GraphLine& line : graph.lines)
    if (values == 0 || line.at <= values * farthest_line) top = std::max(top, line.at);
  return top > 0 ? top : 1;
}

class Canvas {
 public:
  Canvas(const Graph& graph, int columns, int rows, Charset charset)
      : graph_(graph), columns_(columns), rows_(rows), charset_(charset), top_(top_of(graph)) {}

  PageLine row(int row) const {
    PageLine line;
    // Labels at the top, the middle and the bottom.
    std::string label;
    if (row == 0) label = graph_.format(top_);
    if (row == rows_ / 2 && rows_ >= 4) label = graph_.format(top_ * (rows_ - row) / rows_);
    if (row == rows_ - 1) label = graph_.format(0);
    line.push_back({fit_text(label, graph_axis_columns - 2, charset_, Align::Right), Role::Dim});
    line.push_back({charset_ == Charset::Utf8 ? " │" : " |", Role::Dim});
    for (int column = 0; column < columns_; ++column) {
      PagePart part = cell(row, static_cast<std::size_t>(column));
      if (line.back().role == part.role && line.size() > 2)
        line.back().text += part.text;
      else
        line.push_back(std::move(part));
    }
    return line;
  }

 private:
  bool utf8() const { return charset_ == Charset::Utf8; }
  double low_of(int row) const { return top_ * (rows_ - row - 1) / rows_; }

  PagePart cell(int row, std::size_t column) const {
    const double low = low_of(row);
    const double height = top_ / rows_;
    const bool past = column < graph_.values.size();
    const std::size_t ahead = column - std::min(column, graph_.values.size());
    const auto value = past                          ? graph_.values[column]
                       : ahead < graph_.ahead.size() ? graph_.ahead[ahead]
                                                     : std::optional<double>();
    if (value && past && *value > low) {
      const double part = (*value - low) / height;
      return {part >= 1 ? (utf8() ? "█" : "#") : level(part, charset_), graph_.role};
    }
    if (value && !past && *value > low && *value <= low + height) return {utf8() ? "•" : "o", Role::Warning};
    for (const GraphLine& line : graph_.lines)
      if (line.at > low && line.at <= low + height) return {utf8() ? "─" : "-", Role::Critical};
    return {" ", Role::Normal};
  }

  const Graph& graph_;
  int columns_;
  int rows_;
  Charset charset_;
  double top_;
};

PageLine title_line(const Graph& graph) {
  PageLine line{{graph.title, Role::Title}};
  const double top = top_of(graph);
  for (const GraphLine& limit : graph.lines)
    line.push_back({"  " + limit.label + (limit.at > top ? " (above the graph)" : ""), Role::Dim});
  return line;
}

PageLine time_line(const Graph& graph, int columns, Charset charset) {
  const int left = text_width(graph.begin, charset);
  std::string text(graph_axis_columns, ' ');
  text += graph.begin;
  // "now" stands below the last value where something is ahead of it.
  const auto now = static_cast<int>(graph.values.size());
  int at = left;
  const auto put = [&](const std::string& word, int end) {
    const int begin = end - text_width(word, charset);
    if (begin <= at) return;
    text += std::string(static_cast<std::size_t>(begin - at), ' ') + word;
    at = end;
  };
  if (graph.ahead.empty()) {
    put("now", std::min(now, columns));
  } else {
    put("now", std::min(now, columns));
    put(graph.end, std::min(now + static_cast<int>(graph.ahead.size()), columns));
  }
  return {{text, Role::Dim}};
}

}  // namespace

std::string sparkline(const std::vector<std::optional<double>>& values, double low, double high, Charset charset) {
  std::string text;
  for (const auto& value : values) {
    if (!value) {
      text += ' ';
    } else {
      text += level(high > low ? (*value - low) / (high - low) : 0, charset);
    }
  }
  return text;
}

std::string sparkline_of_shape(const std::vector<std::optional<double>>& values, double least_range, Charset charset) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const auto& value : values) {
    if (!value) continue;
    low = std::min(low, *value);
    high = std::max(high, *value);
  }
  return sparkline(values, low, std::max(high, low + least_range), charset);
}

std::vector<PageLine> graph_lines(const Graph& graph, int columns, int rows, Charset charset) {
  const int width = columns - graph_axis_columns;
  if (width < 1 || rows < 1) return {};
  std::vector<PageLine> lines{title_line(graph)};
  const Canvas canvas(graph, width, rows, charset);
  for (int row = 0; row < rows; ++row) lines.push_back(canvas.row(row));
  lines.push_back(time_line(graph, width, charset));
  return lines;
}

}  // namespace tmpfstrace
