// SPDX-License-Identifier: Apache-2.0
// What is wrong, and how tmpfstrace itself is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "metrics/family_set.h"
#include "metrics/superblock_series.h"
#include "model/snapshot.h"
#include "model/table_sizes.h"

namespace tmpfstrace {

// What no sample tells. Times are nanoseconds.
struct AgentFacts {
  std::string version;
  std::uint64_t interval_ns = 0;
  std::uint64_t sample_duration_ns = 0;
  std::uint64_t process_start_ns = 0;  // CLOCK_REALTIME
  std::uint64_t samples = 0;
  std::optional<TableSizes> tables;  // absent: nothing is counted in the kernel
};

void add_problems(const Snapshot& snapshot, const SuperblockSeries& superblocks, FamilySet& families);

void add_own(const Snapshot& snapshot, const AgentFacts& facts, FamilySet& families);

}  // namespace tmpfstrace
