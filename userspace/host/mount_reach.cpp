// SPDX-License-Identifier: Apache-2.0
#include "host/mount_reach.h"

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

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

struct Listed {
  const MountEntry* entry = nullptr;
  // By length, whether a child has a mount point that long: of the beginnings of a path, with thousands of mounts, few
  // are worth looking for among them.
  std::vector<bool> child_lengths;

  bool may_have_child_at(std::string_view mount_point) const {
    return mount_point.size() < child_lengths.size() && child_lengths[mount_point.size()];
  }
};

const MountEntry* child_at(const Children& children, const Listed& parent, std::string_view mount_point) {
  if (!parent.may_have_child_at(mount_point)) return nullptr;
  const auto child = children.find({parent.entry->mount_id, mount_point});
  return child == children.end() ? nullptr : child->second;
}

// The mount on the shortest path component of target at which a child of parent lies: path lookup leaves parent there.
const MountEntry* next_on_path(const Children& children, const Listed& parent, std::string_view target) {
  if (const MountEntry* root = child_at(children, parent, "/")) return root;
  for (std::size_t end = 1; end != std::string_view::npos && end <= target.size();) {
    end = target.find('/', end);
    if (const MountEntry* child = child_at(children, parent, target.substr(0, end))) return child;
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
  std::unordered_map<std::uint64_t, Listed> by_id;
  Children children;
  by_id.reserve(table.entries.size());
  children.reserve(table.entries.size());
  for (const auto& entry : table.entries) {
    if (Listed& listed = by_id[entry.mount_id]; listed.entry == nullptr) listed.entry = &entry;
    if (entry.parent_id == entry.mount_id) continue;
    std::vector<bool>& lengths = by_id[entry.parent_id].child_lengths;
    if (lengths.size() <= entry.mount_point.size()) lengths.resize(entry.mount_point.size() + 1);
    lengths[entry.mount_point.size()] = true;
    children[{entry.parent_id, entry.mount_point}] = &entry;
  }

  MountReach reach;
  for (const auto& entry : table.entries) {
    if (!is_shmem_type(entry.fstype)) continue;
    // Upwards: the chain of mounts that a lookup should pass through. Each must send it on to the one below it.
    const MountEntry* wanted = nullptr;
    const Listed* at = &by_id.at(entry.mount_id);
    for (std::size_t depth = 0; depth < kMaxDepth; ++depth) {
      const MountEntry* next = at->child_lengths.empty() ? nullptr : next_on_path(children, *at, entry.mount_point);
      if (next != wanted) reach.covered.insert(entry.mount_id);
      if (wanted != nullptr && is_remote_type(at->entry->fstype) && at->entry->mount_point != "/")
        reach.behind_remote.insert(entry.mount_id);
      const Listed& parent = by_id.at(at->entry->parent_id);
      if (parent.entry == nullptr || &parent == at) break;
      wanted = at->entry;
      at = &parent;
    }
  }
  return reach;
}

}  // namespace tmpfstrace
