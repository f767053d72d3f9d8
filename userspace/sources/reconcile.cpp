// SPDX-License-Identifier: Apache-2.0
#include "sources/reconcile.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

#include "model/counters.h"

namespace tmpfstrace {
namespace {

constexpr std::int64_t kBytesPerInode = 1024;  // BOGO_INODE_SIZE: what one inode takes of a budget kept in bytes

struct Net {
  std::int64_t bytes = 0;
  std::int64_t inodes = 0;
  std::int64_t xattr_bytes = 0;
};

std::int64_t to_signed(const std::optional<std::uint64_t>& value) {
  return static_cast<std::int64_t>(value.value_or(0));
}

std::map<SuperblockId, Net> net_of(const std::vector<LedgerRow>& rows) {
  std::map<SuperblockId, Net> nets;
  for (const LedgerRow& row : rows) {
    const Counters& c = row.counters;
    if (!c.allocated_bytes || !c.freed_bytes || !c.created || !c.removed) continue;
    Net& net = nets[row.superblock];
    net.bytes += to_signed(c.seeded_bytes) + to_signed(c.allocated_bytes) - to_signed(c.freed_bytes);
    net.inodes += to_signed(c.seeded_inodes) + to_signed(sum_of(c.created)) - to_signed(sum_of(c.removed));
    net.xattr_bytes += to_signed(c.xattr_bytes);
  }
  // statfs rounds the free budget down, hence the used one up.
  for (auto& [id, net] : nets) net.inodes += (net.xattr_bytes + kBytesPerInode - 1) / kBytesPerInode;
  return nets;
}

std::int64_t distance(std::int64_t reference, std::int64_t a, std::int64_t b) {
  if (reference >= std::min(a, b) && reference <= std::max(a, b)) return 0;
  return std::abs(a - reference) < std::abs(b - reference) ? a - reference : b - reference;
}

bool same_device(const SuperblockId& a, const SuperblockId& b) { return a.major == b.major && a.minor == b.minor; }

}  // namespace

void join_superblocks(const std::vector<KernelSuperblock>& known, std::vector<Superblock>& mounted) {
  const std::size_t mounted_count = mounted.size();
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> by_device;
  for (std::size_t i = 0; i < mounted_count; ++i) by_device[{mounted[i].id.major, mounted[i].id.minor}] = i;
  for (const KernelSuperblock& kernel : known) {
    const auto found = by_device.find({kernel.id.major, kernel.id.minor});
    // A device number comes again after umount: of those that bore it only the living one is what is mounted.
    if (found != by_device.end() && !kernel.dead && same_device(mounted[found->second].id, kernel.id)) {
      mounted[found->second].id.generation = kernel.id.generation;
      continue;
    }
    Superblock unmounted;
    unmounted.id = kernel.id;
    unmounted.kind = kernel.kind;
    unmounted.dead = kernel.dead;
    mounted.push_back(std::move(unmounted));
  }
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
  const auto first = net_of(before);
  const auto second = net_of(after);
  for (Superblock& superblock : superblocks) {
    const auto a = first.find(superblock.id);
    const auto b = second.find(superblock.id);
    if (b == second.end() || superblock.dead) continue;
    const Net start = a == first.end() ? Net{} : a->second;
    if (superblock.used_bytes)
      superblock.drift_bytes = distance(to_signed(superblock.used_bytes), start.bytes, b->second.bytes);
    if (superblock.inodes_used)
      superblock.drift_inodes = distance(to_signed(superblock.inodes_used), start.inodes, b->second.inodes);
  }
}

}  // namespace tmpfstrace
