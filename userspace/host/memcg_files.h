// SPDX-License-Identifier: Apache-2.0
// The memory controller's files of one cgroup.
//
// v2: memory.current, memory.max, memory.high, memory.swap.current, memory.swap.max, memory.events "oom_kill",
// memory.stat "shmem". v1: memory.usage_in_bytes, memory.limit_in_bytes, memory.oom_control "oom_kill", memory.stat
// "total_shmem" (both shmem figures include descendants). The root of v2 has neither current nor limits: absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/cgroup_layout.h"
#include "model/result.h"
#include "model/sample.h"

namespace tmpfstrace {

struct MemoryLimit {
  std::optional<std::uint64_t> bytes;
  bool unlimited = false;
};

// "max" or a number of bytes. Text that is neither: absent and not unlimited.
MemoryLimit parse_memory_max(std::string_view text);

// v1 has no word for it: unlimited is PAGE_COUNTER_MAX pages, 0x7FFFFFFFFFFFF000 bytes with pages of 4 KiB.
MemoryLimit parse_limit_in_bytes(std::string_view text);

std::optional<std::uint64_t> parse_shmem_v2(std::string_view memory_stat);
std::optional<std::uint64_t> parse_shmem_v1(std::string_view memory_stat);  // "total_shmem", else "shmem"

// The page cache without shared memory, which is in it: v2 "file" - "shmem", v1 "total_cache" - "total_shmem".
std::optional<std::uint64_t> parse_reclaimable(std::string_view memory_stat, bool v2);

// Fills in the memory fields of cgroup, found by its id and path. ENOENT when it has gone, also when another cgroup has
// the path now. A file that is not there leaves its field absent; any other failure to read is the Error.
Result<void> read_memcg(const CgroupHierarchy& hierarchy, Cgroup& cgroup);

}  // namespace tmpfstrace
