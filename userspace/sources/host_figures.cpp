// SPDX-License-Identifier: Apache-2.0
#include "sources/host_figures.h"

#include <cerrno>

#include "host/memcg_files.h"
#include "host/mount_access.h"

namespace tmpfstrace {
namespace {

// What the rows of each object have counted.
template <typename Id>
Activities<Id> activities_of(const std::vector<LedgerRow>& rows, Id LedgerRow::*id) {
  Activities<Id> activities;
  activities.reserve(rows.size());
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
    auto& known = book_.at(superblock.id);
    if (asked[i]) {
      const auto usage = read_superblock_usage(root, superblock);
      known.figures = {usage.value_or(SuperblockUsage{}), usage.has_value(), {}, {}};
      known.asked_ns = monotonic_ns;
      known.activity = book_.activity(activities, superblock.id);
    }
    set_usage(superblock, known.figures.usage);
    if (!asked[i]) superblock.usage_age_ns = monotonic_ns - known.asked_ns;
    if (!known.figures.reached) ++unreachable;
  }
  return unreachable;
}

void UsageFigures::keep_drift(std::vector<Superblock>& superblocks) {
  for (Superblock& superblock : superblocks) {
    // What has no mount any more had no turn.
    if (!has_usage(superblock) || book_.find(superblock.id) == nullptr) continue;
    auto& known = book_.at(superblock.id).figures;
    if (superblock.usage_age_ns) {
      superblock.drift_bytes = known.drift_bytes;
      superblock.drift_inodes = known.drift_inodes;
    } else {
      known.drift_bytes = superblock.drift_bytes;
      known.drift_inodes = superblock.drift_inodes;
    }
  }
  book_.forget_others();
}

std::uint64_t MemoryFigures::fill(const CgroupHierarchy& hierarchy, const std::vector<LedgerRow>& rows,
                                  std::uint64_t monotonic_ns, const std::vector<bool>& alive,
                                  std::vector<Cgroup>& cgroups) {
  const auto activities = activities_of(rows, &LedgerRow::cgroup);
  const std::vector<bool> asked = book_.pick(ids_of(cgroups), activities);

  std::uint64_t unreadable = 0;
  for (std::size_t i = 0; i < cgroups.size(); ++i) {
    Cgroup& cgroup = cgroups[i];
    if (!alive[i]) continue;
    if (asked[i]) {
      if (const auto read = read_memcg(hierarchy, cgroup); !read) {
        cgroup.dead = read.error().code == ENOENT || read.error().code == ENODEV;
        if (cgroup.dead) continue;
        ++unreadable;
      }
    }
    auto& known = book_.at(cgroup.id);
    if (asked[i]) {
      known.figures = cgroup;
      known.asked_ns = monotonic_ns;
      known.activity = book_.activity(activities, cgroup.id);
      continue;
    }
    static_cast<CgroupMemory&>(cgroup) = known.figures;
    cgroup.memory_age_ns = monotonic_ns - known.asked_ns;
  }
  book_.forget_others();
  return unreadable;
}

}  // namespace tmpfstrace
