// SPDX-License-Identifier: Apache-2.0
#include "tui/superblock_facts.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "model/names.h"
#include "model/ratio.h"
#include "tui/format.h"
#include "tui/view_rows.h"

namespace tmpfstrace {

std::optional<LimitKind> nearest_limit(const Superblock& superblock) {
  const auto blocks = ratio_of(superblock.used_bytes, superblock.size_bytes);
  const auto inodes = ratio_of(superblock.inodes_used, superblock.inodes_total);
  if (std::max(blocks.value_or(0), inodes.value_or(0)) < 0.5) return std::nullopt;
  return inodes.value_or(-1) > blocks.value_or(-1) ? LimitKind::inodes : LimitKind::blocks;
}

std::string superblock_name(const Superblock& superblock) {
  if (superblock.mounts.empty()) {
    return superblock.kind == "internal" ? "(memfd, SysV)" : "(no mount)";
  }
  // The whole superblock rather than a part bound elsewhere, then a mount that can be reached. Of one that has an owner
  // the shortest, which is mostly the one inside the container: the owner tells the rest. Then the namespace of process
  // 1 or of the lowest pid (kdevtmpfs has /dev as its root), and only in one namespace the mount made first.
  const auto rank = [owned = superblock.owner != nullptr](const Mount& mount) {
    const std::size_t length = owned ? mount.mount_point.size() : 0;
    return std::tuple(mount.root != "/", mount.pid == 0, length, mount.pid, mount.mount_namespace, mount.mount_id);
  };
  const auto shown = std::min_element(superblock.mounts.begin(), superblock.mounts.end(),
                                      [&](const Mount& a, const Mount& b) { return rank(a) < rank(b); });
  const std::size_t others = superblock.mounts.size() - 1;
  return others == 0 ? shown->mount_point : fmt::format("{} +{}", shown->mount_point, others);
}

std::string owner_of(const Superblock& superblock) {
  return superblock.owner == nullptr ? absent_text : owner_text(*superblock.owner);
}

std::string cause_text(const std::vector<RefusalCount>& refusals) {
  const auto cause = main_cause(refusals);
  return cause ? std::string(cause_name(*cause)) : absent_text;
}

const SuperblockView* find_superblock(const Frame& frame, const RowKey& key) {
  const SuperblockView* best = nullptr;
  for (const SuperblockView& view : frame.snapshot->superblocks) {
    const RowKey other = key_of_superblock(view.info.id);
    if (other == key) return &view;
    if (key.minor == 0 && other.major == key.major) best = &view;
  }
  if (best != nullptr || frame.changes == nullptr) return best;
  for (const SuperblockView& view : frame.changes->gone_superblocks)
    if (key_of_superblock(view.info.id) == key) return &view;
  return nullptr;
}

const CgroupView* find_cgroup(const Frame& frame, CgroupId id) {
  for (const CgroupView& view : frame.snapshot->cgroups)
    if (view.info.id == id) return &view;
  if (frame.changes == nullptr) return nullptr;
  for (const CgroupView& view : frame.changes->gone_cgroups)
    if (view.info.id == id) return &view;
  return nullptr;
}

std::string cgroup_name(const Frame& frame, CgroupId id) {
  const CgroupView* view = find_cgroup(frame, id);
  if (view == nullptr) return fmt::format("cgroup {}", id);
  return view->info.owner ? owner_text(*view->info.owner) : view->info.path;
}

}  // namespace tmpfstrace
