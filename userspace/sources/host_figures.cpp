// SPDX-License-Identifier: Apache-2.0
#include "sources/host_figures.h"

#include <cerrno>
#include <unordered_set>

#include "host/memcg_files.h"
#include "host/mount_access.h"

namespace tmpfstrace {
namespace {

bool has_usage(const Superblock& superblock) { return !superblock.dead && superblock.kind != "internal"; }

void set_usage(Superblock& superblock, const SuperblockUsage& usage) {
  superblock.size_bytes = usage.size_bytes;
  superblock.used_bytes = usage.used_bytes;
  superblock.inodes_total = usage.inodes_total;
  superblock.inodes_used = usage.inodes_used;
}

}  // namespace

std::uint64_t UsageFigures::fill(const HostPaths& paths, const std::vector<LedgerRow>& rows, std::uint64_t monotonic_ns,
                                 std::vector<Superblock>& superblocks) {
  Activities<SuperblockId> activities;
  for (const LedgerRow& row : rows) activities[row.superblock] += activity_of(row.counters);
  std::vector<SuperblockId> ids;
  ids.reserve(superblocks.size());
  for (const Superblock& superblock : superblocks) ids.push_back(superblock.id);
  const std::vector<bool> asked = book_.pick(ids, activities);

  ProcessRoot root(paths);
  std::uint64_t unreachable = 0;
  for (std::size_t i = 0; i < superblocks.size(); ++i) {
    Superblock& superblock = superblocks[i];
    if (!has_usage(superblock)) continue;
    if (asked[i]) {
      const auto usage = read_superblock_usage(root, superblock);
      book_.put(superblock.id, {{usage.value_or(SuperblockUsage{}), usage.has_value(), {}, {}},
                                monotonic_ns,
                                book_.activity(activities, superblock.id)});
    }
    const auto* known = book_.find(superblock.id);
    set_usage(superblock, known->figures.usage);
    if (!asked[i]) superblock.usage_age_ns = monotonic_ns - known->asked_ns;
    if (!known->figures.reached) ++unreachable;
  }
  return unreachable;
}

void UsageFigures::keep_drift(std::vector<Superblock>& superblocks) {
  std::unordered_set<SuperblockId, IdHash> there;
  for (Superblock& superblock : superblocks) {
    const auto* known = book_.find(superblock.id);
    if (known == nullptr || !has_usage(superblock)) continue;
    there.insert(superblock.id);
    if (superblock.usage_age_ns) {
      superblock.drift_bytes = known->figures.drift_bytes;
      superblock.drift_inodes = known->figures.drift_inodes;
      continue;
    }
    auto entry = *known;
    entry.figures.drift_bytes = superblock.drift_bytes;
    entry.figures.drift_inodes = superblock.drift_inodes;
    book_.put(superblock.id, entry);
  }
  book_.keep_if([&](const SuperblockId& id) { return there.contains(id); });
}

std::uint64_t MemoryFigures::fill(const CgroupHierarchy& hierarchy, const std::vector<LedgerRow>& rows,
                                  std::uint64_t monotonic_ns, const std::vector<bool>& alive,
                                  std::vector<Cgroup>& cgroups) {
  Activities<CgroupId> activities;
  for (const LedgerRow& row : rows) activities[row.cgroup] += activity_of(row.counters);
  std::vector<CgroupId> ids;
  ids.reserve(cgroups.size());
  for (const Cgroup& cgroup : cgroups) ids.push_back(cgroup.id);
  const std::vector<bool> asked = book_.pick(ids, activities);

  std::uint64_t unreadable = 0;
  std::unordered_set<CgroupId, IdHash> there;
  for (std::size_t i = 0; i < cgroups.size(); ++i) {
    Cgroup& cgroup = cgroups[i];
    if (!alive[i]) continue;
    if (asked[i]) {
      if (const auto read = read_memcg(hierarchy, cgroup); !read) {
        cgroup.dead = read.error().code == ENOENT || read.error().code == ENODEV;
        if (cgroup.dead) continue;
        ++unreadable;
      }
      book_.put(cgroup.id, {cgroup, monotonic_ns, book_.activity(activities, cgroup.id)});
    }
    there.insert(cgroup.id);
    const auto* known = book_.find(cgroup.id);
    cgroup.memory_current = known->figures.memory_current;
    cgroup.memory_max = known->figures.memory_max;
    cgroup.memory_unlimited = known->figures.memory_unlimited;
    cgroup.shmem_bytes = known->figures.shmem_bytes;
    if (!asked[i]) cgroup.memory_age_ns = monotonic_ns - known->asked_ns;
  }
  book_.keep_if([&](CgroupId id) { return there.contains(id); });
  return unreadable;
}

}  // namespace tmpfstrace
