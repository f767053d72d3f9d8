// SPDX-License-Identifier: Apache-2.0
// Families of series in the two formats that a Prometheus reads: the text format 0.0.4, and OpenMetrics 1.0, for which
// prometheus-cpp has no writer: both come from one here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/metric_table.h"

namespace tmpfstrace {

// In the order of the table. Values may hold any byte; one that is not UTF-8 comes out as U+FFFD.
using MetricLabels = std::vector<std::pair<std::string_view, std::string>>;  // names are literals

struct Series {
  MetricLabels labels;  // none of them with an empty value
  double value = 0;
  std::string_view suffix = {};  // of the name, a literal: what the parts of a histogram have
};

// Without a series nothing of it is written.
struct Family {
  const MetricInfo* info = nullptr;
  std::vector<Series> series;
};

// counts: of each bound what is not above it and above the one before, and last what is above all.
void add_histogram(Family& family, const MetricLabels& labels, std::span<const double> bounds,
                   std::span<const std::uint64_t> counts, double sum);

enum class Exposition { text, openmetrics };

// Without the "# EOF" that ends an OpenMetrics document: others may add families of their own.
std::string expose(const std::vector<Family>& families, Exposition format);

}  // namespace tmpfstrace
