// SPDX-License-Identifier: Apache-2.0
#include "line_output.h"

#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string_view>
#include <utility>

namespace tmpfstrace {
namespace {

constexpr int patience_ms = 1000;
constexpr std::size_t most_at_once = 1U << 20;

tl::unexpected<Error> output_failure(int code) { return fail_errno("write to", "standard output", code); }

}  // namespace

// The descriptor stays blocking, because whoever shares it would see it change. RWF_NOWAIT asks for one write that does
// not block, as much as there is room for. Where it cannot be had (pipes before 6.4, terminals, files that would have
// to grow) the most written at a time is PIPE_BUF, which a pipe that polls writable takes without blocking.
ssize_t LineOutput::write_some(std::string_view text) {
  if (may_ask_not_to_wait_) {
    iovec part{const_cast<char*>(text.data()), std::min(text.size(), most_at_once)};
    const ssize_t written = ::pwritev2(fd_, &part, 1, -1, RWF_NOWAIT);
    if (written >= 0 || (errno != EOPNOTSUPP && errno != EAGAIN)) return written;
    if (errno == EOPNOTSUPP) may_ask_not_to_wait_ = false;
  }
  return ::write(fd_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
}

Result<void> LineOutput::write_line(std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    if (Result<void> writable = wait_writable(); !writable) return writable;
    const ssize_t written = write_some(rest);
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
