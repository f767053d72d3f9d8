// SPDX-License-Identifier: Apache-2.0
// The whole screen: snapshot + state -> grid. Pure: no terminal, no clock, no file.
#pragma once

#include <cstddef>

#include "model/snapshot.h"
#include "tui/event_log.h"
#include "tui/grid.h"
#include "tui/view_state.h"
#include "tui/view_table.h"

namespace tmpfstrace {

// The table of the current view, sorted as the state says.
Table build_table(const Snapshot& snapshot, const EventLog& log, const ViewState& state);

// Rows left for the table's body, or for the help page, on a screen of that height.
std::size_t body_rows(const Snapshot* snapshot, const ViewState& state, GridSize size, Charset charset);

// Lines of the help page: keys, marks, and all of the mode and the losses that the head of the screen had to cut.
std::size_t help_line_count(const Snapshot& snapshot, int columns, Charset charset);

// Null: no sample has arrived yet. `table` is what build_table gave, and the state follows its selection.
Grid draw_screen(const Snapshot* snapshot, const Table& table, const ViewState& state, GridSize size, Charset charset);

}  // namespace tmpfstrace
