// SPDX-License-Identifier: Apache-2.0
#include "host/superblock_usage.h"

#include <cerrno>

#include "host/mount_access.h"
#include "host/text_file.h"

namespace tmpfstrace {

namespace {

// Free may exceed total for an instant: the kernel reads the two without a lock.
std::uint64_t used(std::uint64_t total, std::uint64_t available) { return available < total ? total - available : 0; }

}  // namespace

SuperblockUsage derive_usage(const struct statfs& facts) {
  SuperblockUsage usage;
  const auto block = static_cast<std::uint64_t>(facts.f_frsize != 0 ? facts.f_frsize : facts.f_bsize);
  if (facts.f_blocks != 0) {
    usage.size_bytes = facts.f_blocks * block;
    usage.used_bytes = used(facts.f_blocks, facts.f_bfree) * block;
  }
  if (facts.f_files != 0) {
    usage.inodes_total = facts.f_files;
    usage.inodes_used = used(facts.f_files, facts.f_ffree);
  }
  return usage;
}

Result<SuperblockUsage> read_superblock_usage(ProcessRoot& root, const Superblock& superblock) {
  Error last{"cannot reach the superblock: it has no mount that may be entered", "", ENOENT};
  for (const auto& mount : superblock.mounts) {
    if (mount.pid == 0) continue;
    const auto facts = statfs_mount(root, mount, superblock.id);
    if (facts) return derive_usage(*facts);
    last = facts.error();
  }
  return tl::unexpected(last);
}

bool has_usage(const Superblock& superblock) { return !superblock.dead && superblock.kind != "internal"; }

void set_usage(Superblock& superblock, const SuperblockUsage& usage) {
  superblock.size_bytes = usage.size_bytes;
  superblock.used_bytes = usage.used_bytes;
  superblock.inodes_total = usage.inodes_total;
  superblock.inodes_used = usage.inodes_used;
}

std::uint64_t fill_usage(const HostPaths& paths, std::vector<Superblock>& superblocks) {
  ProcessRoot root(paths);
  std::uint64_t unreachable = 0;
  for (auto& superblock : superblocks) {
    if (!has_usage(superblock)) continue;
    const auto usage = read_superblock_usage(root, superblock);
    if (!usage) ++unreachable;
    set_usage(superblock, usage.value_or(SuperblockUsage{}));
  }
  return unreachable;
}

}  // namespace tmpfstrace
