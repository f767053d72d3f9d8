// SPDX-License-Identifier: Apache-2.0
// The page on which the columns of a table are chosen. Pure.
#pragma once

#include <vector>

#include "tui/page.h"
#include "tui/view_table.h"

namespace tmpfstrace {

// One line a column, in their order; what stands above them comes before, and is not scrolled.
std::vector<PageLine> column_lines(const Table& table, const ViewState& state);

}  // namespace tmpfstrace
