// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "model/history.h"

using namespace tmpfstrace;

TEST_CASE("a history keeps its first and its last point and no more than its capacity") {
  History<80, 5> history;
  for (std::uint64_t i = 1; i <= 200'000; ++i) {
    history.add({i, static_cast<double>(i)});
    if (i == 5) CHECK(history.points().size() == 5);
  }
  CHECK(history.points().size() <= 80);
  CHECK(history.points().front().time_ns == 1);
  CHECK(history.points().back().time_ns == 200'000);
}

TEST_CASE("an age is known to a part of itself, young or old") {
  History<80, 5> history;
  const std::uint64_t last = 100'000;
  for (std::uint64_t i = 1; i <= last; ++i) history.add({i, 0});
  const auto points = history.points();
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    REQUIRE(points[i].time_ns < points[i + 1].time_ns);
    // Levels hold four or five points each, twice as far apart as those of the level below: after the n levels below an
    // age of at least 4 * (2^n - 1) the distance is at most 2^(n+1).
    const std::uint64_t age = last - points[i + 1].time_ns;
    CHECK(points[i + 1].time_ns - points[i].time_ns <= 2 + age / 2);
  }
}

TEST_CASE("a full history loses its oldest point") {
  History<8, 2> history;
  for (std::uint64_t i = 1; i <= 1000; ++i) history.add({i, static_cast<double>(i)});
  CHECK(history.points().size() <= 8);
  CHECK(history.points().front().time_ns > 1);
  CHECK(history.points().back().time_ns == 1000);
  history.clear();
  CHECK(history.points().empty());
}
