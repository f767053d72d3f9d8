// SPDX-License-Identifier: Apache-2.0
// A child process whose terminal is a pseudo terminal of ours.
#pragma once

#include <functional>
#include <string>

#include <sys/types.h>

#include "host/unique_fd.h"

namespace tmpfstrace::frame {

struct PtyChild {
  pid_t pid = -1;
  UniqueFd terminal;  // our end
  UniqueFd report;    // what the child writes to the descriptor that it is given
};

// Ends the process with a message when the system refuses one. run: in the child, with the terminal as its standard
// input and output; its result is the exit code.
PtyChild spawn_on_pty(int rows, int columns, const std::function<int(int report)>& run);

}  // namespace tmpfstrace::frame
