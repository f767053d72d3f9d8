// SPDX-License-Identifier: Apache-2.0
#include "pty_child.h"

#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace tmpfstrace::frame {

PtyChild spawn_on_pty(int rows, int columns, const std::function<int(int report)>& run) {
  winsize size{};
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  int ends[2];
  int terminal = -1;
  if (pipe2(ends, O_CLOEXEC) != 0) {
    std::perror("pipe2");
    std::exit(1);
  }
  const pid_t pid = forkpty(&terminal, nullptr, nullptr, &size);
  if (pid < 0) {
    std::perror("forkpty");
    std::exit(1);
  }
  if (pid == 0) {
    close(ends[0]);
    _exit(run(ends[1]));
  }
  close(ends[1]);
  return {pid, UniqueFd(terminal), UniqueFd(ends[0])};
}

}  // namespace tmpfstrace::frame
