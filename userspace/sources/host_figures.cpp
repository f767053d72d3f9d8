// SPDX-License-Identifier: Apache-2.0
#include "sources/host_figures.h"

#include <cerrno>
#include <unordered_set>

#include "host/memcg_files.h"
#include "host/mount_access.h"

namespace tmpfstrace {
namespace {

// What the rows of each object have counted.
template <typename Id>
Activities<Id> activities_of(const std::vector<LedgerRow>& rows, Id LedgerRow::*id) {
  Activities<Id> activities;
  for (const LedgerRow& row : rows) activities[row.*id] += activity_of(row.counters);
  return activities;
}

template <typename Object>
auto ids_of(const std::vector<Object>& objects) {
  std::vector<decltype(Object::id)> ids;
  ids.reserve(objects.size());
  for (const Object& object : objects) ids.push_back(object.id);
  return ids;
}

}  // namespace

std::uint64_t UsageFigures::fill(const HostPaths& paths, const std::vector<LedgerRow>& rows, std::uint64_t monotonic_ns,
                                 std::vector<Superblock>& superblocks) {
  const auto activities = activities_of(rows, &LedgerRow::superblock);
  const std::vector<bool> asked = book_.pick(ids_of(superblocks), activities);

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
  const auto activities = activities_of(rows, &LedgerRow::cgroup);
  const std::vector<bool> asked = book_.pick(ids_of(cgroups), activities);

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
