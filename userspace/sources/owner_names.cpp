// SPDX-License-Identifier: Apache-2.0
#include "sources/owner_names.h"

#include <algorithm>
#include <utility>

#include "host/process_namespace.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kGraceNs = 600'000'000'000;
constexpr std::uint64_t kCleanInterval = 60'000'000'000;
// A name that is missing is asked for after these times: a runtime writes its files when the cgroup is there already.
constexpr std::uint64_t kFirstWait = 1'000'000'000;
constexpr std::uint64_t kLastWait = 30'000'000'000;

}  // namespace

Result<OwnerNames> OwnerNames::open(const HostPaths& paths) {
  auto root = HostRoot::open(paths.root);
  if (!root) return fail("--host-root: " + root.error().message, root.error().hint, root.error().code);
  return OwnerNames(paths, ContainerNames(std::move(*root)));
}

void OwnerNames::begin_sample(std::uint64_t now_ns) {
  names_.begin_round(now_ns);
  host_namespace_ = mount_namespace_of(paths_, 1);
  if (now_ns < next_clean_ns_) return;
  next_clean_ns_ = now_ns + kCleanInterval;
  const auto is_old = [now_ns](const auto& item) { return now_ns - item.second.used_ns > kGraceNs; };
  std::erase_if(cgroups_, is_old);
  std::erase_if(superblocks_, is_old);
}

OwnerRef OwnerNames::of_cgroup(CgroupId id, const std::string& path, std::uint64_t now_ns) {
  Known& known = cgroups_[id];
  if (path != known.path && (known.owner == nullptr || path.starts_with('/')))
    known = {.path = path, .owner = owner_of_cgroup_path(path)};
  return complete(known, now_ns);
}

OwnerRef OwnerNames::of_superblock(const Superblock& superblock, std::uint64_t now_ns) {
  for (const Mount& mount : superblock.mounts) {
    // A mount of a part may lie anywhere, and other namespaces may call theirs what they like.
    if (mount.mount_namespace != host_namespace_ || mount.root != "/") continue;
    const auto found = superblocks_.find(superblock.id);
    if (found != superblocks_.end() && found->second.path == mount.mount_point)
      return complete_mount(found->second, now_ns);
    OwnerRef owner = owner_of_mount_point(mount.mount_point);
    if (owner == nullptr) continue;
    Known& known = superblocks_[superblock.id];
    known = {.path = mount.mount_point, .owner = std::move(owner)};
    return complete_mount(known, now_ns);
  }
  // A device number without a generation may be another superblock's by now.
  if (superblock.id.generation == 0) return nullptr;
  const auto found = superblocks_.find(superblock.id);
  return found == superblocks_.end() ? nullptr : complete_mount(found->second, now_ns);
}

// What a pod's sandbox has mounted is the whole pod's.
OwnerRef OwnerNames::complete_mount(Known& known, std::uint64_t now_ns) {
  if (complete(known, now_ns)->kind != "sandbox") return known.owner;
  Owner owner = *known.owner;
  owner.kind = "pod";
  known.owner = std::make_shared<const Owner>(std::move(owner));
  return known.owner;
}

OwnerRef OwnerNames::complete(Known& known, std::uint64_t now_ns) {
  known.used_ns = now_ns;
  if (known.owner == nullptr || known.named) return known.owner;
  if (now_ns < known.ask_again_ns || !names_.may_read()) return known.owner;
  known.wait_ns = std::clamp(2 * known.wait_ns, kFirstWait, kLastWait);
  known.ask_again_ns = now_ns + known.wait_ns;
  Owner owner = *known.owner;
  names_.complete(owner, now_ns);
  known.named = is_named(owner);
  if (owner != *known.owner) known.owner = std::make_shared<const Owner>(std::move(owner));
  return known.owner;
}

}  // namespace tmpfstrace
