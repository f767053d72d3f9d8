// SPDX-License-Identifier: Apache-2.0
// Does a process still run that was seen at an earlier time? Process ids come again.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "host/host_paths.h"

namespace tmpfstrace {

struct ProcessStat {
  char state = 0;                 // 'Z': it has ended, and its parent has not asked
  std::uint64_t start_ticks = 0;  // after boot, CLOCK_BOOTTIME
};

// Absent: this is no /proc/PID/stat.
std::optional<ProcessStat> parse_process_stat(std::string_view stat);

// seen_ns: CLOCK_BOOTTIME. False also for a process that began later under the same id. Absent: it cannot be read.
std::optional<bool> still_runs(const HostPaths& paths, std::uint32_t tgid, std::uint64_t seen_ns);

}  // namespace tmpfstrace
