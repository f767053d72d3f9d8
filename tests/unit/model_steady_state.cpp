// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>

#include "model/steady_state.h"

using namespace tmpfstrace;

namespace {
constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t day = 86'400 * second;
constexpr std::uint64_t mib = 1 << 20;
}  // namespace

TEST_CASE("18 session files a minute, kept for 7 days, on 64 MiB") {
  const SteadyState state = settle(18.0 / 60, 7 * day, 4096.0, {std::nullopt, 64 * mib});
  CHECK(state.files == Approx(181'440));
  CHECK(*state.bytes == Approx(743'178'240));  // 708.75 MiB
  CHECK(state.holds == 16'384u);
  CHECK_FALSE(state.fits);

  CHECK(settle(18.0 / 60, 7 * day, 4096.0, {std::nullopt, 1024 * mib}).fits);
}

TEST_CASE("the limit that is met first says how many files there is room for") {
  CHECK(settle(1, 100 * second, 4096.0, {50, 64 * mib}).holds == 50u);
  CHECK_FALSE(settle(1, 100 * second, 4096.0, {50, 64 * mib}).fits);
  CHECK(settle(1, 100 * second, 4096.0, {50'000, 64 * mib}).holds == 16'384u);
  // Empty files: no block is taken. Without their size the blocks tell nothing.
  CHECK(settle(1, 100 * second, 0.0, {50, 64 * mib}).holds == 50u);
  const SteadyState unknown = settle(1, 100 * second, std::nullopt, {std::nullopt, 64 * mib});
  CHECK_FALSE(unknown.holds);
  CHECK_FALSE(unknown.bytes);
  CHECK(unknown.fits);
}

TEST_CASE("the lifetime is the distance of the curves of arrivals and removals") {
  ResidenceMeter meter;
  // 10 a second, each kept for 30 s.
  const auto see = [&](std::uint64_t t) {
    meter.observe((100 + t) * second, 10 * t, std::min<std::uint64_t>(10 * t, 300));
  };
  see(0);
  CHECK_FALSE(meter.residence());
  for (std::uint64_t t = 1; t <= 30; ++t) see(t);
  CHECK(meter.residence()->arrivals_per_second == Approx(10));
  CHECK_FALSE(meter.residence()->lifetime_ns);  // nothing has gone yet

  for (std::uint64_t t = 31; t <= 40; ++t) see(t);
  CHECK(static_cast<double>(*meter.residence()->lifetime_ns) == Approx(30e9).epsilon(0.02));
  CHECK_FALSE(meter.residence()->stable);
  for (std::uint64_t t = 41; t <= 90; ++t) see(t);
  CHECK(static_cast<double>(*meter.residence()->lifetime_ns) == Approx(30e9).epsilon(0.02));
  CHECK(meter.residence()->stable);
  CHECK(meter.residence()->arrivals_per_second == Approx(10).epsilon(0.02));
}

TEST_CASE("while less goes than comes the lifetime that is measured grows: it is not stable") {
  ResidenceMeter meter;
  // 10 a second come, 5 a second go: at t, 5 t have gone, which had come by t / 2.
  for (std::uint64_t t = 0; t <= 200; ++t) {
    meter.observe((100 + t) * second, 10 * t, 5 * t);
    if (t >= 2) REQUIRE_FALSE(meter.residence()->stable);
  }
  CHECK(static_cast<double>(*meter.residence()->lifetime_ns) == Approx(100e9).epsilon(0.1));
}

TEST_CASE("what was there at first has gone first, and when it came is not known") {
  ResidenceMeter meter;
  // 500 files were there, and go at 10 a second; as many come.
  for (std::uint64_t t = 0; t <= 50; ++t) meter.observe((100 + t) * second, 10 * t, 500);
  CHECK_FALSE(meter.residence()->lifetime_ns);
  for (std::uint64_t t = 51; t <= 60; ++t) meter.observe((100 + t) * second, 10 * t, 500);
  CHECK(static_cast<double>(*meter.residence()->lifetime_ns) == Approx(50e9).epsilon(0.03));
}

TEST_CASE("a count of arrivals that goes backwards is of another superblock") {
  ResidenceMeter meter;
  for (std::uint64_t t = 0; t <= 60; ++t)
    meter.observe((100 + t) * second, 10 * t, std::min<std::uint64_t>(10 * t, 300));
  REQUIRE(meter.residence()->lifetime_ns);
  meter.observe(200 * second, 3, 3);
  CHECK_FALSE(meter.residence());
  meter.observe(201 * second, 5, 5);
  CHECK_FALSE(meter.residence()->lifetime_ns);
  CHECK(meter.residence()->arrivals_per_second == Approx(2));
  meter.observe(201 * second, 100, 100);  // no time has passed
  CHECK(meter.residence()->arrivals_per_second == Approx(2));
}

TEST_CASE("a meter takes less than a KiB") { CHECK(sizeof(ResidenceMeter) <= 1024); }
