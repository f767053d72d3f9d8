// SPDX-License-Identifier: Apache-2.0
// The life of the program: one thread, one epoll over the timer, the signals, the events and the keyboard.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "feed.h"
#include "signals.h"
#include "sink.h"

namespace tmpfstrace {

struct LoopOptions {
  std::optional<std::uint64_t> count;  // samples
  std::optional<std::chrono::milliseconds> duration;
  bool last_sample = false;  // take one more when a signal or the duration ends the run
};

// Returns when the run has come to an orderly end; an error is a failure of the source or of the sink.
Result<void> run_loop(Feed& feed, Sink& sink, Signals& signals, const LoopOptions& options);

}  // namespace tmpfstrace
