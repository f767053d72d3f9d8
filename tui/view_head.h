// SPDX-License-Identifier: Apache-2.0
// The three lines above every view.
#pragma once

#include <string>

#include "model/losses.h"
#include "model/snapshot.h"
#include "tui/frame.h"
#include "tui/grid.h"
#include "tui/view_state.h"

namespace tmpfstrace {

inline constexpr int head_rows = 3;

// The frame has a snapshot.
void draw_head(Grid& grid, const Frame& frame, const ViewState& state);

// "exact/fentry"
std::string mode_name(const Mode& mode);

// "ring_full 3, slots_full 1": those of that kind above 0, in the order of their names; empty when there is none.
std::string losses_text(const Snapshot& snapshot, LossKind kind);

}  // namespace tmpfstrace
