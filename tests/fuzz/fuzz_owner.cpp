// SPDX-License-Identifier: Apache-2.0
// Paths of cgroups and mount points: both are named by containers and users.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/owner.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tmpfstrace;
  const std::string path(reinterpret_cast<const char*>(data), size);
  for (const OwnerRef& owner : {owner_of_cgroup_path(path), owner_of_mount_point(path)}) {
    if (owner == nullptr) continue;
    // An owner has a kind and words; an id in it is one.
    if (owner->kind.empty() || owner_text(*owner).empty()) std::abort();
    if (!owner->container_id.empty() && !is_container_id(owner->container_id)) std::abort();
    if (!owner->pod_uid.empty() && !is_pod_uid(owner->pod_uid)) std::abort();
    (void)is_named(*owner);
  }
  return 0;
}
