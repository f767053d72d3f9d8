// SPDX-License-Identifier: Apache-2.0
#include "model/cycles.h"

#include <algorithm>

namespace tmpfstrace {
namespace {

// The newest cycles count most, and one odd one does not overturn them.
constexpr double weight_of_newest = 0.3;

double smoothed(double mean, double value, unsigned values_before) {
  const double weight = std::max(weight_of_newest, 1.0 / (values_before + 1));
  return mean + weight * (value - mean);
}

}  // namespace

void Cycles::add(const HistoryPoint& point, double least_fall) {
  if (!started_) {
    extreme_ = trough_ = point;
    started_ = true;
    return;
  }
  if (rising_) {
    if (point.value > extreme_.value) extreme_ = point;
    if (point.value > extreme_.value - least_fall) return;
    if (!peaks_.points().empty()) {
      const double period = static_cast<double>(extreme_.time_ns - last_peak_.time_ns);
      period_ns_ = smoothed(period_ns_, period, count_ - 1);
    }
    longest_rise_ns_ = std::max(longest_rise_ns_, extreme_.time_ns - trough_.time_ns);
    last_peak_ = extreme_;
    peaks_.add(extreme_);
    ++count_;
    rising_ = false;
    extreme_ = point;
    return;
  }
  if (point.value <= extreme_.value) extreme_ = point;
  if (point.value < extreme_.value + least_fall) return;
  fall_ = smoothed(fall_, last_peak_.value - extreme_.value, falls_++);
  trough_ = extreme_;
  rising_ = true;
  extreme_ = point;
}

}  // namespace tmpfstrace
