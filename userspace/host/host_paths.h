// SPDX-License-Identifier: Apache-2.0
// Where the host's files are. In a container that sees the host under /host these are prefixes; in tests, fixture
// trees.
#pragma once

#include <string>

namespace tmpfstrace {

struct HostPaths {
  std::string proc = "/proc";
  std::string cgroup = "/sys/fs/cgroup";
  std::string sys = "/sys";
  std::string boot = "/boot";
  std::string root = "/";  // of the node whose containers these are: for the kubelet's and the runtimes' files
};

}  // namespace tmpfstrace
