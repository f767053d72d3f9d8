// SPDX-License-Identifier: Apache-2.0
#include "model/limit_inversion.h"

#include <algorithm>
#include <cmath>

namespace tmpfstrace {
namespace {

constexpr double margin = 0.1;

// The distance of the numbers with three significant bits around that one: a quarter of the power of two below it.
double step_at(double bytes) { return std::exp2(std::floor(std::log2(bytes)) - 2); }

// How far the superblock grows until the writer meets its limit; absent: it never does.
std::optional<double> growth_until_killed(const TmpfsWriter& writer) {
  if (!writer.headroom || writer.share <= 0) return std::nullopt;
  return static_cast<double>(*writer.headroom) / std::min(writer.share, 1.0);
}

}  // namespace

std::uint64_t round_size_up(double bytes) {
  if (bytes < 1) return 0;
  return static_cast<std::uint64_t>(std::ceil(bytes / step_at(bytes)) * step_at(bytes));
}

std::uint64_t round_size_down(double bytes) {
  if (bytes < 1) return 0;
  return static_cast<std::uint64_t>(std::floor(bytes / step_at(bytes)) * step_at(bytes));
}

std::optional<LimitInversion> find_limit_inversion(std::optional<std::uint64_t> size_bytes, std::uint64_t used_bytes,
                                                   std::span<const TmpfsWriter> writers) {
  if (!size_bytes || used_bytes >= *size_bytes) return std::nullopt;
  const double free = static_cast<double>(*size_bytes - used_bytes);
  const double used = static_cast<double>(used_bytes);
  double least = free;
  LimitInversion inversion;
  bool found = false;
  for (const TmpfsWriter& writer : writers) {
    const std::optional<double> growth = growth_until_killed(writer);
    if (!growth || *growth >= free) continue;
    if (writer.memory_limit) {
      const double missing = std::min(writer.share, 1.0) * free - static_cast<double>(*writer.headroom);
      const double needed = static_cast<double>(*writer.memory_limit) + missing;
      inversion.raised_limits.push_back({writer.cgroup, round_size_up(needed * (1 + margin))});
    }
    if (*growth >= least) continue;
    found = true;
    least = *growth;
    inversion.first_killed = writer.cgroup;
  }
  if (!found) return std::nullopt;
  inversion.used_when_killed = used_bytes + static_cast<std::uint64_t>(least);
  const std::uint64_t reduced = round_size_down(used + (1 - margin) * least);
  inversion.reduced_size = reduced > used_bytes ? reduced : 0;
  return inversion;
}

}  // namespace tmpfstrace
