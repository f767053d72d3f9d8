// SPDX-License-Identifier: Apache-2.0
#include "tui/rescue.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>

#include <unistd.h>

namespace tmpfstrace {
namespace {

constexpr std::array fatal_signals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGHUP};

// All that the handler needs, made ready before it can run. A signal handler gets no argument: this is the one object
// of the process that lives outside every other. `armed` is written last and cleared first.
struct Rescue {
  volatile std::sig_atomic_t armed = 0;
  termios modes{};
  std::array<char, 1024> reset{};
  std::size_t reset_length = 0;
  std::array<struct sigaction, fatal_signals.size()> previous{};
  std::array<char, 16384> stack{};
};

Rescue& rescue() {
  static constinit Rescue instance;
  return instance;
}

// Async-signal-safe: write, tcsetattr, sigaction and raise only. The handler before ours (or the default, which dumps
// core) runs next: this one has put it back.
void on_fatal_signal(int signal) {
  Rescue& state = rescue();
  if (state.armed != 0) {
    state.armed = 0;
    [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, state.reset.data(), state.reset_length);
    tcsetattr(STDIN_FILENO, TCSANOW, &state.modes);
  }
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) {
    if (fatal_signals[i] == signal) sigaction(signal, &state.previous[i], nullptr);
  }
  raise(signal);
}

}  // namespace

void arm_rescue(const termios& modes, std::string_view reset) {
  Rescue& state = rescue();
  state.modes = modes;
  state.reset_length = std::min(reset.size(), state.reset.size());
  std::copy_n(reset.begin(), state.reset_length, state.reset.begin());
  struct sigaction action {};
  action.sa_handler = on_fatal_signal;
  sigemptyset(&action.sa_mask);
  // After a stack overflow the handler has no room but on a stack of its own.
  stack_t stack{};
  if (sigaltstack(nullptr, &stack) == 0 && (stack.ss_flags & SS_DISABLE) != 0) {
    stack = {.ss_sp = state.stack.data(), .ss_flags = 0, .ss_size = state.stack.size()};
    sigaltstack(&stack, nullptr);
  }
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) {
    sigaction(fatal_signals[i], &action, &state.previous[i]);
    // nohup and the like ignore it on purpose.
    if (state.previous[i].sa_handler == SIG_IGN) sigaction(fatal_signals[i], &state.previous[i], nullptr);
  }
  state.armed = 1;
}

void disarm_rescue() {
  Rescue& state = rescue();
  state.armed = 0;
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) sigaction(fatal_signals[i], &state.previous[i], nullptr);
}

}  // namespace tmpfstrace
