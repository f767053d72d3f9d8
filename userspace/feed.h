// SPDX-License-Identifier: Apache-2.0
// What the run loop keeps going: it brings to a sink what a source has, when it is time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "model/result.h"
#include "sink.h"

namespace tmpfstrace {

class Feed {
 public:
  using Time = std::chrono::steady_clock::time_point;  // CLOCK_MONOTONIC

  virtual ~Feed() = default;

  // When bring() has something to do, which may be over; absent: nothing before the next request.
  virtual std::optional<Time> due() const = 0;

  // What is due, at most so many samples of it.
  virtual Result<Sink::Flow> bring(std::uint64_t most_samples) = 0;

  // A descriptor that becomes readable when bring_events() has something to do, or -1.
  virtual int event_fd() const { return -1; }
  virtual Result<Sink::Flow> bring_events() { return Sink::Flow::go_on; }

  virtual Result<Sink::Flow> follow(const SinkRequest& request) = 0;

  virtual std::uint64_t samples() const = 0;      // brought so far
  virtual bool is_over() const { return false; }  // nothing will come any more
};

}  // namespace tmpfstrace
