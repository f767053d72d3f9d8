// SPDX-License-Identifier: Apache-2.0
// When one limit of one object will be reached: the blocks or the inodes of a superblock, the memory of a cgroup, that
// of the node. Fed one observation after the other; pure; about 2 KiB an object, however long it is watched.
//
// What it says, and when it says nothing:
// - A number needs evidence: 8 observations, 3 rises, growth that stands out of its own scatter at 95 %, and a horizon
//   of at most 4 times the time over which that growth was seen.
//   Why 4: of a growth that was seen for T, nothing tells when it ends. With no scale of time preferred (a prior of 1/t
//   over the time at which it ends) it goes on for another h with probability T / (T + h). At h = 4 T that is one in
//   five. `confidence` is this probability.
// - `fills` is said without reserve only at a confidence of 9 in 10 (h <= T / 9): before the first clean-up a store of
//   files with an expiry grows in a line like a leak, and nothing in the gauge tells the two apart. A plateau up to
//   about 90 % of the limit, reached from an empty mount, is therefore never said to fill. Before that, the number
//   is given as `fills_unless_cleaned`.
// - Where the clean-up is known, 1 in 2 is enough (h <= T): peaks that rise from clean-up to clean-up, content that was
//   turned over five times while it grew, or a declared lifetime that does not save it.
// - Growth inside a cycle of clean-ups is no trend, until the next clean-up is overdue.
#pragma once

#include <cstdint>
#include <optional>

#include "model/cycles.h"
#include "model/history.h"
#include "model/trend.h"

namespace tmpfstrace {

struct Observation {
  std::uint64_t monotonic_ns = 0;
  std::uint64_t used = 0;              // bytes or inodes, as the limit
  std::optional<std::uint64_t> limit;  // absent: there is none
  // Cumulative, in the same unit, where the mode knows them. One that goes backwards is of another object. Without
  // freed it is what was allocated and is not in use.
  std::optional<std::uint64_t> allocated;
  std::optional<std::uint64_t> freed;
};

enum class ForecastState {
  no_limit,
  not_enough_evidence,
  not_growing,
  settles,               // grows, towards a level below the limit
  fills_unless_cleaned,  // at this rate; whether a clean-up comes first is not known
  fills,
  full,
};

// Why there is not enough evidence.
enum class EvidenceGap { none, few_observations, few_rises, scattered, too_far, inside_cycle };

struct Forecast {
  ForecastState state = ForecastState::not_enough_evidence;
  EvidenceGap gap = EvidenceGap::few_observations;
  // Time to full from the last observation on, if the growth goes on: nine in ten between low and high. In
  // fills_unless_cleaned and fills, and 0 when full.
  std::optional<std::uint64_t> low_ns, mid_ns, high_ns;
  std::optional<double> growth_per_second;      // net of clean-ups; also where no time is given
  std::optional<double> settles_at;             // in state settles
  std::optional<std::uint64_t> growing_for_ns;  // how long this growth was seen
  double confidence = 0;                        // that it lasts until then; 0 without a time
};

class LimitForecast {
 public:
  void observe(const Observation& observation);
  Forecast forecast() const;

  // How long what is allocated stays, when that is declared (a retention) or was measured. Before the first removal it
  // is the only thing that tells an expiry from a leak.
  void set_lifetime(std::optional<std::uint64_t> lifetime_ns) { lifetime_ns_ = lifetime_ns; }

 private:
  void note_freed(const Observation& now);
  bool is_another_object(const Observation& observation) const;
  Forecast of_history(std::uint64_t since_ns) const;
  Forecast of_trend(const Trend& trend) const;
  Forecast of_cycles() const;
  std::optional<std::uint64_t> overdue_since() const;
  bool falls_are_small() const;
  bool was_turned_over(double growing_ns) const;
  std::optional<double> plateau_of_flow(const Trend& trend) const;

  History<80, 5> history_;
  History<20, 2> freed_;  // since first_, where it is known
  Cycles cycles_;
  Observation first_, last_;
  std::optional<double> freed_total_;
  std::optional<std::uint64_t> lifetime_ns_;
  bool started_ = false;
};

}  // namespace tmpfstrace
