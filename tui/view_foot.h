// SPDX-License-Identifier: Apache-2.0
// The last row: the views, the filter, what is being typed, and where in the list the screen is. Pure.
#pragma once

#include <cstddef>
#include <optional>

#include "tui/frame.h"
#include "tui/grid.h"
#include "tui/view_state.h"

namespace tmpfstrace {

struct ListPosition {
  std::size_t first = 0;  // the topmost on the screen
  std::size_t page = 0;   // rows of the screen
  std::size_t count = 0;
  std::size_t unfiltered = 0;
};

void draw_foot(Grid& grid, const Frame& frame, const ViewState& state, const ListPosition& position);

// The view whose name is at that column of a row of `columns`.
std::optional<View> tab_at(int column, int columns, const ViewState& state);

}  // namespace tmpfstrace
