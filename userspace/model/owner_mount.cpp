// SPDX-License-Identifier: Apache-2.0
// What a mount point tells: where the runtimes and the kubelet mount a tmpfs of a pod or a container on the host.
#include <utility>
#include <vector>

#include "model/owner.h"
#include "model/path_parts.h"

namespace tmpfstrace {
namespace {

using Parts = std::vector<std::string_view>;

// The volumes that are a tmpfs of the kubelet's own making. Others may be a tmpfs that exists elsewhere.
const char* volume_type_of(std::string_view plugin) {
  constexpr std::pair<std::string_view, const char*> types[] = {{"kubernetes.io~empty-dir", "emptyDir"},
                                                                {"kubernetes.io~secret", "secret"},
                                                                {"kubernetes.io~projected", "projected"},
                                                                {"kubernetes.io~downward-api", "downwardAPI"}};
  for (const auto& [directory, type] : types)
    if (plugin == directory) return type;
  return nullptr;
}

// Do the parts end so? An empty word stands for any.
bool ends_with(const Parts& parts, const std::vector<std::string_view>& tail) {
  if (parts.size() < tail.size()) return false;
  for (std::size_t i = 0; i < tail.size(); ++i)
    if (!tail[i].empty() && parts[parts.size() - tail.size() + i] != tail[i]) return false;
  return true;
}

OwnerRef shm_of(std::string_view id, const char* kind, const char* runtime) {
  if (!is_container_id(id)) return nullptr;
  Owner owner;
  owner.kind = kind;
  owner.container_id = id;
  owner.runtime = runtime;
  return std::make_shared<const Owner>(std::move(owner));
}

}  // namespace

OwnerRef owner_of_mount_point(std::string_view path) {
  const Parts parts = split_path(path);
  const auto from_end = [&](std::size_t back) { return parts[parts.size() - back]; };
  if (ends_with(parts, {"sandboxes", "", "shm"})) return shm_of(from_end(2), "pod", "containerd");
  // CRI-O's sandbox, or Podman's container: its state file tells.
  if (ends_with(parts, {"overlay-containers", "", "userdata", "shm"})) return shm_of(from_end(3), "container", "");
  if (ends_with(parts, {"containers", "", "mounts", "shm"})) return shm_of(from_end(3), "container", "docker");
  if (ends_with(parts, {"containers", "", "shm"})) return shm_of(from_end(2), "container", "docker");  // before 18.06
  if (!ends_with(parts, {"pods", "", "volumes", "", ""})) return nullptr;
  const char* type = volume_type_of(from_end(2));
  if (type == nullptr || !is_pod_uid(from_end(4))) return nullptr;
  Owner owner;
  owner.kind = "pod";
  owner.pod_uid = from_end(4);
  owner.volume = from_end(1);
  owner.volume_type = type;
  return std::make_shared<const Owner>(std::move(owner));
}

}  // namespace tmpfstrace
