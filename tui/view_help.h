// SPDX-License-Identifier: Apache-2.0
// The help page: from the key table, so that it cannot say anything else than the keys do.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "tui/grid.h"

namespace tmpfstrace {

struct HelpLine {
  std::string text;
  Role role = Role::Normal;
};

// Wrapped to `columns`.
std::vector<HelpLine> help_lines(const Snapshot& snapshot, int columns, Charset charset);

void draw_help(Grid& grid, int top, int rows, const std::vector<HelpLine>& lines, std::size_t first);

}  // namespace tmpfstrace
