// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "sample_grid.h"

using namespace tmpfstrace;
using namespace std::chrono_literals;

TEST_CASE("samples stay on the grid of their interval") {
  const std::chrono::steady_clock::time_point last(1000s);
  const auto [now, due] = GENERATE(table<std::chrono::milliseconds, std::chrono::milliseconds>({
      {1ms, 200ms},
      {199ms, 200ms},
      {200ms, 400ms},  // the next one is over already
      {399ms, 400ms},
      {450ms, 600ms},
      {3'600'050ms, 3'600'200ms},
  }));
  CHECK(next_on_grid(last, 200ms, last + now) - last == due);
}

TEST_CASE("without a pace the next sample is due now") {
  const std::chrono::steady_clock::time_point last(1000s);
  CHECK(next_on_grid(last, 0ms, last + 5s) == last + 5s);
}

TEST_CASE("another interval counts from the last sample, and what it has passed is due now") {
  const std::chrono::steady_clock::time_point last(1000s);
  CHECK(next_on_new_grid(last, 2s, last + 500ms) - last == 2s);
  CHECK(next_on_new_grid(last, 100ms, last + 500ms) - last == 500ms);
}
