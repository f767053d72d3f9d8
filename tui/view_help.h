// SPDX-License-Identifier: Apache-2.0
// The help page: every key, and all of the mode and the losses that the head of the screen had to cut. Pure.
#pragma once

#include <vector>

#include "tui/frame.h"
#include "tui/page.h"

namespace tmpfstrace {

std::vector<PageLine> help_lines(const Frame& frame, int columns, Charset charset);

}  // namespace tmpfstrace
