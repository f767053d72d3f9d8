// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>

namespace tmpfstrace {

// When the next sample is due: whole paces after the last one that was, and not before now. A pace of 0 means at once.
inline std::chrono::steady_clock::time_point next_on_grid(std::chrono::steady_clock::time_point last,
                                                          std::chrono::steady_clock::duration pace,
                                                          std::chrono::steady_clock::time_point now) {
  if (pace <= pace.zero()) return now;
  const auto late = now - (last + pace);
  return last + pace + (late < late.zero() ? late.zero() : (late / pace + 1) * pace);
}

// The same when the pace has become another one after the last sample: the grid begins anew at that.
inline std::chrono::steady_clock::time_point next_on_new_grid(std::chrono::steady_clock::time_point last,
                                                              std::chrono::steady_clock::duration pace,
                                                              std::chrono::steady_clock::time_point now) {
  return std::max(last + pace, now);
}

}  // namespace tmpfstrace
