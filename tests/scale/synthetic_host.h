// SPDX-License-Identifier: Apache-2.0
// A host of any size in a temporary directory: cgroups with memory files and a /proc whose processes live in this
// process's own mount namespace. The superblocks are real ones, because statfs asks the kernel: needs root, and changes
// nothing outside the namespace.
#pragma once

#include <cstdint>
#include <string>

#include "../support/temp_tree.h"
#include "host/cgroup_layout.h"
#include "host/host_paths.h"
#include "model/sample.h"

namespace tmpfstrace::scale {

// Leaves the mount namespace. Throws where that is refused.
void enter_private_mounts();

class SyntheticHost {
 public:
  SyntheticHost();
  ~SyntheticHost();
  SyntheticHost(const SyntheticHost&) = delete;
  SyntheticHost& operator=(const SyntheticHost&) = delete;

  HostPaths paths() const;
  CgroupHierarchy hierarchy() const { return {CgroupLayout::V2, tree_.path("cg")}; }

  // Processes 1 to count; 1 is there from the start.
  void add_processes(int count);

  CgroupId add_cgroup(int number);  // a container of pod number / 100, with the state file that names it
  void remove_cgroup(int number);

  SuperblockId mount(int number);
  void unmount(int number);

 private:
  static std::string pod_uid(int number);
  std::string cgroup_path(int number) const;
  std::string state_path(int number) const;
  std::string mount_point(int number) const { return tree_.path("m/volume-" + std::to_string(number)); }

  test::TempTree tree_;
};

}  // namespace tmpfstrace::scale
