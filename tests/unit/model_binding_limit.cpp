// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "model/binding_limit.h"

using namespace tmpfstrace;

namespace {

Forecast filling(std::uint64_t low, std::uint64_t mid, std::uint64_t high) {
  Forecast forecast;
  forecast.state = ForecastState::fills;
  forecast.low_ns = low;
  forecast.mid_ns = mid;
  forecast.high_ns = high;
  return forecast;
}

Forecast in_state(ForecastState state) {
  Forecast forecast;
  forecast.state = state;
  return forecast;
}

}  // namespace

TEST_CASE("the limit that binds is the one that is met first") {
  const std::vector<KindForecast> forecasts{{LimitKind::blocks, filling(900, 1000, 1100)},
                                            {LimitKind::inodes, in_state(ForecastState::not_growing)},
                                            {LimitKind::memcg, filling(500, 600, 700)},
                                            {LimitKind::node, filling(4000, 5000, 6000)}};
  const auto binding = find_binding_limit(forecasts);
  REQUIRE(binding);
  CHECK(binding->kind == LimitKind::memcg);
  CHECK(binding->forecast.mid_ns == 600u);
  CHECK(binding->clear);
  CHECK(name_of(binding->kind) == std::string("memory of the cgroup"));
}

TEST_CASE("intervals that overlap leave it open which") {
  const std::vector<KindForecast> forecasts{{LimitKind::blocks, filling(650, 1000, 1100)},
                                            {LimitKind::memcg, filling(500, 600, 700)}};
  CHECK(find_binding_limit(forecasts)->kind == LimitKind::memcg);
  CHECK_FALSE(find_binding_limit(forecasts)->clear);
}

TEST_CASE("what is full binds now, and nothing binds where nothing has a time") {
  const std::vector<KindForecast> full{{LimitKind::blocks, filling(1, 2, 3)}, {LimitKind::inodes, filling(0, 0, 0)}};
  CHECK(find_binding_limit(full)->kind == LimitKind::inodes);
  const std::vector<KindForecast> none{{LimitKind::blocks, in_state(ForecastState::not_enough_evidence)},
                                       {LimitKind::inodes, in_state(ForecastState::settles)}};
  CHECK_FALSE(find_binding_limit(none));
  CHECK_FALSE(find_binding_limit({}));
}
