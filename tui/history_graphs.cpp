// SPDX-License-Identifier: Apache-2.0
#include "tui/history_graphs.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model/quantity_text.h"
#include "tui/format.h"
#include "tui/sparkline.h"

namespace tmpfstrace {
namespace {

constexpr int wide_screen = 150;
constexpr int graph_gap = 2;

std::string bytes_text(double bytes) { return format_byte_rate(bytes); }
std::string count_text(double count) {
  return format_count(static_cast<std::uint64_t>(std::llround(std::max(count, 0.0))));
}
std::string rate_text(double rate) { return format_rate(rate); }

class Histories {
 public:
  explicit Histories(const HistoryRequest& request)
      : request_(request),
        two_(request.columns >= wide_screen),
        columns_(two_ ? (request.columns - graph_gap) / 2 : request.columns),
        rows_(std::clamp(request.rows / (two_ ? 4 : 5), 3, 10)),
        window_ns_(static_cast<std::uint64_t>(history_windows[request.window].count()) * 1'000'000'000) {}

  std::vector<PageLine> lines() const {
    std::vector<std::vector<PageLine>> graphs;
    std::vector<PageLine> flat;
    const auto add = [&](const char* title, Quantity quantity, const GraphedLimit& limit, std::string (*format)(double),
                         Role role) {
      const Graph graph = graph_of(title, quantity, limit, format, role);
      const std::string nothing = why_flat(graph);
      if (nothing.empty())
        graphs.push_back(graph_lines(graph, columns_, rows_, request_.charset));
      else
        flat.push_back({{graph.title, Role::Title}, {": " + nothing, Role::Dim}});
    };
    add("bytes in use", Quantity::UsedBytes, request_.bytes, bytes_text, Role::Good);
    add("inodes in use", Quantity::UsedInodes, request_.inodes, count_text, Role::Good);
    add("allocated a second", Quantity::AllocatedBytes, {}, bytes_text, Role::Normal);
    add("freed a second", Quantity::FreedBytes, {}, bytes_text, Role::Normal);
    add("refused a second", Quantity::Refused, {}, rate_text, Role::Critical);
    std::vector<PageLine> lines;
    for (std::size_t i = 0; i < graphs.size(); i += two_ ? 2 : 1) {
      const bool pair = two_ && i + 1 < graphs.size();
      for (std::size_t row = 0; row < graphs[i].size(); ++row) {
        PageLine line = std::move(graphs[i][row]);
        if (pair) append(line, std::move(graphs[i + 1][row]));
        lines.push_back(std::move(line));
      }
    }
    lines.insert(lines.end(), flat.begin(), flat.end());
    return lines;
  }

 private:
  // A quarter of the columns for what comes, where something is known of it.
  Graph graph_of(const char* title, Quantity quantity, const GraphedLimit& limit, std::string (*format)(double),
                 Role role) const {
    const int width = std::max(columns_ - graph_axis_columns, 1);
    const bool known = limit.limit && limit.now && limit.met_in_ns;
    const int ahead = known ? width / 4 : 0;
    const int past = width - ahead;
    Graph graph;
    graph.title = title;
    graph.format = format;
    graph.role = role;
    graph.values = request_.track->resample_last(quantity, window_ns_, request_.now_ns, static_cast<std::size_t>(past));
    graph.begin = duration_in_words(window_ns_) + " ago";
    if (limit.limit) graph.lines.push_back({*limit.limit, limit.label});
    if (known) {
      const double step_ns = static_cast<double>(window_ns_) / past;
      for (int i = 1; i <= ahead; ++i) {
        const double part =
            *limit.met_in_ns == 0 ? 1 : std::min(step_ns * i / static_cast<double>(*limit.met_in_ns), 1.0);
        graph.ahead.emplace_back(*limit.now + (*limit.limit - *limit.now) * part);
      }
      graph.end = "in " + duration_in_words(static_cast<std::uint64_t>(step_ns * ahead));
    }
    return graph;
  }

  // In words what would be an empty graph; empty: it is none.
  std::string why_flat(const Graph& graph) const {
    const auto known = [](const std::optional<double>& value) { return value.has_value(); };
    const auto above = [](const std::optional<double>& value) { return value.value_or(0) > 0; };
    if (std::none_of(graph.values.begin(), graph.values.end(), known)) return "not known";
    if (std::any_of(graph.values.begin(), graph.values.end(), above)) return "";
    return "none in the last " + duration_in_words(window_ns_);
  }

  void append(PageLine& line, PageLine right) const {
    int width = 0;
    for (const PagePart& part : line) width += text_width(part.text, request_.charset);
    line.push_back({std::string(static_cast<std::size_t>(std::max(columns_ + graph_gap - width, 1)), ' ')});
    for (PagePart& part : right) line.push_back(std::move(part));
  }

  const HistoryRequest& request_;
  bool two_;
  int columns_;
  int rows_;
  std::uint64_t window_ns_;
};

}  // namespace

std::vector<PageLine> history_lines(const HistoryRequest& request) {
  if (request.track == nullptr || request.track->size() == 0) return {{{"  no history yet", Role::Dim}}};
  return Histories(request).lines();
}

}  // namespace tmpfstrace
