// SPDX-License-Identifier: Apache-2.0
// Which mounts can be entered by their path, decided from mountinfo alone: to find out by trying may hang on a dead
// server. Pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "host/mount_table.h"

namespace tmpfstrace {

struct MountReach {
  // The path leads through a remote file system. The root mount does not count: when that hangs the host has stopped
  // anyhow, and a node booted from the network would otherwise have no tmpfs at all.
  std::unordered_set<std::uint64_t> behind_remote;
  // Another mount lies on the mount point, or on a directory above it: the path leads there.
  std::unordered_set<std::uint64_t> covered;
};

// Mount ids. A table that the kernel cannot have written (cycles, missing parents) gives some answer and ends.
MountReach derive_mount_reach(const MountTable& table);

// A file system whose server, in the network or in user space, may be dead: a lookup in it may never return.
bool is_remote_type(std::string_view fstype);

}  // namespace tmpfstrace
