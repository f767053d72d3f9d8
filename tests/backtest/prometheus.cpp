// SPDX-License-Identifier: Apache-2.0
// The same samples for Prometheus, and what it is asked. tests/backtest/run.sh stands between the two.
#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "trace.h"

namespace tmpfstrace::backtest {
namespace {

// Any day: a database does not take samples from before 1970.
constexpr std::int64_t epoch_ms = 1'700'000'000'000;

std::int64_t timestamp_ms(const TracePoint& point) { return epoch_ms + point.time_us / 1000; }

}  // namespace

int print_openmetrics(const std::vector<Trace>& traces) {
  fmt::print("# TYPE free gauge\n");
  for (const Trace& trace : traces)
    for (const TracePoint& point : trace.points)
      if (const auto seen = observation_of(trace, point, trace.limit()); seen && seen->limit)
        fmt::print("free{{trace=\"{}\"}} {} {}.{:03}\n", trace.name, *seen->limit - std::min(*seen->limit, seen->used),
                   timestamp_ms(point) / 1000, timestamp_ms(point) % 1000);
  fmt::print("# EOF\n");
  return 0;
}

// A line a question: name of the trace, part of the way, window, time, expression. predict_linear() says where a gauge
// will be at a time; the time at which it will be 0 is that of its two values.
int print_queries(const std::vector<Trace>& traces) {
  for (const Trace& trace : traces) {
    if (!trace.fills()) continue;
    for (const Judged& judged : judged_points(trace)) {
      const TracePoint& point = trace.points[judged.index];
      const std::int64_t whole_ms = std::max<std::int64_t>((point.time_us - trace.points.front().time_us) / 1000, 1);
      // A rule as they are commonly written looks back a quarter of the time that it looks ahead.
      const std::int64_t quarter_ms = trace.refused_us / 4000;
      for (const auto& [name, window] : {std::pair{"quarter", quarter_ms}, std::pair{"whole", whole_ms}}) {
        const auto gauge = fmt::format("free{{trace=\"{}\"}}[{}ms]", trace.name, window);
        fmt::print(
            "{}\t{:.2f}\t{}\t{}.{:03}\tpredict_linear({}, 0) / (predict_linear({}, 0) - predict_linear({}, 1))\n",
            trace.name, judged.part, name, timestamp_ms(point) / 1000, timestamp_ms(point) % 1000, gauge, gauge, gauge);
      }
    }
  }
  return 0;
}

}  // namespace tmpfstrace::backtest
