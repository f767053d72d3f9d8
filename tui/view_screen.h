// SPDX-License-Identifier: Apache-2.0
// The whole screen: frame + state -> grid. Pure: no terminal, no clock, no file.
#pragma once

#include <cstddef>
#include <vector>

#include "tui/frame.h"
#include "tui/grid.h"
#include "tui/page.h"
#include "tui/view_state.h"
#include "tui/view_table.h"

namespace tmpfstrace {

// The table of the current view with all its rows, in no order; empty before the first sample. The frame must live as
// long.
Table collect_table(const Frame& frame, const ViewState& state);

// The same, filtered and sorted as the state says.
Table build_table(const Frame& frame, const ViewState& state);

// What lies over the table; empty where nothing does.
std::vector<PageLine> build_page(const Frame& frame, const Table& table, const ViewState& state, GridSize size,
                                 Charset charset);

// Rows left for the table's body, or for the page over it, on a screen of that height.
std::size_t body_rows(const Frame& frame, const ViewState& state, GridSize size, Charset charset);

// `table` is what build_table gave, `page` what build_page gave, and the state follows the table's selection.
Grid draw_screen(const Frame& frame, const Table& table, const std::vector<PageLine>& page, const ViewState& state,
                 GridSize size, Charset charset);

// What of such a screen is at that cell.
Hit hit_at(int row, int column, const Frame& frame, const Table& table, const ViewState& state, GridSize size,
           Charset charset);

}  // namespace tmpfstrace
