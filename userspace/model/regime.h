// SPDX-License-Identifier: Apache-2.0
// Since when a gauge behaves as it does now. Pure.
//
// A series is cut where two lines fit it much better than one: a fifth of the squared error. Then what is left is cut
// again. A burst among bursts is no such place: the line over all of them fits nearly as well. As the points of a
// history lie the denser the younger they are, a change is met after some dozen samples, however long the series is.
#pragma once

#include <cstdint>
#include <span>

#include "model/history.h"

namespace tmpfstrace {

struct Regime {
  std::span<const HistoryPoint> points;
  HistoryPoint before;  // the last point that is not in it; its own first one when there is none
};

// Of at least one point, in order of time.
Regime present_regime(std::span<const HistoryPoint> points);

// Linear between points in order of time, of which there is at least one; outside, the first or the last value.
double value_at(std::span<const HistoryPoint> points, std::uint64_t time_ns);

inline double ns_after(std::uint64_t later, std::uint64_t earlier) { return static_cast<double>(later - earlier); }

}  // namespace tmpfstrace
