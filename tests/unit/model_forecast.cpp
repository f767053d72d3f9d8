// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

#include "model/forecast.h"

using namespace tmpfstrace;

namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t page = 4096;

// Once a second from `from` on, for `seconds`.
void watch(LimitForecast& forecast, std::uint64_t from, std::uint64_t seconds, std::uint64_t limit,
           const std::function<std::uint64_t(std::uint64_t)>& used) {
  for (std::uint64_t t = from; t < from + seconds; ++t)
    forecast.observe({(1000 + t) * second, used(t), limit, std::nullopt, std::nullopt});
}

double seconds_of(const std::optional<std::uint64_t>& ns) {
  REQUIRE(ns);
  return static_cast<double>(*ns) / 1e9;
}

bool has_time(const Forecast& forecast) { return forecast.low_ns || forecast.mid_ns || forecast.high_ns; }

}  // namespace

TEST_CASE("without observations, with few, or without a limit there is no forecast") {
  LimitForecast forecast;
  CHECK(forecast.forecast().state == ForecastState::not_enough_evidence);
  CHECK(forecast.forecast().gap == EvidenceGap::few_observations);

  watch(forecast, 0, 7, 100 * page, [](std::uint64_t t) { return t * 10 * page; });
  CHECK(forecast.forecast().state == ForecastState::not_enough_evidence);
  CHECK_FALSE(has_time(forecast.forecast()));

  LimitForecast unlimited;
  for (std::uint64_t t = 1; t < 100; ++t) unlimited.observe({t * second, t * page, std::nullopt, {}, {}});
  CHECK(unlimited.forecast().state == ForecastState::no_limit);
  CHECK_FALSE(has_time(unlimited.forecast()));
}

TEST_CASE(
    "a leak: the time to full is what is left by its rate, and its reserve is given up at nine tenths of the way") {
  LimitForecast forecast;
  const std::uint64_t limit = 1000 * page;
  // A page a second: full at 1000 s. At 150 s the horizon of 850 s is more than four times what was seen.
  watch(forecast, 0, 151, limit, [](std::uint64_t t) { return t * page; });
  CHECK(forecast.forecast().state == ForecastState::not_enough_evidence);
  CHECK(forecast.forecast().gap == EvidenceGap::too_far);
  CHECK_FALSE(has_time(forecast.forecast()));
  CHECK(*forecast.forecast().growth_per_second == Approx(page));

  watch(forecast, 151, 250, limit, [](std::uint64_t t) { return t * page; });
  const Forecast at_400 = forecast.forecast();
  CHECK(at_400.state == ForecastState::fills_unless_cleaned);
  CHECK(seconds_of(at_400.mid_ns) == Approx(600).epsilon(0.01));
  CHECK(seconds_of(at_400.low_ns) <= 600.5);
  CHECK(seconds_of(at_400.high_ns) >= 599.5);
  CHECK(at_400.confidence == Approx(0.4).epsilon(0.01));
  CHECK(seconds_of(at_400.growing_for_ns) == Approx(400).epsilon(0.01));

  watch(forecast, 401, 510, limit, [](std::uint64_t t) { return t * page; });
  CHECK(forecast.forecast().state == ForecastState::fills);
  CHECK(seconds_of(forecast.forecast().mid_ns) == Approx(90).epsilon(0.02));

  watch(forecast, 911, 89, limit, [](std::uint64_t t) { return t * page; });
  watch(forecast, 1000, 1, limit, [&](std::uint64_t) { return limit; });
  CHECK(forecast.forecast().state == ForecastState::full);
  CHECK(forecast.forecast().mid_ns == 0u);
}

TEST_CASE("one burst is no trend, and quiet is not growing") {
  LimitForecast forecast;
  watch(forecast, 0, 300, 1000 * page, [](std::uint64_t t) { return (t < 200 ? 10 : 400) * page; });
  CHECK_FALSE(has_time(forecast.forecast()));

  LimitForecast quiet;
  watch(quiet, 0, 300, 1000 * page, [](std::uint64_t) { return 900 * page; });
  CHECK(quiet.forecast().state == ForecastState::not_growing);

  LimitForecast shrinking;
  watch(shrinking, 0, 300, 1000 * page, [](std::uint64_t t) { return (900 - t) * page; });
  CHECK(shrinking.forecast().state != ForecastState::fills);
  CHECK_FALSE(has_time(shrinking.forecast()));
}

TEST_CASE("a burst like one that was seen before is none either") {
  // 100 pages in 60 s, half an hour of nothing, and again: at 40 s of the second burst 133 are left.
  LimitForecast forecast;
  const auto used = [](std::uint64_t t) {
    const auto burst = [&](std::uint64_t at) { return t < at ? 0 : std::min<std::uint64_t>((t - at) * 100 / 60, 100); };
    return (100 + burst(1000) + burst(3000)) * page;
  };
  watch(forecast, 0, 3041, 400 * page, used);
  CHECK_FALSE(has_time(forecast.forecast()));
}

