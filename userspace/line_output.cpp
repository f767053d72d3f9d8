// SPDX-License-Identifier: Apache-2.0
#include "line_output.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string_view>
#include <utility>

namespace tmpfstrace {
namespace {

constexpr int patience_ms = 1000;

tl::unexpected<Error> output_failure(int code) { return fail_errno("write to", "standard output", code); }

}  // namespace

// The descriptor stays blocking, because whoever shares it would see it change. A pipe that polls writable takes
// PIPE_BUF bytes without blocking, so that is the most written at a time.
Result<void> LineOutput::write_line(std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    if (Result<void> writable = wait_writable(); !writable) return writable;
    const ssize_t written = ::write(fd_, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR && errno != EAGAIN) {
      return output_failure(errno);
    }
  }
  return {};
}

Result<void> LineOutput::wait_writable() {
  bool stopping = signals_->stop_seen();
  for (;;) {
    // The signal is left in its descriptor for the loop; poll() leaves out a negative one.
    pollfd fds[2] = {{fd_, POLLOUT, 0}, {stopping ? -1 : signals_->fd(), POLLIN, 0}};
    const int ready = ::poll(fds, 2, stopping ? patience_ms : -1);
    if (ready < 0 && errno != EINTR) return output_failure(errno);
    if (ready < 0) continue;
    if ((fds[0].revents & POLLERR) != 0) return output_failure(EPIPE);
    if (fds[0].revents != 0) return {};
    if (stopping) return fail("nobody reads standard output: its last line is cut", "", ETIMEDOUT);
    stopping = true;
  }
}

}  // namespace tmpfstrace
