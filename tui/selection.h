// SPDX-License-Identifier: Apache-2.0
// The selected row of a table: how it moves, and how it stays with its object. Pure.
#pragma once

#include <cstddef>

#include "tui/view_state.h"

namespace tmpfstrace {

// Where a move leads in a list of `count`.
std::size_t moved(Command command, std::size_t at, std::size_t page, std::size_t count);

void select_row(TableState& table, std::size_t row, const TableShape& shape);
void move_selection(TableState& table, Command command, const TableShape& shape);

// The next row with the text that is searched, from the selected one on and around; none: it stays.
void select_match(TableState& table, bool forward, const TableShape& shape);

}  // namespace tmpfstrace
