// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "model/quantity_text.h"

using namespace tmpfstrace;

namespace {

constexpr std::uint64_t second = 1'000'000'000;

}  // namespace

TEST_CASE("bytes in words") {
  CHECK(bytes_in_words(0) == "0 B");
  CHECK(bytes_in_words(1023) == "1023 B");
  CHECK(bytes_in_words(64.0 * 1048576) == "64 MiB");
  CHECK(bytes_in_words(1.5 * 1048576) == "1.5 MiB");
  CHECK(bytes_in_words(181440.0 * 4096) == "709 MiB");  // 708.75
  CHECK(bytes_in_words(1024.0 * 1048576) == "1 GiB");
}

TEST_CASE("counts in words") {
  CHECK(count_in_words(0) == "0");
  CHECK(count_in_words(999) == "999");
  CHECK(count_in_words(1000) == "1,000");
  CHECK(count_in_words(27600) == "27,600");
  CHECK(count_in_words(1234567) == "1,234,567");
}

TEST_CASE("durations in words") {
  CHECK(duration_in_words(0) == "0 s");
  CHECK(duration_in_words(40 * second) == "40 s");
  CHECK(duration_in_words(60 * second) == "1 min");
  CHECK(duration_in_words(3 * 3600 * second + 20 * 60 * second + 5 * second) == "3 h 20 min");
  CHECK(duration_in_words(53 * 3600 * second) == "2 d 5 h");
}

TEST_CASE("rates in words") {
  CHECK(rate_in_words(0.3) == "18 a minute");
  CHECK(rate_in_words(1200) == "1,200 a second");
  CHECK(rate_in_words(2.5) == "2.5 a second");
  CHECK(rate_in_words(2.0 / 3600) == "2 an hour");
  CHECK(rate_in_words(3.0 / 86400) == "3 a day");
}

TEST_CASE("the day is said when it is another one") {
  const std::uint64_t morning = 1776496329 * second;  // 2026-04-18T07:12:09Z
  CHECK(clock_in_words(morning, morning + 3600 * second) == "07:12:09");
  CHECK(clock_in_words(morning, morning + 86400 * second) == "2026-04-18 07:12:09");
}
