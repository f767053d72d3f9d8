// SPDX-License-Identifier: Apache-2.0
// The trend that a gauge follows now: how fast, how sure, for how long. Pure arithmetic over some dozen points.
//
// The rate is the Theil-Sen slope on a grid of equal times over the present regime (regime.h), so that neither the
// density of the points nor a few outliers weigh in it. A regime whose halves differ by more than they scatter is
// halved until they do not, unless its growth dies away as towards a plateau. The error of the rate is reckoned from
// the growth in eight equal blocks, which holds for bursts also: they are not independent from sample to sample, but
// from block to block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "model/history.h"

namespace tmpfstrace {

struct Trend {
  std::uint64_t start_ns = 0;  // of the present regime
  std::uint64_t end_ns = 0;
  double slope = 0;        // units a ns
  double slope_error = 0;  // standard error of slope
  // The same without the oddest of eight blocks (what came before a store was in balance): is there growth at all?
  double slope_error_trimmed = 0;
  double late_slope = 0;        // of the second half of the regime alone
  double late_slope_error = 0;  // from four blocks
  double level = 0;             // where the trend stands at end_ns: the last value, freed from what noise is in it
  double block_ns = 0;          // the growth over this time scatters by block_deviation around slope * block_ns
  double block_deviation = 0;
  unsigned rises = 0;  // how many points of the regime lie higher than the one before
  unsigned steps = 0;  // independent pieces that slope_error is reckoned from
  // The growth slows down as towards a plateau: slope * exp(-decay * t) from end_ns on. 0: it does not.
  double decay = 0;
};

// Of points in order of time, not before not_before_ns. Absent: fewer of them than `fewest`, or no time between them.
std::optional<Trend> fit_trend(std::span<const HistoryPoint> points, std::size_t fewest,
                               std::uint64_t not_before_ns = 0);

}  // namespace tmpfstrace
