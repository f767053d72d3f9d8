// SPDX-License-Identifier: Apache-2.0
#include "web/web_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tmpfstrace {
namespace {

class Writer {
 public:
  explicit Writer(MetricsFormat format) : openmetrics_(format == MetricsFormat::openmetrics) {}

  void family(std::size_t index) {
    const WebMetricInfo& info = kWebMetrics[index];
    name_ = info.name;
    // OpenMetrics calls the family of a counter by its name without _total.
    std::string_view family = name_;
    if (openmetrics_ && info.type == WebMetricType::counter) family.remove_suffix(std::string_view("_total").size());
    const char* type = info.type == WebMetricType::counter ? "counter" : "gauge";
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", family, info.help, type);
    if (openmetrics_ && *info.unit != '\0') text_ += fmt::format("# UNIT {} {}\n", family, info.unit);
  }
  template <typename Number>
  void sample(Number value) {
    text_ += fmt::format("{} {}\n", name_, value);
  }
  template <typename Label>
  void sample(const char* label, Label name, std::uint64_t value) {
    text_ += fmt::format("{}{{{}=\"{}\"}} {}\n", name_, label, name, value);
  }
  std::string take() {
    if (openmetrics_) text_ += "# EOF\n";
    return std::move(text_);
  }

 private:
  bool openmetrics_;
  std::string_view name_;
  std::string text_;
};

}  // namespace

void WebCounts::count_request(unsigned code) {
  const auto found = std::find(kStatusCodes.begin(), kStatusCodes.end(), static_cast<int>(code));
  const auto place = found == kStatusCodes.end() ? std::find(kStatusCodes.begin(), kStatusCodes.end(), 500) : found;
  ++requests[static_cast<std::size_t>(place - kStatusCodes.begin())];
}

std::string web_metrics_text(const WebCounts& counts, MetricsFormat format) {
  Writer out(format);
  std::size_t next = 0;
  out.family(next++);
  for (std::size_t i = 0; i < kStatusCodes.size(); ++i) out.sample("code", kStatusCodes[i], counts.requests[i]);
  out.family(next++);
  for (std::size_t i = 0; i < kRejections.size(); ++i) out.sample("reason", kRejections[i], counts.rejected[i]);
  out.family(next++);
  out.sample(counts.connections);
  out.family(next++);
  out.sample(counts.event_streams);
  const std::size_t age = next++;
  if (counts.document_age_seconds) {
    out.family(age);
    out.sample(*counts.document_age_seconds);
  }
  out.family(next++);
  out.sample(counts.events_dropped);
  out.family(next++);
  out.sample(counts.cpu_seconds);
  const std::size_t resident = next++;
  if (counts.resident_bytes) {
    out.family(resident);
    out.sample(*counts.resident_bytes);
  }
  return out.take();
}

}  // namespace tmpfstrace
