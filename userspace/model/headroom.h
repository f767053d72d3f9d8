// SPDX-License-Identifier: Apache-2.0
// How much more memory a cgroup may take before somebody in it is killed: the least over itself, the cgroups that it
// lies in, and the node.
//
// Of one level: limit - current, and what can be had back: page cache of files on disks, and swap as far as the cgroup
// and the node have it. It is an estimate: what the working set needs of the page cache is in it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/sample.h"

namespace tmpfstrace {

struct Headroom {
  std::optional<std::uint64_t> bytes;  // absent: no level has a limit that is known, nor is the node's memory
  std::optional<std::size_t> binding;  // index of the cgroup whose level it is; absent: the node's
};

// For each of the cgroups, which should hold the ancestors of each.
std::vector<Headroom> derive_headroom(const std::vector<const Cgroup*>& cgroups, const std::optional<NodeMemory>& node);

}  // namespace tmpfstrace
