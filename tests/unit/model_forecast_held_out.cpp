// SPDX-License-Identifier: Apache-2.0
// The goals of the backtest on series that are made up, over a range of parameters: the forecast shall not fit a few
// traces only. error = |time to full said - true time left| / true time left, at 25, 50 and 75 % of the way.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../support/synthetic_series.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

namespace {

constexpr std::uint64_t seeds = 60;
constexpr std::uint64_t first_seed = 7'000'000;

struct Judgement {
  std::vector<double> errors;
  unsigned asked = 0, inside = 0;
};

// From `start` on: a leak after a quiet time has its way from its own start.
void judge(const SyntheticSeries& series, std::uint64_t start, Judgement& judgement) {
  REQUIRE(series.full_at_ns);
  LimitForecast forecast;
  std::size_t next = 0;
  for (const double part : {0.25, 0.5, 0.75}) {
    const double wanted = static_cast<double>(start) + static_cast<double>(*series.full_at_ns - start) * part;
    while (next < series.observations.size() && static_cast<double>(series.observations[next].monotonic_ns) <= wanted)
      forecast.observe(series.observations[next++]);
    ++judgement.asked;
    const Forecast said = forecast.forecast();
    if (!said.mid_ns) continue;
    const double truth = static_cast<double>(*series.full_at_ns - series.observations[next - 1].monotonic_ns);
    judgement.errors.push_back(std::abs(static_cast<double>(*said.mid_ns) - truth) / truth);
    const bool inside = static_cast<double>(*said.low_ns) <= truth && truth <= static_cast<double>(*said.high_ns);
    judgement.inside += inside ? 1 : 0;
  }
}

double median(std::vector<double> values) {
  REQUIRE(!values.empty());
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::uint64_t first_change(const SyntheticSeries& series) {
  for (const Observation& seen : series.observations)
    if (seen.used != series.observations.front().used) return seen.monotonic_ns;
  return series.observations.front().monotonic_ns;
}

}  // namespace

TEST_CASE("held out: the median error on what fills is at most a tenth, and nearly always there is a number") {
  const auto [make, least_said] = GENERATE(table<SyntheticSeries (*)(std::uint64_t), double>({
      {noisy_leak, 0.9},
      {random_bursts, 0.9},
      {drifting_sawtooth, 0.9},
      {late_leak, 0.9},
      // At a quarter of the way what comes and goes has just reached its balance, and little is known of the rest.
      {leak_with_churn, 0.65},
  }));
  Judgement judgement;
  std::string kind;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    const SyntheticSeries series = make(seed);
    kind = series.kind;
    judge(series, kind == "late leak" ? first_change(series) : series.observations.front().monotonic_ns, judgement);
  }
  INFO(kind << ": " << judgement.errors.size() << " of " << judgement.asked << " said, " << judgement.inside
            << " inside");
  CHECK(median(judgement.errors) <= 0.10);
  CHECK(static_cast<double>(judgement.errors.size()) >= least_said * judgement.asked);
  // Meant to be nine in ten. A change of the rate to come is in no interval.
  CHECK(judgement.inside >= 0.75 * static_cast<double>(judgement.errors.size()));
}

TEST_CASE("held out: what never fills is never said to fill") {
  const auto make = GENERATE(flat_sawtooth, fixed_expiry, random_expiry, quiet);
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    SyntheticSeries series = make(seed);
    // Every second series as a gauge alone.
    if (seed % 2 == 0)
      for (Observation& seen : series.observations) seen.allocated.reset(), seen.freed.reset();
    REQUIRE_FALSE(series.full_at_ns);
    LimitForecast forecast;
    for (const Observation& seen : series.observations) {
      forecast.observe(seen);
      const ForecastState state = forecast.forecast().state;
      if (state == ForecastState::fills || state == ForecastState::full)
        FAIL(series.kind << " (" << series.parameters << ") seed " << seed << " at "
                         << seen.monotonic_ns / 1'000'000'000);
    }
  }
}
