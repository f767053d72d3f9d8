// SPDX-License-Identifier: Apache-2.0
// Gives the terminal back when a signal kills the process. Knows no ncurses: what resets the terminal is made ready
// before anything can go wrong.
#pragma once

#include <string_view>

#include <termios.h>

namespace tmpfstrace {

// modes: of the terminal as it was. reset: what is written to it, at most 1 KiB of it.
void arm_rescue(const termios& modes, std::string_view reset);
void disarm_rescue();

}  // namespace tmpfstrace
