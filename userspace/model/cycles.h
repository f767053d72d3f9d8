// SPDX-License-Identifier: Apache-2.0
// Clean-ups in a gauge: a rise up to a peak, a fall to a trough, again and again (log rotation, an expiry that runs by
// the clock, a restart that empties the mount). What fills a limit is the line of the peaks.
#pragma once

#include <cstdint>
#include <span>

#include "model/history.h"

namespace tmpfstrace {

class Cycles {
 public:
  // least_fall: a fall or rise that is smaller is no turn, in the unit of value.
  void add(const HistoryPoint& point, double least_fall);

  unsigned count() const { return count_; }  // falls seen
  std::span<const HistoryPoint> peaks() const { return peaks_.points(); }
  bool is_rising() const { return rising_; }
  // The highest since the trough when rising, else the lowest since the peak.
  const HistoryPoint& extreme() const { return extreme_; }
  const HistoryPoint& trough() const { return trough_; }  // the last one that is over; before the first: where it began
  const HistoryPoint& last_peak() const { return last_peak_; }  // the points of peaks() are thinned, this is not
  double period_ns() const { return period_ns_; }               // from peak to peak, smoothed; 0 before the second peak
  double fall() const { return fall_; }                         // from peak to trough, smoothed
  std::uint64_t longest_rise_ns() const { return longest_rise_ns_; }  // from a trough to its peak

 private:
  History<20, 4> peaks_;
  HistoryPoint extreme_;
  HistoryPoint trough_;
  HistoryPoint last_peak_;
  double period_ns_ = 0;
  double fall_ = 0;
  std::uint64_t longest_rise_ns_ = 0;
  unsigned count_ = 0;
  unsigned falls_ = 0;
  bool rising_ = true;
  bool started_ = false;
};

}  // namespace tmpfstrace
