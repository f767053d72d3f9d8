// SPDX-License-Identifier: Apache-2.0
// What the kernel says of superblocks and cgroups: of all of them on a host with few, in turn on one with many. What is
// not of this sample has its age with it (Superblock::usage_age_ns, Cgroup::memory_age_ns).
#pragma once

#include <cstdint>
#include <vector>

#include "host/cgroup_layout.h"
#include "host/host_paths.h"
#include "host/superblock_usage.h"
#include "model/sample.h"
#include "sources/turns.h"

namespace tmpfstrace {

// A statfs takes some microseconds, a cgroup's memory files some tens.
constexpr std::size_t kMostStatfs = 500;
constexpr std::size_t kMostMemoryReads = 150;

class UsageFigures {
 public:
  // rows: of the ledger before. The superblocks must have their generation, which tells those apart that bear a device
  // number in turn. Returns how many could not be reached.
  std::uint64_t fill(const HostPaths& paths, const std::vector<LedgerRow>& rows, std::uint64_t monotonic_ns,
                     std::vector<Superblock>& superblocks);

  // After reconcile(): drift is as old as the usage that it comes from.
  void keep_drift(std::vector<Superblock>& superblocks);

 private:
  struct Figures {
    SuperblockUsage usage;
    bool reached = false;
    std::optional<std::int64_t> drift_bytes;
    std::optional<std::int64_t> drift_inodes;
  };
  TurnBook<SuperblockId, Figures> book_{kMostStatfs};
};

class MemoryFigures {
 public:
  // Of those that are alive; one that has gone becomes dead. Returns how many could not be read.
  std::uint64_t fill(const CgroupHierarchy& hierarchy, const std::vector<LedgerRow>& rows, std::uint64_t monotonic_ns,
                     const std::vector<bool>& alive, std::vector<Cgroup>& cgroups);

 private:
  TurnBook<CgroupId, CgroupMemory> book_{kMostMemoryReads};
};

}  // namespace tmpfstrace
