// SPDX-License-Identifier: Apache-2.0
#include "host/seed_walk.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <tuple>

#include "host/mount_access.h"
#include "host/open_files_walk.h"
#include "host/sysv_segments.h"
#include "host/tree_walk.h"

namespace tmpfstrace {

namespace {

bool is_deleted(const std::string& root) { return root.ends_with("//deleted"); }

// Is what lies at inner found by walking outer? A removed directory or file is found through its own mount alone.
bool is_part_of(const std::string& inner, const std::string& outer) {
  if (is_deleted(inner)) return false;
  return outer == "/" || inner == outer || (inner.starts_with(outer) && inner[outer.size()] == '/');
}

// Not recursive: the clone has no mount on it. An error (EPERM; EINVAL from another namespace or for an unbindable
// mount) means that the mount itself has to be walked.
UniqueFd clone_mount(int mount) {
  return UniqueFd(static_cast<int>(
      ::syscall(SYS_open_tree, mount, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | static_cast<unsigned>(AT_EMPTY_PATH))));
}

// False: the mount could not be entered.
bool walk_mount(const HostPaths& paths, const Mount& mount, const SuperblockId& id, const InodeVisitor& visitor,
                WalkCounts& counts) {
  auto fd = open_mount(paths, mount, id);
  if (!fd) {
    ++counts.errors[fd.error().code];
    return false;
  }
  const UniqueFd clone = clone_mount(fd->get());
  if (clone) fd->reset();
  TreeWalk(visitor, counts, static_cast<bool>(clone), mount.root).run(clone ? clone.get() : fd->get());
  return true;
}

void walk_superblock(const HostPaths& paths, const Superblock& superblock, std::uint64_t own_namespace,
                     const InodeVisitor& visitor, WalkCounts& counts) {
  std::vector<std::string> walked;  // roots
  for (const auto& mount : plan_seed(superblock, own_namespace)) {
    const bool again = std::any_of(walked.begin(), walked.end(),
                                   [&](const std::string& root) { return is_part_of(mount.root, root); });
    if (again) continue;
    if (walk_mount(paths, mount, superblock.id, visitor, counts)) walked.push_back(mount.root);
    if (counts.stopped) return;
  }
  if (walked.empty()) {
    counts.unreachable.push_back(superblock.id);
  } else if (walked.front() != "/") {
    counts.partly_reachable.push_back(superblock.id);
  }
}

}  // namespace

std::vector<Mount> plan_seed(const Superblock& superblock, std::uint64_t own_namespace) {
  std::vector<Mount> mounts;
  for (const auto& mount : superblock.mounts) {
    if (mount.pid != 0) mounts.push_back(mount);
  }
  std::stable_sort(mounts.begin(), mounts.end(), [&](const Mount& left, const Mount& right) {
    return std::make_tuple(left.root.size(), left.mount_namespace != own_namespace) <
           std::make_tuple(right.root.size(), right.mount_namespace != own_namespace);
  });
  return mounts;
}

void walk_superblocks(const HostPaths& paths, const std::vector<Superblock>& superblocks, const InodeVisitor& visitor,
                      WalkCounts& counts) {
  struct stat facts {};
  const bool known = ::stat((paths.proc + "/self/ns/mnt").c_str(), &facts) == 0;
  if (!known) ++counts.errors[errno];
  for (const auto& superblock : superblocks) {
    if (counts.stopped) return;
    if (superblock.dead || superblock.kind == "internal") continue;
    walk_superblock(paths, superblock, known ? facts.st_ino : 0, visitor, counts);
  }
}

WalkCounts walk(const HostPaths& paths, const std::vector<Superblock>& superblocks, const InodeVisitor& visitor) {
  WalkCounts counts;
  walk_superblocks(paths, superblocks, visitor, counts);
  if (counts.stopped) return counts;
  const auto internal = probe_internal_shmem(paths);
  if (!internal) {
    ++counts.errors[internal.error().code];
    return counts;
  }
  const DetachedSegments segments(paths, counts);
  walk_open_files(paths, superblocks, *internal, visitor, counts);
  return counts;
}

}  // namespace tmpfstrace
