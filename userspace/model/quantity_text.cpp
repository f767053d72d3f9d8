// SPDX-License-Identifier: Apache-2.0
#include "model/quantity_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "model/time_text.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

// Without zeros behind the point: "1.5", "64".
std::string three_digits(double value) {
  std::string text = fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

std::string bytes_in_words(double bytes) {
  constexpr std::array<const char*, 7> units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t unit = 0;
  while (unit + 1 < units.size() && bytes >= 1024) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{} {}", three_digits(bytes), units[unit]);
}

std::string count_in_words(double count) {
  const std::string digits = fmt::format("{:.0f}", std::max(count, 0.0));
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text.push_back(',');
    text.push_back(digits[i]);
  }
  return text;
}

std::string duration_in_words(std::uint64_t ns) {
  struct Unit {
    std::uint64_t seconds;
    const char* name;
  };
  constexpr std::array<Unit, 4> units = {Unit{86400, "d"}, Unit{3600, "h"}, Unit{60, "min"}, Unit{1, "s"}};
  const std::uint64_t seconds = (ns + kSecond / 2) / kSecond;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const std::uint64_t whole = seconds / units[i].seconds;
    if (whole == 0) continue;
    const std::string text = fmt::format("{} {}", whole, units[i].name);
    if (i + 1 == units.size()) return text;
    const std::uint64_t rest = seconds % units[i].seconds / units[i + 1].seconds;
    return rest == 0 ? text : fmt::format("{} {} {}", text, rest, units[i + 1].name);
  }
  return "0 s";
}

std::string rate_in_words(double per_second) {
  struct Unit {
    double seconds;
    const char* article;
    const char* name;
  };
  constexpr std::array<Unit, 3> units = {Unit{1, "a", "second"}, Unit{60, "a", "minute"}, Unit{3600, "an", "hour"}};
  for (const Unit& unit : units)
    if (const double rate = per_second * unit.seconds; rate >= 0.995)
      return fmt::format("{} {} {}", rate < 999.5 ? three_digits(rate) : count_in_words(rate), unit.article, unit.name);
  return fmt::format("{} a day", three_digits(per_second * 86400));
}

std::string clock_in_words(std::uint64_t realtime_ns, std::uint64_t now_realtime_ns) {
  const std::string then = format_utc(realtime_ns);  // "2026-04-18T07:12:09.123Z"
  const std::string day = then.substr(0, 10);
  const std::string time = then.substr(11, 8);
  return day == format_utc(now_realtime_ns).substr(0, 10) ? time : fmt::format("{} {}", day, time);
}

}  // namespace tmpfstrace