TEST_CASE("a rate that changes by a little is followed, and growth that dies away is not taken for a line") {
  LimitForecast slower;
  watch(slower, 0, 900, 10'000 * page,
        [](std::uint64_t t) { return t < 400 ? t * 10 * page : (8 * t + t / 2 + 600) * page; });
  CHECK(*slower.forecast().growth_per_second == Approx(8.5 * page).epsilon(0.02));

  // Pages of a sparse file, touched at random, 10 a second of 3000: used = 3000 (1 - e^(-t/300)). 1000 are full at
  // 300 ln 1.5 = 121.6 s; at 90 s a line at the rate of that moment says 35.
  LimitForecast sparse;
  watch(sparse, 0, 91, 1000 * page, [](std::uint64_t t) {
    return static_cast<std::uint64_t>(3000 * (1 - std::exp(-static_cast<double>(t) / 300))) * page;
  });
  CHECK(seconds_of(sparse.forecast().mid_ns) == Approx(121.6 - 90).epsilon(0.05));
}

TEST_CASE("a leak after a long quiet is seen soon, at its own rate, over its own time") {
  LimitForecast forecast;
  const auto used = [](std::uint64_t t) { return (t < 10'000 ? 100 : 100 + 3 * (t - 10'000)) * page; };
  watch(forecast, 0, 10'100, 1000 * page, used);
  const Forecast said = forecast.forecast();
  // At 10,099 s 397 pages are used; 603 are left at 3 a second.
  CHECK(seconds_of(said.mid_ns) == Approx(201).epsilon(0.03));
  CHECK(seconds_of(said.growing_for_ns) == Approx(100).epsilon(0.1));
}

TEST_CASE("a store that expires is not said to fill before its first removal, nor after") {
  LimitForecast forecast;
  // A page a second, kept for 800 s: it settles at 800 of 1000 pages.
  for (std::uint64_t t = 0; t < 3000; ++t) {
    forecast.observe({(1000 + t) * second, std::min<std::uint64_t>(t, 800) * page, 1000 * page, {}, {}});
    const ForecastState state = forecast.forecast().state;
    REQUIRE(state != ForecastState::fills);
    if (t > 1000) REQUIRE(state == ForecastState::not_growing);
  }
}

TEST_CASE("a declared lifetime tells an expiry from a leak before the first removal") {
  LimitForecast forecast;
  watch(forecast, 0, 400, 1000 * page, [](std::uint64_t t) { return t * page; });
  forecast.set_lifetime(800 * second);
  const Forecast settles = forecast.forecast();
  CHECK(settles.state == ForecastState::settles);
  CHECK(*settles.settles_at == Approx(800.0 * page).epsilon(0.01));
  CHECK_FALSE(has_time(settles));

  // Kept for 2000 s it needs twice the room. At 600 s the 400 s to full are fewer than those it was seen to grow.
  forecast.set_lifetime(2000 * second);
  CHECK(forecast.forecast().state == ForecastState::fills_unless_cleaned);
  watch(forecast, 400, 201, 1000 * page, [](std::uint64_t t) { return t * page; });
  CHECK(forecast.forecast().state == ForecastState::fills);
}

TEST_CASE("a cache that is emptied again and again grows in its cycles only") {
  LimitForecast forecast;
  // 8 pages a second for 100 s, then emptied: peaks of 800 of 1000.
  for (std::uint64_t t = 0; t < 2000; ++t) {
    forecast.observe({(1000 + t) * second, (t % 100) * 8 * page, 1000 * page, {}, {}});
    const ForecastState state = forecast.forecast().state;
    REQUIRE(state != ForecastState::fills);
    if (t > 450) REQUIRE(state == ForecastState::not_growing);
  }
}

TEST_CASE("peaks that rise from clean-up to clean-up fill in the cycle whose peak is above the limit") {
  LimitForecast forecast;
  // Up by 4 pages a second for 100 s, then down by 390 of the 400: each cycle ends 10 pages higher. The first peak is
  // 400; that of cycle n is 400 + 10 n; the limit of 700 is met in cycle 30, 3100 s from the start at the latest.
  const auto used = [](std::uint64_t t) { return ((t % 100) * 4 + t / 100 * 10) * page; };
  watch(forecast, 0, 1501, 700 * page, used);
  const Forecast said = forecast.forecast();
  std::uint64_t full = 1500;
  while (used(full) < 700 * page) ++full;
  CHECK(said.state == ForecastState::fills_unless_cleaned);
  CHECK(seconds_of(said.mid_ns) == Approx(static_cast<double>(full - 1500)).epsilon(0.08));
  watch(forecast, 1501, 700, 700 * page, used);
  CHECK(forecast.forecast().state == ForecastState::fills);
}

