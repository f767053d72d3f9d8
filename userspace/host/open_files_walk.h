// SPDX-License-Identifier: Apache-2.0
// Stats the tmpfs inodes that have no name any more but are held by processes: open or mapped deleted files, memfds,
// SysV segments and shared anonymous memory.
//
// No file is touched before it is known to be on tmpfs, from text alone: /proc/PID/fdinfo gives the mount,
// /proc/PID/maps the device. A stat of anything else might wait for a dead server.
//
// Not found: files held by the kernel alone (loop devices, graphics buffers), descriptors in flight over a socket, SysV
// segments that nobody has attached, descriptors on a mount that was detached (umount -l) and shows in no mountinfo,
// descriptor tables of threads that do not share their process's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "host/host_paths.h"
#include "host/inode_visit.h"
#include "model/result.h"
#include "model/sample.h"

namespace tmpfstrace {

// The kernel's own mount of tmpfs (shm_mnt), where memfds, SysV segments and shared anonymous memory live.
struct InternalShmem {
  SuperblockId id;
  std::uint64_t mount_id = 0;
};

// Makes a memfd and looks where it is.
Result<InternalShmem> probe_internal_shmem(const HostPaths& paths);

// The target of a /proc/PID/fd link that may be a file of a file system: not "socket:[…]", "pipe:[…]", "anon_inode:…".
bool may_be_file(std::string_view link_target);

std::optional<std::uint64_t> parse_mount_id(std::string_view fdinfo);

// Visits what every process in /proc holds on the given superblocks and, if it is given, on the kernel's own. stop is
// asked before each process: true ends the walk, as the visitor can only where something is met.
void walk_open_files(const HostPaths& paths, const std::vector<Superblock>& superblocks,
                     const std::optional<InternalShmem>& internal, const InodeVisitor& visitor, WalkCounts& counts,
                     const std::function<bool()>& stop = {});

}  // namespace tmpfstrace
