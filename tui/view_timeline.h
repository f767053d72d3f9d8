// SPDX-License-Identifier: Apache-2.0
// Where a replay stands, in one row: what it does, the time, the speed, a bar with refusals (!) and changed limits (*).
#pragma once

#include <cstdint>

#include "model/playback.h"
#include "tui/grid.h"

namespace tmpfstrace {

// realtime_ns: of the sample that is shown. What there is no room for is left out, the bar last.
void draw_timeline(Grid& grid, int row, const Playback& playback, std::uint64_t realtime_ns);

}  // namespace tmpfstrace
