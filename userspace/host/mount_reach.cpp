// SPDX-License-Identifier: Apache-2.0
#include "host/mount_reach.h"

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_map>
#include <utility>

namespace tmpfstrace {

namespace {

constexpr std::size_t kMaxDepth = 4096;  // of mounts upon mounts; a damaged table may hold a cycle

using ChildKey = std::pair<std::uint64_t, std::string_view>;  // the parent's mount id, the mount point

struct ChildHash {
  std::size_t operator()(const ChildKey& key) const {
    return std::hash<std::string_view>{}(key.second) ^ (key.first * 0x9E3779B97F4A7C15);
  }
};

using Children = std::unordered_map<ChildKey, const MountEntry*, ChildHash>;

// The mount on the shortest path component of target at which a child of parent lies: path lookup leaves parent there.
const MountEntry* next_on_path(const Children& children, const MountEntry& parent, std::string_view target) {
  if (const auto root = children.find({parent.mount_id, "/"}); root != children.end()) return root->second;
  for (std::size_t end = 1; end != std::string_view::npos && end <= target.size();) {
    end = target.find('/', end);
    const auto child = children.find({parent.mount_id, target.substr(0, end)});
    if (child != children.end()) return child->second;
    if (end != std::string_view::npos) ++end;
  }
  return nullptr;
}

}  // namespace

bool is_remote_type(std::string_view fstype) {
  constexpr std::array<std::string_view, 14> kRemote = {"nfs",     "nfs4", "cifs", "smb3",      "smbfs",
                                                        "ceph",    "9p",   "afs",  "glusterfs", "lustre",
                                                        "fuseblk", "fuse", "gfs2", "beegfs"};
  return fstype.starts_with("fuse.") || std::find(kRemote.begin(), kRemote.end(), fstype) != kRemote.end();
}

MountReach derive_mount_reach(const MountTable& table) {
  std::unordered_map<std::uint64_t, const MountEntry*> by_id;
  Children children;
  by_id.reserve(table.entries.size());
  children.reserve(table.entries.size());
  for (const auto& entry : table.entries) {
    by_id.emplace(entry.mount_id, &entry);
    if (entry.parent_id != entry.mount_id) children[{entry.parent_id, entry.mount_point}] = &entry;
  }

  MountReach reach;
  for (const auto& entry : table.entries) {
    if (!is_shmem_type(entry.fstype)) continue;
    // Upwards: the chain of mounts that a lookup should pass through. Each must send it on to the one below it.
    const MountEntry* wanted = nullptr;
    const MountEntry* at = &entry;
    for (std::size_t depth = 0; depth < kMaxDepth; ++depth) {
      if (next_on_path(children, *at, entry.mount_point) != wanted) reach.covered.insert(entry.mount_id);
      if (wanted != nullptr && is_remote_type(at->fstype) && at->mount_point != "/") {
        reach.behind_remote.insert(entry.mount_id);
      }
      const auto parent = by_id.find(at->parent_id);
      if (parent == by_id.end() || parent->second == at) break;
      wanted = std::exchange(at, parent->second);
    }
  }
  return reach;
}

}  // namespace tmpfstrace
