// SPDX-License-Identifier: Apache-2.0
// Samples of one row, which most tests of derive_snapshot() begin with.
#pragma once

#include <cstdint>

#include "../support/sample_builder.h"

namespace tmpfstrace::test {

inline constexpr SuperblockId shm{0, 45, 1};
inline constexpr std::uint64_t second = 1'000'000'000;

inline Counters allocated(std::uint64_t bytes) {
  Counters counters = zero_counters();
  counters.allocated_bytes = bytes;
  return counters;
}

// Of cgroup 7 on shm.
inline Sample one_row(std::uint64_t time, const Counters& counters) {
  Sample sample = sample_at(time);
  add_row(sample, 7, shm, counters);
  return sample;
}

}  // namespace tmpfstrace::test
