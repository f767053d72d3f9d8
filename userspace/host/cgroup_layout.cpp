// SPDX-License-Identifier: Apache-2.0
#include "host/cgroup_layout.h"

#include "host/text_file.h"

namespace tmpfstrace {

CgroupHierarchy plan_cgroup_hierarchy(const HostPaths& paths, const CgroupFacts& facts) {
  if (facts.v2_at_root) return {CgroupLayout::V2, paths.cgroup};
  if (facts.v1_memory) {
    return {facts.v2_at_unified ? CgroupLayout::Hybrid : CgroupLayout::V1, paths.cgroup + "/memory"};
  }
  if (facts.v2_at_unified) return {CgroupLayout::V2, paths.cgroup + "/unified"};
  return {};
}

Result<CgroupHierarchy> probe_cgroup_hierarchy(const HostPaths& paths) {
  const auto v2_at_root = path_exists(paths.cgroup + "/cgroup.controllers");
  if (!v2_at_root) return tl::unexpected(v2_at_root.error());
  const auto v1_memory = path_exists(paths.cgroup + "/memory/memory.usage_in_bytes");
  if (!v1_memory) return tl::unexpected(v1_memory.error());
  const auto v2_at_unified = path_exists(paths.cgroup + "/unified/cgroup.controllers");
  if (!v2_at_unified) return tl::unexpected(v2_at_unified.error());
  return plan_cgroup_hierarchy(paths, {*v2_at_root, *v1_memory, *v2_at_unified});
}

}  // namespace tmpfstrace
