// SPDX-License-Identifier: Apache-2.0
// One family for each metric of the table, filled from several places.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/exposition.h"

namespace tmpfstrace {

class FamilySet {
 public:
  FamilySet() : families_(kMetrics) {
    for (std::size_t i = 0; i < kMetrics; ++i) families_[i].info = &metric_table()[i];
  }

  void add(Metric metric, MetricLabels labels, double value) {
    families_[static_cast<std::size_t>(metric)].series.push_back({std::move(labels), value});
  }

  // Absent is not zero: no series.
  template <typename Number>
  void add(Metric metric, const MetricLabels& labels, const std::optional<Number>& value) {
    if (value) add(metric, labels, static_cast<double>(*value));
  }

  std::vector<Family>& families() { return families_; }

 private:
  std::vector<Family> families_;
};

// name: a literal.
inline void add_label(MetricLabels& labels, std::string_view name, std::string value) {
  if (!value.empty()) labels.emplace_back(name, std::move(value));
}

}  // namespace tmpfstrace
