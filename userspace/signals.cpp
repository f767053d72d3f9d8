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

bool is_stop(int signal, Signals::For what) { return signal != SIGHUP || what != Signals::For::agent; }

}  // namespace

Result<Signals> Signals::create(For what) {
  // A reader that went away is the error EPIPE of a write, not the end of the process.
  if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return fail_errno("ignore", "SIGPIPE", errno);
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kStopSignals) sigaddset(&set, signal);
  // A terminal that is resized while we are stopped tells the shell: at SIGCONT its size is looked at again.
  if (what == For::screen) {
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGCONT);
  }
  if (sigprocmask(SIG_BLOCK, &set, nullptr) != 0) return fail_errno("block", "signals", errno);
  UniqueFd fd(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd) return fail_errno("make", "a signalfd", errno);
  return Signals(std::move(fd), what);
}

bool Signals::stop_pending(For what) {
  sigset_t pending;
  if (sigpending(&pending) != 0) return false;
  return std::any_of(std::begin(kStopSignals), std::end(kStopSignals),
                     [&](int signal) { return is_stop(signal, what) && sigismember(&pending, signal) == 1; });
}

Signals::Seen Signals::take() {
  Seen seen;
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    const auto signal = static_cast<int>(info.ssi_signo);
    const bool resize = signal == SIGWINCH || signal == SIGCONT;
    (resize ? seen.resize : is_stop(signal, for_) ? seen.stop : seen.reload) = true;
  }
  stop_seen_ = stop_seen_ || seen.stop;
  return seen;
}

}  // namespace tmpfstrace
