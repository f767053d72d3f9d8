// SPDX-License-Identifier: Apache-2.0
// The walk that makes the kernel see every tmpfs inode that existed before the programs were attached: each is stat'ed
// once, and the hook on that stat enters it in the ledger.
#pragma once

#include <vector>

#include "host/host_paths.h"
#include "host/inode_visit.h"
#include "model/result.h"
#include "model/sample.h"

namespace tmpfstrace {

// The mounts through which a superblock may be walked, best first: those of its whole ("/") before those of a part,
// those of own_namespace, which alone can be cloned, before the others. Pure.
//
// A mount is walked unless it shows a part of what one before it has shown: usually only the first. When none of the
// whole can be entered, each distinct part is walked and the superblock is reported as partly reachable.
std::vector<Mount> plan_seed(const Superblock& superblock, std::uint64_t own_namespace);

// Walks the superblocks through their mounts, then what processes hold open or mapped.
//
// A mount of our own mount namespace is cloned (open_tree) and the clone walked: it shows the files under other mounts,
// and does not make umount of the mount itself fail meanwhile. The kernel refuses to clone a mount of another
// namespace; there the mount itself is walked, and umount fails with EBUSY until it is done. Files under another mount
// are not seen then (WalkCounts::mounts_not_crossed).
WalkCounts walk(const HostPaths& paths, const std::vector<Superblock>& superblocks, const InodeVisitor& visitor);

// The first half of walk(): no descriptors or mappings of processes.
void walk_superblocks(const HostPaths& paths, const std::vector<Superblock>& superblocks, const InodeVisitor& visitor,
                      WalkCounts& counts);

}  // namespace tmpfstrace
