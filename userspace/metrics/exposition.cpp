// SPDX-License-Identifier: Apache-2.0
#include "metrics/exposition.h"

#include <cmath>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "model/utf8.h"

namespace tmpfstrace {
namespace {

constexpr std::string_view total = "_total";

void add_escaped(std::string& text, std::string_view value, bool quotes) {
  for (const char c : value) {
    if (c == '\\')
      text += "\\\\";
    else if (c == '\n')
      text += "\\n";
    else if (c == '"' && quotes)
      text += "\\\"";
    else
      text += c;
  }
}

// A counter's family is named without "_total" in OpenMetrics, and with it in the text format.
std::string_view family_name(const MetricInfo& info, Exposition format) {
  std::string_view name = info.name;
  if (format == Exposition::openmetrics && info.type == MetricType::counter) name.remove_suffix(total.size());
  return name;
}

void add_value(std::string& text, double value) {
  constexpr double exact = 9007199254740992.0;  // 2^53
  if (std::isfinite(value) && std::trunc(value) == value && std::fabs(value) < exact)
    fmt::format_to(std::back_inserter(text), " {:.0f}\n", value);
  else
    fmt::format_to(std::back_inserter(text), " {}\n", value);
}

void add_series(std::string& text, const MetricInfo& info, const Series& series) {
  text += info.name;
  text += series.suffix;
  char before = '{';
  for (const auto& [name, value] : series.labels) {
    text += before;
    text += name;
    text += "=\"";
    add_escaped(text, printable_utf8(value), true);
    text += '"';
    before = ',';
  }
  if (before == ',') text += '}';
  add_value(text, series.value);
}

}  // namespace

void add_histogram(Family& family, const MetricLabels& labels, std::span<const double> bounds,
                   std::span<const std::uint64_t> counts, double sum) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    MetricLabels of_bucket = labels;
    of_bucket.emplace_back("le", i < bounds.size() ? fmt::format("{}", bounds[i]) : "+Inf");
    family.series.push_back({std::move(of_bucket), static_cast<double>(below), "_bucket"});
  }
  family.series.push_back({labels, sum, "_sum"});
  family.series.push_back({labels, static_cast<double>(below), "_count"});
}

std::string expose(const std::vector<Family>& families, Exposition format) {
  std::string text;
  for (const Family& family : families) {
    if (family.series.empty()) continue;
    const MetricInfo& info = *family.info;
    const std::string_view name = family_name(info, format);
    fmt::format_to(std::back_inserter(text), "# HELP {} ", name);
    add_escaped(text, info.help, format == Exposition::openmetrics);
    fmt::format_to(std::back_inserter(text), "\n# TYPE {} {}\n", name, type_name(info.type));
    if (format == Exposition::openmetrics && *info.unit != '\0')
      fmt::format_to(std::back_inserter(text), "# UNIT {} {}\n", name, info.unit);
    for (const Series& series : family.series) add_series(text, info, series);
  }
  return text;
}

}  // namespace tmpfstrace
