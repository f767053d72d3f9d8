// SPDX-License-Identifier: Apache-2.0
// backtest extract RECORDING MAJOR:MINOR START_NS REFUSED AT_NS: one superblock of a recording as a trace.
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "model/counters.h"
#include "sources/replay_source.h"
#include "trace.h"

namespace tmpfstrace::backtest {
namespace {

// What is left of a trace after its end says nothing about a forecast.
constexpr std::int64_t kept_after_refusal_us = 500'000;

bool parse_number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

std::int64_t microseconds(std::uint64_t time_ns, std::uint64_t start_ns) {
  return (static_cast<std::int64_t>(time_ns) - static_cast<std::int64_t>(start_ns)) / 1000;
}

const Superblock* find(const Sample& sample, std::uint64_t major, std::uint64_t minor) {
  for (const Superblock& superblock : sample.superblocks)
    if (superblock.id.major == major && superblock.id.minor == minor && !superblock.dead) return &superblock;
  return nullptr;
}

TracePoint point_of(const Sample& sample, const Superblock& superblock, std::uint64_t start_ns) {
  TracePoint point{microseconds(sample.monotonic_ns - superblock.usage_age_ns.value_or(0), start_ns),
                   superblock.used_bytes, superblock.inodes_used, std::nullopt};
  Counters sum;
  for (const LedgerRow& row : sample.ledger)
    if (row.superblock == superblock.id) add_counters(sum, row.counters);
  point.created = sum_of(sum.created);
  return point;
}

}  // namespace

int extract(int count, char** arguments) {
  std::uint64_t major = 0, minor = 0, start_ns = 0, refused_ns = 0;
  const std::string_view device = count == 5 ? arguments[1] : "";
  const std::size_t colon = device.find(':');
  if (colon == std::string_view::npos || !parse_number(device.substr(0, colon), major) ||
      !parse_number(device.substr(colon + 1), minor) || !parse_number(arguments[2], start_ns) ||
      !parse_number(arguments[4], refused_ns)) {
    fmt::print(stderr, "usage: backtest extract RECORDING MAJOR:MINOR START_NS REFUSED AT_NS\n");
    return 2;
  }
  auto source = ReplaySource::open(arguments[0]);
  if (!source) {
    fmt::print(stderr, "backtest: {}\n", source.error().message);
    return 1;
  }
  Trace trace;
  if (std::string_view(arguments[3]) != "-") trace.refused = arguments[3];
  trace.refused_us = microseconds(refused_ns, start_ns);
  for (;;) {
    auto sample = (*source)->next_sample();
    if (!sample || (*source)->damage()) {
      fmt::print(stderr, "backtest: {}\n", sample ? *(*source)->damage() : sample.error().message);
      return 1;
    }
    if (!*sample) break;
    const Superblock* superblock = find(**sample, major, minor);
    if (superblock == nullptr) continue;
    const TracePoint point = point_of(**sample, *superblock, start_ns);
    if (trace.fills() && point.time_us > trace.refused_us + kept_after_refusal_us) continue;
    trace.size_bytes = superblock->size_bytes.value_or(trace.size_bytes);
    trace.inodes_total = superblock->inodes_total.value_or(trace.inodes_total);
    trace.points.push_back(point);
  }
  fmt::print("{}", format_header(trace));
  for (const TracePoint& point : trace.points) fmt::print("{}", format_point(point));
  return 0;
}

}  // namespace tmpfstrace::backtest
