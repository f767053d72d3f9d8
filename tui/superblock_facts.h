// SPDX-License-Identifier: Apache-2.0
// What more than one view says of a superblock. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "model/snapshot.h"

namespace tmpfstrace {

// The severity of the worst verdict about each superblock that there is one about.
std::map<SuperblockId, Severity> worst_verdicts(const Snapshot& snapshot);

// To sort by: what is said of it first, then what is refused now, how soon it is full and how full it is. Not less
// than 0.
double risk_of(const SuperblockView& view, const std::optional<Severity>& worst);

// Blocks or inodes, whichever is the fuller. Absent: neither is half full.
std::optional<LimitKind> nearest_limit(const Superblock& superblock);

}  // namespace tmpfstrace
