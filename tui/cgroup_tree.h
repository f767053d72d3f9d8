// SPDX-License-Identifier: Apache-2.0
// Which cgroup lies in which, and what each subtree has together. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "model/snapshot.h"

namespace tmpfstrace {

struct CgroupNode {
  std::optional<std::size_t> parent;  // index of the nearest one that it lies in; absent: of none in the list
  // Its own and those of all that lie in it. A sum is that of the parts that know the number, and absent when none
  // does.
  std::optional<std::int64_t> resident_bytes;
  std::optional<std::uint64_t> created, removed, refused;
  std::vector<RefusalCount> refusals;
  Rates rates;
};

// One node for each of the cgroups, by their paths. One that died before its path was found lies in none. The first
// `counted` of them are added up; the others have gone, and what they had stands elsewhere by now.
std::vector<CgroupNode> find_cgroup_tree(const std::vector<const CgroupView*>& cgroups, std::size_t counted);

// The same with nobody in anybody: each has its own alone.
std::vector<CgroupNode> find_cgroup_list(const std::vector<const CgroupView*>& cgroups);

}  // namespace tmpfstrace
