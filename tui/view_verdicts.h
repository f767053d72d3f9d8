// SPDX-License-Identifier: Apache-2.0
// What is wrong, in sentences, below the head of every view.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "tui/grid.h"

namespace tmpfstrace {

struct VerdictLine {
  std::string text;
  Role role = Role::Normal;
};

// The worst first, wrapped, in a part of the screen that leaves the table most of it; what has no room is counted in
// the last line. Empty when nothing is wrong.
std::vector<VerdictLine> verdict_lines(const Snapshot& snapshot, GridSize size, Charset charset);

}  // namespace tmpfstrace
