// SPDX-License-Identifier: Apache-2.0
#include "signals.h"

#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

namespace tmpfstrace {

Result<Signals> Signals::create(bool with_resize) {
  // A reader that went away is the error EPIPE of a write, not the end of the process.
  if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR)
    return fail(std::string("cannot ignore SIGPIPE: ") + std::strerror(errno));
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  if (with_resize) sigaddset(&set, SIGWINCH);
  if (sigprocmask(SIG_BLOCK, &set, nullptr) != 0)
    return fail(std::string("cannot block signals: ") + std::strerror(errno));
  UniqueFd fd(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd) return fail(std::string("signalfd: ") + std::strerror(errno), "", errno);
  return Signals(std::move(fd));
}

Signals::Seen Signals::take() {
  Seen seen;
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    (info.ssi_signo == SIGWINCH ? seen.resize : seen.stop) = true;
  }
  stop_seen_ = stop_seen_ || seen.stop;
  return seen;
}

}  // namespace tmpfstrace
