// SPDX-License-Identifier: Apache-2.0
// In which order superblocks are shown where the worst comes first. Pure.
#pragma once

#include <map>
#include <optional>

#include "model/snapshot.h"

namespace tmpfstrace {

// The severity of the worst verdict about each superblock that there is one about.
std::map<SuperblockId, Severity> worst_verdicts(const Snapshot& snapshot);

// To sort by, the highest first: what is said of it, then what is refused now, how soon it is full and how full it is.
// Not less than 0. Absent, and last: nothing is said of it, and it has no limit.
std::optional<double> risk_of(const SuperblockView& view, const std::optional<Severity>& worst);

}  // namespace tmpfstrace
