// SPDX-License-Identifier: Apache-2.0
// What statfs(2) says of a superblock: the kernel's own account, against which the ledger is checked.
#pragma once

#include <sys/statfs.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "host/host_paths.h"
#include "host/mount_access.h"
#include "model/result.h"
#include "model/sample.h"

namespace tmpfstrace {

// Without a size limit (size=0, or the kernel's internal mount) shmem_statfs() leaves the counts 0: both are absent.
// The same for inodes with nr_inodes=0.
struct SuperblockUsage {
  std::optional<std::uint64_t> size_bytes;
  std::optional<std::uint64_t> used_bytes;
  std::optional<std::uint64_t> inodes_total;
  std::optional<std::uint64_t> inodes_used;
};

SuperblockUsage derive_usage(const struct statfs& facts);

// Through the first of its mounts that leads to it. An Error when none does; its text is that of the last mount tried.
Result<SuperblockUsage> read_superblock_usage(ProcessRoot& root, const Superblock& superblock);

// A dead superblock has no use any more, and of the internal one statfs tells nothing.
bool has_usage(const Superblock& superblock);

void set_usage(Superblock& superblock, const SuperblockUsage& usage);

// Fills in the usage of all but dead and internal superblocks. Returns how many could not be reached.
std::uint64_t fill_usage(const HostPaths& paths, std::vector<Superblock>& superblocks);

}  // namespace tmpfstrace
