// SPDX-License-Identifier: Apache-2.0
// Which cgroups fill each superblock, and how much memory each may take.
#pragma once

#include <unordered_map>
#include <vector>

#include "model/id_hash.h"
#include "model/limit_inversion.h"
#include "model/snapshot.h"

namespace tmpfstrace {

// By what is allocated of the last interval, where nothing was by what is resident; where the mode does not know that,
// by what was written. A mode that counts nothing leaves the cgroups of the superblock's owner, by their shared memory.
// Those of less than 1 % are left out; the first has most. Needs Snapshot::cgroups with their headroom.
using CgroupIndex = std::unordered_map<CgroupId, std::size_t>;  // into Snapshot::cgroups

std::unordered_map<SuperblockId, std::vector<TmpfsWriter>, IdHash> find_writers(const Snapshot& snapshot,
                                                                                const CgroupIndex& index);

}  // namespace tmpfstrace
