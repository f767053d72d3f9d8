// SPDX-License-Identifier: Apache-2.0
#include "signals.h"

#include <sys/signalfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>

namespace tmpfstrace {
namespace {

constexpr int kStopSignals[] = {SIGINT, SIGTERM, SIGHUP};

}  // namespace

Result<Signals> Signals::create(bool with_resize) {
  // A reader that went away is the error EPIPE of a write, not the end of the process.
  if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return fail_errno("ignore", "SIGPIPE", errno);
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kStopSignals) sigaddset(&set, signal);
  // A terminal that is resized while we are stopped tells the shell: at SIGCONT its size is looked at again.
  if (with_resize) {
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGCONT);
  }
  if (sigprocmask(SIG_BLOCK, &set, nullptr) != 0) return fail_errno("block", "signals", errno);
  UniqueFd fd(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd) return fail_errno("make", "a signalfd", errno);
  return Signals(std::move(fd));
}

bool Signals::stop_pending() {
  sigset_t pending;
  if (sigpending(&pending) != 0) return false;
  return std::any_of(std::begin(kStopSignals), std::end(kStopSignals),
                     [&](int signal) { return sigismember(&pending, signal) == 1; });
}

Signals::Seen Signals::take() {
  Seen seen;
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    const bool resize = info.ssi_signo == SIGWINCH || info.ssi_signo == SIGCONT;
    (resize ? seen.resize : seen.stop) = true;
  }
  stop_seen_ = stop_seen_ || seen.stop;
  return seen;
}

}  // namespace tmpfstrace
