// SPDX-License-Identifier: Apache-2.0
// What more than one view says of a superblock. Pure.
#pragma once

#include <optional>

#include "model/snapshot.h"

namespace tmpfstrace {

// Blocks or inodes, whichever is the fuller. Absent: neither is half full.
std::optional<LimitKind> nearest_limit(const Superblock& superblock);

}  // namespace tmpfstrace