TEST_CASE("when the clean-up is overdue, growth counts again, since the last one") {
  LimitForecast forecast;
  // Emptied every 100 s, ten times; then the cleaner is dead.
  watch(forecast, 0, 1000, 1000 * page, [](std::uint64_t t) { return (t % 100) * 2 * page; });
  CHECK(forecast.forecast().state == ForecastState::not_growing);
  watch(forecast, 1000, 251, 1000 * page, [](std::uint64_t t) { return (t - 1000) * 2 * page; });
  const Forecast said = forecast.forecast();
  CHECK(said.state == ForecastState::fills_unless_cleaned);
  CHECK(seconds_of(said.mid_ns) == Approx(250).epsilon(0.03));
  // Since when is known as finely as the history lies dense there.
  CHECK(seconds_of(said.growing_for_ns) == Approx(250).epsilon(0.15));
}

TEST_CASE("after one clean-up and a quiet time it is not growing, and then a leak counts from its start") {
  LimitForecast forecast;
  const auto used = [](std::uint64_t t) { return (t < 100 ? 5 * t : t < 1000 ? 100 : 100 + t - 1000) * page; };
  watch(forecast, 0, 1000, 1000 * page, used);
  CHECK(forecast.forecast().state == ForecastState::not_growing);
  watch(forecast, 1000, 401, 1000 * page, used);
  CHECK(seconds_of(forecast.forecast().mid_ns) == Approx(500).epsilon(0.03));
  CHECK(seconds_of(forecast.forecast().growing_for_ns) == Approx(400).epsilon(0.15));
}

TEST_CASE("removals at a constant risk: the plateau is known from the flow before it is reached") {
  // 10 pages a second, each removed in any second with probability 1/200: used = 2000 (1 - e^(-t/200)).
  LimitForecast forecast;
  const auto used_at = [](double t) { return 2000 * (1 - std::exp(-t / 200)); };
  for (int t = 0; t <= 200; ++t) {
    const auto used = static_cast<std::uint64_t>(used_at(t) * page);
    const auto allocated = static_cast<std::uint64_t>(t) * 10 * page;
    forecast.observe({static_cast<std::uint64_t>(1000 + t) * second, used, 2500 * page, allocated, allocated - used});
  }
  const Forecast said = forecast.forecast();
  CHECK(said.state == ForecastState::settles);
  CHECK(*said.settles_at == Approx(2000.0 * page).epsilon(0.15));
}

TEST_CASE("growth of which much is removed all the time needs no reserve: the clean-up does not keep up") {
  // 20 files a second come, 19 go: the clean-up turns the 300 over in about 16 s.
  LimitForecast forecast;
  for (std::uint64_t t = 0; t <= 600; ++t) forecast.observe({(1000 + t) * second, 300 + t, 1000, 20 * t, 19 * t});
  const Forecast said = forecast.forecast();
  CHECK(said.state == ForecastState::fills);
  CHECK(seconds_of(said.mid_ns) == Approx(100).epsilon(0.02));
  CHECK(said.confidence == Approx(6.0 / 7).epsilon(0.01));
}

TEST_CASE("a counter that goes backwards is of another object: nothing is left of the old one") {
  LimitForecast forecast;
  for (std::uint64_t t = 0; t < 400; ++t)
    forecast.observe({(1000 + t) * second, t * page, 1000 * page, t * page, std::uint64_t{0}});
  REQUIRE(forecast.forecast().mid_ns);
  for (std::uint64_t t = 0; t < 5; ++t)
    forecast.observe({(1400 + t) * second, t * page, 1000 * page, t * page, std::uint64_t{0}});
  CHECK(forecast.forecast().gap == EvidenceGap::few_observations);
  CHECK_FALSE(has_time(forecast.forecast()));
}

TEST_CASE("time that stands or goes back is no observation, and a new limit holds at once") {
  LimitForecast forecast;
  watch(forecast, 0, 500, 1000 * page, [](std::uint64_t t) { return t * page; });
  const Forecast before = forecast.forecast();
  forecast.observe({1010 * second, 0, 1000 * page, {}, {}});
  forecast.observe({1499 * second, 0, 1000 * page, {}, {}});
  CHECK(forecast.forecast().mid_ns == before.mid_ns);
  // mount -o remount,size= in the middle.
  forecast.observe({1500 * second, 500 * page, 700 * page, {}, {}});
  CHECK(seconds_of(forecast.forecast().mid_ns) == Approx(200).epsilon(0.02));
}

TEST_CASE("an object takes less than two and a half KiB") { CHECK(sizeof(LimitForecast) <= 2560); }
