// SPDX-License-Identifier: Apache-2.0
// How a mount of another process's mount namespace is reached, without being led elsewhere.
//
// The descriptor pins the mount: while it is open, umount fails with EBUSY. Callers use it and drop it; none is kept.
#pragma once

#include <sys/statfs.h>
#include <sys/types.h>

#include "host/host_paths.h"
#include "host/unique_fd.h"
#include "model/result.h"
#include "model/sample.h"

namespace tmpfstrace {

// The root directory of one process, open as long as one after the other of its mounts is reached: for the time of one
// walk over the superblocks, as it pins the root mount.
class ProcessRoot {
 public:
  explicit ProcessRoot(const HostPaths& paths) : paths_(paths) {}

  // Owned by this object, until it is asked for another process. Refused: pid 0, nobody to go through.
  Result<int> open(std::int32_t pid);

 private:
  const HostPaths& paths_;
  std::int32_t pid_ = 0;
  UniqueFd fd_;
};

// An O_PATH descriptor of the mount's root (a directory, or a file for a file's bind mount), reached through
// <proc>/PID/root<mount_point>. Symbolic links are not followed: the owner of a container could turn a parent
// directory into one. Refused: pid 0 (nobody to go through), and whatever is not this superblock on tmpfs (another
// mount lies on top): ENOENT, EXDEV.
Result<UniqueFd> open_mount(const HostPaths& paths, const Mount& mount, const SuperblockId& id);

// What statfs says of the mount, reached as by open_mount and under the same conditions.
Result<struct statfs> statfs_mount(ProcessRoot& root, const Mount& mount, const SuperblockId& id);

// open_mount without the check of identity. For a file system whose type is not known yet.
Result<UniqueFd> open_mount_point(const HostPaths& paths, const Mount& mount);

// fstatfs says TMPFS_MAGIC: tmpfs, devtmpfs and a shmem rootfs. False on error: what cannot be asked is not entered.
bool is_on_tmpfs(int fd);

bool is_device(dev_t device, const SuperblockId& id);

// openat2(2), which glibc does not wrap. -1 and errno. Linux 5.6.
int open_at(int directory, const char* name, int flags, unsigned long long resolve);

}  // namespace tmpfstrace
