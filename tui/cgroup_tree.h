// SPDX-License-Identifier: Apache-2.0
// Which cgroup lies in which, and what each subtree has together. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "model/snapshot.h"

namespace tmpfstrace {

// Who lies in whom.
struct CgroupShape {
  std::vector<std::optional<std::size_t>> parents;  // index of the nearest one that it lies in; absent: in none of them
  std::vector<std::size_t> order;                   // all, each before the one that it lies in
};

// By the paths. One that died before its path was found lies in none.
CgroupShape find_cgroup_shape(const std::vector<const CgroupView*>& cgroups);

// The same, kept from one snapshot to the next as long as the cgroups are the same: of ten thousand it takes as long as
// drawing a screen.
class CgroupShapes {
 public:
  const CgroupShape& of(const std::vector<const CgroupView*>& cgroups);

 private:
  struct Seen {
    CgroupId id = 0;
    bool dead = false;
    std::size_t path_size = 0;  // a path changes when it is found; the kernel renames a cgroup in its place alone
    bool operator==(const Seen&) const = default;
  };

  std::vector<Seen> seen_;
  CgroupShape shape_;
};

struct CgroupNode {
  // Its own and those of all that lie in it. A sum is that of the parts that know the number, and absent when none
  // does.
  std::optional<std::int64_t> resident_bytes;
  std::optional<std::uint64_t> created, removed, refused;
  std::vector<RefusalCount> refusals;
  Rates rates;
};

// The first `counted` of them are added up; the others have gone, and what they had stands elsewhere by now.
std::vector<CgroupNode> sum_cgroup_tree(const std::vector<const CgroupView*>& cgroups, const CgroupShape& shape,
                                        std::size_t counted);

// The same with nobody in anybody: each has its own alone.
std::vector<CgroupNode> list_cgroups(const std::vector<const CgroupView*>& cgroups);

}  // namespace tmpfstrace
