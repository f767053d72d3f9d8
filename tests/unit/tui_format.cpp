// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>

#include "tui/format.h"

using namespace tmpfstrace;

TEST_CASE("bytes", "[tui][format]") {
  const auto [bytes, text] = GENERATE(table<std::uint64_t, std::string>({
      {0, "0 B"},
      {1, "1 B"},
      {1023, "1023 B"},
      {1024, "1 KiB"},
      {1500, "1.5 KiB"},
      {4096, "4 KiB"},
      {1023 * 1024, "1023 KiB"},
      {1023 * 1024 + 1, "1.0 MiB"},
      {67108863, "64.0 MiB"},
      {67108864, "64 MiB"},
      {80'000'000, "76.3 MiB"},
      {std::uint64_t{5} << 40, "5 TiB"},
      {std::numeric_limits<std::uint64_t>::max(), "16.0 EiB"},
  }));
  CHECK(format_bytes(std::optional<std::uint64_t>(bytes)) == text);
  CHECK(text.size() <= 9);
}

TEST_CASE("absent is never 0", "[tui][format]") {
  CHECK(format_bytes(std::optional<std::uint64_t>()) == "-");
  CHECK(format_signed_bytes({}) == "-");
  CHECK(format_signed_count({}) == "-");
  CHECK(format_byte_rate({}) == "-");
  CHECK(format_rate({}) == "-");
  CHECK(format_count({}) == "-");
  CHECK(format_percent({}) == "-");
  CHECK(format_used_of_total({}, {}) == "-");
  CHECK(format_used_of_total(3, {}) == "3/-");
  CHECK(format_percent_bar({}, 12, Charset::Utf8) == "           -");
}

TEST_CASE("signed values", "[tui][format]") {
  CHECK(format_signed_bytes(0) == "0 B");
  CHECK(format_signed_bytes(4096) == "+4 KiB");
  CHECK(format_signed_bytes(-4096) == "-4 KiB");
  CHECK(format_signed_bytes(std::numeric_limits<std::int64_t>::min()) == "-8 EiB");
  CHECK(format_bytes(std::optional<std::int64_t>(-1)) == "-1 B");
  CHECK(format_bytes(std::optional<std::int64_t>(4096)) == "4 KiB");
  CHECK(format_signed_count(0) == "0");
  CHECK(format_signed_count(2) == "+2");
  CHECK(format_signed_count(-2) == "-2");
}

TEST_CASE("rates", "[tui][format]") {
  const auto [rate, text] = GENERATE(table<double, std::string>({
      {0, "0"},
      {0.001, "<0.1"},
      {0.3, "0.3"},
      {12, "12.0"},
      {99.94, "99.9"},
      {99.96, "100"},
      {12345.4, "12345"},
      {999'999.4, "999999"},
      {2'500'000, "2.50M"},
  }));
  CHECK(format_rate(rate) == text);
  CHECK(format_byte_rate(0.0) == "0 B");
  CHECK(format_byte_rate(0.4) == "<1 B");
  CHECK(format_byte_rate(4096.0) == "4 KiB");
}

TEST_CASE("counts", "[tui][format]") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(999'999) == "999999");
  CHECK(format_count(1'015'808) == "1.02M");
  CHECK(format_count(3'000'000'000) == "3.00G");
  CHECK(format_used_of_total(16384, 1'015'808) == "16384/1.02M");
}

TEST_CASE("a percentage says 0 and 100 only when it is", "[tui][format]") {
  CHECK(format_percent(0.0) == "0%");
  CHECK(format_percent(0.0001) == "<1%");
  CHECK(format_percent(0.9999) == "99%");
  CHECK(format_percent(1.0) == "100%");
  CHECK(format_percent(1.5) == "150%");
  CHECK(format_percent_bar(0.0, 17, Charset::Utf8) == "[          ]   0%");
  CHECK(format_percent_bar(0.001, 17, Charset::Utf8) == "[#         ]  <1%");
  CHECK(format_percent_bar(0.5, 17, Charset::Utf8) == "[#####     ]  50%");
  CHECK(format_percent_bar(0.999, 17, Charset::Utf8) == "[######### ]  99%");
  CHECK(format_percent_bar(1.0, 17, Charset::Utf8) == "[##########] 100%");
  CHECK(format_percent_bar(1.2, 17, Charset::Utf8) == "[##########] 120%");
  CHECK(format_percent_bar(0.5, 4, Charset::Utf8) == " 50%");
}

TEST_CASE("a small share has tenths, and is 0 only when it is", "[tui][format]") {
  const auto [share, text] = GENERATE(table<double, std::string>({
      {0, "0%"},
      {0.0000001, "<0.1%"},
      {0.001, "0.1%"},
      {0.0028, "0.3%"},
      {0.0994, "9.9%"},
      {0.0996, "10%"},
      {0.125, "12%"},
      {1.5, "150%"},
  }));
  CHECK(format_share(share) == text);
  CHECK(format_share({}) == "-");
}

TEST_CASE("times are UTC", "[tui][format]") {
  CHECK(format_clock(1'776'513'600'999'999'999) == "12:00:00");
  CHECK(format_date_time(1'776'513'600'000'000'000) == "2026-04-18 12:00:00 UTC");
  CHECK(format_date_time(0) == "1970-01-01 00:00:00 UTC");
}
