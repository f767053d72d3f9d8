// SPDX-License-Identifier: Apache-2.0
#include "sources/reconcile.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "model/counters.h"
#include "sources/turns.h"

namespace tmpfstrace {
namespace {

// The programs see a superblock made before its mount is in any table.
constexpr int kMostLooks = 3;
constexpr std::int64_t kBytesPerInode = 1024;  // BOGO_INODE_SIZE: what one inode takes of a budget kept in bytes

// What a superblock's rows have counted, added and taken apart: each of these only grows, but for the attributes.
struct Sums {
  std::int64_t bytes_added = 0;
  std::int64_t bytes_taken = 0;
  std::int64_t inodes_added = 0;
  std::int64_t inodes_taken = 0;
  std::int64_t xattr_bytes = 0;
};

// What the ledger can have held between two readings, at any moment.
struct Bracket {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

std::int64_t to_signed(const std::optional<std::uint64_t>& value) {
  return static_cast<std::int64_t>(value.value_or(0));
}

using SumsById = std::unordered_map<SuperblockId, Sums, IdHash>;

SumsById sums_of(const std::vector<LedgerRow>& rows) {
  SumsById all;
  all.reserve(rows.size());
  for (const LedgerRow& row : rows) {
    const Counters& c = row.counters;
    if (!c.allocated_bytes || !c.freed_bytes || !c.created || !c.removed) continue;
    Sums& sums = all[row.superblock];
    sums.bytes_added += to_signed(c.seeded_bytes) + to_signed(c.allocated_bytes);
    sums.bytes_taken += to_signed(c.freed_bytes);
    sums.inodes_added += to_signed(c.seeded_inodes) + to_signed(sum_of(c.created));
    sums.inodes_taken += to_signed(sum_of(c.removed));
    sums.xattr_bytes += to_signed(c.xattr_bytes);
  }
  return all;
}

// statfs rounds the free budget down, hence the used one up.
std::int64_t inodes_of_xattrs(std::int64_t bytes) { return (bytes + kBytesPerInode - 1) / kBytesPerInode; }

// Least: all that was taken up to the second reading was taken before, all that was added since the first came after.
// So it holds for what is filled and emptied in between, and although a reading of many counters is of no one moment.
Bracket bytes_between(const Sums& first, const Sums& second) {
  return {first.bytes_added - second.bytes_taken, second.bytes_added - first.bytes_taken};
}

Bracket inodes_between(const Sums& first, const Sums& second) {
  const auto [least, most] = std::minmax(first.xattr_bytes, second.xattr_bytes);
  return {first.inodes_added - second.inodes_taken + inodes_of_xattrs(least),
          second.inodes_added - first.inodes_taken + inodes_of_xattrs(most)};
}

std::int64_t distance(std::int64_t reference, const Bracket& ledger) {
  if (reference < ledger.least) return ledger.least - reference;
  return reference > ledger.most ? ledger.most - reference : 0;
}

std::uint64_t device_of(const SuperblockId& id) { return (std::uint64_t{id.major} << 32) | id.minor; }
bool same_device(const SuperblockId& a, const SuperblockId& b) { return a.major == b.major && a.minor == b.minor; }

// Returns those of known that are not among the mounted.
std::vector<const KernelSuperblock*> match_devices(const std::vector<KernelSuperblock>& known,
                                                   std::vector<Superblock>& mounted) {
  std::unordered_map<std::uint64_t, Superblock*> by_device;
  by_device.reserve(mounted.size());
  for (Superblock& superblock : mounted) by_device[device_of(superblock.id)] = &superblock;
  std::vector<const KernelSuperblock*> unmounted;
  for (const KernelSuperblock& kernel : known) {
    const auto found = by_device.find(device_of(kernel.id));
    // A device number comes again after umount: of those that bore it only the living one is what is mounted.
    if (found != by_device.end() && !kernel.dead)
      found->second->id.generation = kernel.id.generation;
    else
      unmounted.push_back(&kernel);
  }
  return unmounted;
}

}  // namespace

void name_superblocks(const std::vector<KernelSuperblock>& known, std::vector<Superblock>& mounted) {
  match_devices(known, mounted);
}

void join_superblocks(const std::vector<KernelSuperblock>& known, std::vector<Superblock>& mounted) {
  for (const KernelSuperblock* kernel : match_devices(known, mounted)) {
    Superblock unmounted;
    unmounted.id = kernel->id;
    unmounted.kind = kernel->kind;
    unmounted.dead = kernel->dead;
    mounted.push_back(std::move(unmounted));
  }
}

bool MountsToFind::any(const std::vector<KernelSuperblock>& known, const std::vector<Superblock>& mounted) {
  std::unordered_set<std::uint64_t> devices;
  devices.reserve(mounted.size());
  for (const Superblock& superblock : mounted) devices.insert(device_of(superblock.id));
  std::unordered_map<SuperblockId, int, IdHash> looked_for;
  bool any = false;
  for (const KernelSuperblock& kernel : known) {
    if (kernel.dead || kernel.kind == "internal" || devices.contains(device_of(kernel.id))) continue;
    const auto before = looked_for_.find(kernel.id);
    const int times = before == looked_for_.end() ? 0 : before->second;
    any = any || times < kMostLooks;
    looked_for.emplace(kernel.id, std::min(times + 1, kMostLooks));
  }
  looked_for_ = std::move(looked_for);
  return any;
}

const Superblock* find_superblock(const std::vector<Superblock>& superblocks, const SuperblockId& id) {
  const auto found = std::find_if(superblocks.begin(), superblocks.end(), [&](const Superblock& superblock) {
    return id.generation == 0 ? same_device(superblock.id, id) && !superblock.dead : superblock.id == id;
  });
  return found == superblocks.end() ? nullptr : &*found;
}

const Mount* choose_mount(const Superblock& superblock, std::optional<std::uint64_t> mount_namespace) {
  const Mount* chosen = nullptr;
  for (const Mount& mount : superblock.mounts) {
    if (chosen == nullptr) chosen = &mount;
    if (mount.mount_namespace != mount_namespace) continue;
    if (mount.root == "/") return &mount;
    if (chosen->mount_namespace != mount_namespace) chosen = &mount;
  }
  return chosen;
}

void reconcile(const std::vector<LedgerRow>& before, const std::vector<LedgerRow>& after,
               std::vector<Superblock>& superblocks) {
  const SumsById first = sums_of(before);
  const SumsById second = sums_of(after);
  for (Superblock& superblock : superblocks) {
    const auto a = first.find(superblock.id);
    const auto b = second.find(superblock.id);
    if (b == second.end() || superblock.dead || superblock.usage_age_ns) continue;
    const Sums start = a == first.end() ? Sums{} : a->second;
    if (superblock.used_bytes)
      superblock.drift_bytes = distance(to_signed(superblock.used_bytes), bytes_between(start, b->second));
    if (superblock.inodes_used)
      superblock.drift_inodes = distance(to_signed(superblock.inodes_used), inodes_between(start, b->second));
  }
}

}  // namespace tmpfstrace
