// SPDX-License-Identifier: Apache-2.0
// Which cgroup hierarchy charges memory, and therefore whose cgroups the tool speaks of.
#pragma once

#include <string>

#include "host/host_paths.h"
#include "model/result.h"

namespace tmpfstrace {

enum class CgroupLayout {
  V2,      // one unified hierarchy
  V1,      // a hierarchy of the memory controller, no unified one
  Hybrid,  // memory controller on v1, a unified hierarchy for systemd's bookkeeping
  None,    // no cgroup file system, or one without a memory controller on v1 and no unified hierarchy
};

struct CgroupFacts {
  bool v2_at_root = false;     // <cgroup>/cgroup.controllers
  bool v1_memory = false;      // <cgroup>/memory/memory.usage_in_bytes
  bool v2_at_unified = false;  // <cgroup>/unified/cgroup.controllers
};

// A cgroup's identity is the inode number of its directory below `root`: the unified hierarchy in layout V2, the memory
// controller's in V1 and Hybrid. `root` is empty in layout None.
struct CgroupHierarchy {
  CgroupLayout layout = CgroupLayout::None;
  std::string root;
};

// A unified hierarchy at <cgroup>/unified without a v1 memory controller is layout V2 with that root.
CgroupHierarchy plan_cgroup_hierarchy(const HostPaths& paths, const CgroupFacts& facts);

Result<CgroupHierarchy> probe_cgroup_hierarchy(const HostPaths& paths);

}  // namespace tmpfstrace
