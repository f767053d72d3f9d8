// SPDX-License-Identifier: Apache-2.0
// Use of a limit over time, made up with seeded randomness: leaks, bursts, clean-ups, expiry. Each series ends at the
// first observation at which the limit would be passed, or after a fixed time when it never is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/forecast.h"

namespace tmpfstrace::test {

struct SyntheticSeries {
  std::string kind;
  std::string parameters;
  std::vector<Observation> observations;
  std::optional<std::uint64_t> full_at_ns;  // monotonic; absent: never
  double mean_rate = 0;                     // of a series that fills, units a ns: what an oracle would know
};

// Kinds that fill.
SyntheticSeries noisy_leak(std::uint64_t seed);
SyntheticSeries random_bursts(std::uint64_t seed);
SyntheticSeries drifting_sawtooth(std::uint64_t seed);
SyntheticSeries late_leak(std::uint64_t seed);        // quiet, then a leak
SyntheticSeries leak_with_churn(std::uint64_t seed);  // files that come and go, and some that stay

// Kinds that never do.
SyntheticSeries flat_sawtooth(std::uint64_t seed);
SyntheticSeries fixed_expiry(std::uint64_t seed);   // each file lives as long
SyntheticSeries random_expiry(std::uint64_t seed);  // each file is removed at a constant risk
SyntheticSeries quiet(std::uint64_t seed);

}  // namespace tmpfstrace::test
