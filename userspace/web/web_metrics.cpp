// SPDX-License-Identifier: Apache-2.0
#include "web/web_metrics.h"

#include <algorithm>
#include <string>
#include <vector>

#include "metrics/exposition.h"

namespace tmpfstrace {
namespace {

// The families in the order of the table, without series.
std::vector<Family> families() {
  std::vector<Family> families;
  for (const MetricInfo& info : kWebMetrics) families.push_back({&info, {}});
  return families;
}

double number(std::uint64_t count) { return static_cast<double>(count); }

}  // namespace

void WebCounts::count_request(unsigned code) {
  const auto found = std::find(kStatusCodes.begin(), kStatusCodes.end(), static_cast<int>(code));
  const auto place = found == kStatusCodes.end() ? std::find(kStatusCodes.begin(), kStatusCodes.end(), 500) : found;
  ++requests[static_cast<std::size_t>(place - kStatusCodes.begin())];
}

void WebCounts::count_duration(Handler handler, double seconds) {
  Durations& of_handler = durations[static_cast<std::size_t>(handler)];
  const auto bound = std::lower_bound(kDurationBounds.begin(), kDurationBounds.end(), seconds);
  ++of_handler.counts[static_cast<std::size_t>(bound - kDurationBounds.begin())];
  of_handler.sum_seconds += seconds;
}

std::string web_metrics_text(const WebCounts& counts, MetricsFormat format) {
  std::vector<Family> all = families();
  auto family = all.begin();
  for (std::size_t i = 0; i < kStatusCodes.size(); ++i)
    family->series.push_back({{{"code", std::to_string(kStatusCodes[i])}}, number(counts.requests[i])});
  ++family;
  for (std::size_t i = 0; i < kRejections.size(); ++i)
    family->series.push_back({{{"reason", kRejections[i]}}, number(counts.rejected[i])});
  const auto add = [&family](std::optional<double> value) {
    ++family;
    if (value) family->series.push_back({{}, *value});
  };
  add(number(counts.tls_handshake_failures));
  ++family;
  for (std::size_t i = 0; i < kHandlers.size(); ++i)
    add_histogram(*family, {{"handler", kHandlers[i]}}, kDurationBounds, counts.durations[i].counts,
                  counts.durations[i].sum_seconds);
  add(number(counts.connections));
  add(number(counts.event_streams));
  add(counts.document_age_seconds);
  add(number(counts.events_dropped));
  add(counts.cpu_seconds);
  add(counts.resident_bytes ? std::optional(number(*counts.resident_bytes)) : std::nullopt);
  return expose(all, format) + (format == MetricsFormat::openmetrics ? "# EOF\n" : "");
}

}  // namespace tmpfstrace
