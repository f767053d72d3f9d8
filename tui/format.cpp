// SPDX-License-Identifier: Apache-2.0
#include "tui/format.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <ctime>

#include <fmt/format.h>

namespace tmpfstrace {
namespace {

constexpr std::array<const char*, 7> byte_units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
}

std::string scaled_bytes(std::uint64_t bytes) {
  std::size_t unit = 0;
  std::uint64_t unit_size = 1;
  const auto in_unit = [&] { return static_cast<double>(bytes) / static_cast<double>(unit_size); };
  // "1010 MiB" stays, "1010.3 MiB" becomes "1.0 GiB": four digits and a decimal would not fit.
  const auto fits = [&] { return bytes % unit_size == 0 ? bytes / unit_size < 1024 : in_unit() < 999.95; };
  while (unit + 1 < byte_units.size() && !fits()) {
    unit_size *= 1024;
    ++unit;
  }
  if (bytes % unit_size == 0) return fmt::format("{} {}", bytes / unit_size, byte_units[unit]);
  return fmt::format("{:.1f} {}", in_unit(), byte_units[unit]);
}

std::tm utc(std::uint64_t realtime_ns) {
  const auto seconds = static_cast<std::time_t>(realtime_ns / 1'000'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

std::string scaled_count(double count) {
  if (count < 1e9) return fmt::format("{:.2f}M", count / 1e6);
  return count < 1e12 ? fmt::format("{:.2f}G", count / 1e9) : fmt::format("{:.2f}T", count / 1e12);
}

}  // namespace

std::string format_bytes(std::optional<std::uint64_t> bytes) { return bytes ? scaled_bytes(*bytes) : absent_text; }

std::string format_bytes(std::optional<std::int64_t> bytes) {
  if (!bytes) return absent_text;
  return (*bytes < 0 ? "-" : "") + scaled_bytes(magnitude(*bytes));
}

std::string format_signed_bytes(std::optional<std::int64_t> bytes) {
  return (bytes && *bytes > 0 ? "+" : "") + format_bytes(bytes);
}

std::string format_signed_count(std::optional<std::int64_t> count) {
  if (!count) return absent_text;
  return *count == 0 ? "0" : fmt::format("{:+}", *count);
}

std::string format_byte_rate(std::optional<double> bytes_per_second) {
  if (!bytes_per_second) return absent_text;
  const double rate = std::clamp(*bytes_per_second, 0.0, 1e18);
  if (rate > 0 && rate < 1) return "<1 B";
  return scaled_bytes(static_cast<std::uint64_t>(std::llround(rate)));
}

std::string format_rate(std::optional<double> per_second) {
  if (!per_second) return absent_text;
  const double rate = std::max(*per_second, 0.0);
  if (rate > 0 && rate < 0.1) return "<0.1";
  if (rate == 0 || rate >= 99.95) return rate < 999'999.5 ? fmt::format("{:.0f}", rate) : scaled_count(rate);
  return fmt::format("{:.1f}", rate);
}

std::string format_count(std::optional<std::uint64_t> count) {
  if (!count) return absent_text;
  return *count < 1'000'000 ? fmt::format("{}", *count) : scaled_count(static_cast<double>(*count));
}

std::string format_used_of_total(std::optional<std::uint64_t> used, std::optional<std::uint64_t> total) {
  if (!used && !total) return absent_text;
  return format_count(used) + "/" + format_count(total);
}

std::string format_percent(std::optional<double> ratio) {
  if (!ratio) return absent_text;
  const double percent = std::clamp(*ratio * 100, 0.0, 99999.0);
  return percent > 0 && percent < 1 ? "<1%" : fmt::format("{:.0f}%", std::floor(percent));
}

std::string format_share(std::optional<double> ratio) {
  if (!ratio) return absent_text;
  const double percent = std::clamp(*ratio * 100, 0.0, 99999.0);
  if (percent == 0) return "0%";
  if (percent < 0.1) return "<0.1%";
  return percent < 9.95 ? fmt::format("{:.1f}%", percent) : fmt::format("{:.0f}%", percent);
}

std::string format_percent_bar(std::optional<double> ratio, int width, Charset charset) {
  const std::string percent = format_percent(ratio);
  const int bar_width = width - 7;  // "[" "]" " " "100%"
  if (!ratio || bar_width < 3) return fit_text(percent, width, charset, Align::Right);
  const double part = std::clamp(*ratio, 0.0, 1.0) * bar_width;
  // Rounded up from nothing and down to full: the first cell means "some", the last one "full".
  const int filled = part > 0 && part < 1 ? 1 : static_cast<int>(std::floor(part));
  const std::string bar(static_cast<std::size_t>(filled), '#');
  return fmt::format("[{:<{}}] {:>4}", bar, bar_width, percent);
}

std::string format_short_duration(std::uint64_t ns) {
  const std::uint64_t seconds = ns / 1'000'000'000;
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3600) return fmt::format("{}m", seconds / 60);
  if (seconds < 86'400) return fmt::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
  if (seconds < 86'400 * 100) return fmt::format("{}d{:02}h", seconds / 86'400, seconds / 3600 % 24);
  return ">99d";
}

std::string format_clock(std::uint64_t realtime_ns) {
  const std::tm parts = utc(realtime_ns);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string format_date_time(std::uint64_t realtime_ns) {
  const std::tm parts = utc(realtime_ns);
  return fmt::format("{:04}-{:02}-{:02} {} UTC", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     format_clock(realtime_ns));
}

}  // namespace tmpfstrace
