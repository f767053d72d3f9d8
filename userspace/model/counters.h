// SPDX-License-Identifier: Apache-2.0
// Arithmetic on Counters with absent fields.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "model/sample.h"

namespace tmpfstrace {

// Sums are modulo 2^64: real counters do not come near it, and a forged recording must not be able to stop the tool.
template <std::size_t Size>
std::uint64_t sum_of(const std::array<std::uint64_t, Size>& values) {
  std::uint64_t sum = 0;
  for (const std::uint64_t value : values) sum += value;
  return sum;
}

inline std::uint64_t sum_of(const RefusalCounts& counts) { return counts.sum(); }

template <typename Array>
std::optional<std::uint64_t> sum_of(const std::optional<Array>& values) {
  return values ? std::optional(sum_of(*values)) : std::nullopt;
}

// Of the kinds that are known; absent when none is.
std::optional<std::uint64_t> sum_of(const std::optional<KindCounts>& kinds);

// The same, but absent unless every kind is known: a term of a difference.
std::optional<std::uint64_t> whole_sum_of(const std::optional<KindCounts>& kinds);

// Adds field by field: what one of the two does not know is what the other knows.
void add_counters(Counters& sum, const Counters& addend);

// True when a cumulative counter that both know is smaller in `now`. xattr_bytes is a level, not a counter.
bool went_backwards(const Counters& now, const Counters& before);

}  // namespace tmpfstrace
