// SPDX-License-Identifier: Apache-2.0
// Raw sample -> snapshot. Pure: no clock, no system call; a replayed sample gives the same snapshot as the live one,
// but for playback.
#pragma once

#include "model/sample.h"
#include "model/snapshot.h"

namespace tmpfstrace {

// previous: of the sample before, of which the rates are formed; may be null. Its objects are matched by identity:
// cgroup id, and device with generation.
Snapshot derive_snapshot(Sample now, const Snapshot* previous);

}  // namespace tmpfstrace
