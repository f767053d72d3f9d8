// SPDX-License-Identifier: Apache-2.0
// What is wrong in one snapshot, worst first, as sentences.
#pragma once

#include <vector>

#include "model/snapshot.h"
#include "model/verdict.h"
#include "model/verdict_thresholds.h"

namespace tmpfstrace {

// Needs the outlooks. Of one superblock what is worse stands for what it leads to: one that refuses is not said to be
// full as well.
std::vector<Verdict> find_verdicts(const Snapshot& snapshot, const VerdictThresholds& thresholds);

// Whose and where: "pod auth/outpost: /dev/shm". The mount as who was refused sees it, else the shortest, which is
// mostly the one inside a container.
std::string subject_of(const SuperblockView& view, const Snapshot& snapshot);

}  // namespace tmpfstrace
