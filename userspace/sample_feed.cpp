// SPDX-License-Identifier: Apache-2.0
#include "sample_feed.h"

#include <algorithm>
#include <utility>

#include "model/interval.h"
#include "sample_grid.h"

namespace tmpfstrace {

Result<Sink::Flow> SampleFeed::bring(std::uint64_t most_samples) {
  if (most_samples == 0) return Sink::Flow::go_on;
  sink_.begin_sample();
  Result<std::optional<Sample>> sample = source_.next_sample();
  if (!sample) return tl::unexpected(sample.error());
  if (Result<Sink::Flow> brought = bring_events(); !brought || *brought == Sink::Flow::stop) return brought;
  over_ = !*sample;
  if (over_) return Sink::Flow::go_on;
  // Taking it may have taken a while: a key does not wait for what is made of it, too.
  if (Result<Sink::Flow> answered = sink_.on_input(); !answered || *answered == Sink::Flow::stop) return answered;
  Result<Sink::Flow> put = sink_.put_sample(std::move(**sample));
  ++samples_;
  // Samples stay on the grid of their interval, whatever taking one costs; ticks that were missed are left out.
  last_ = due_;
  if (const auto pace = source_.pace()) due_ = next_on_grid(last_, *pace, std::chrono::steady_clock::now());
  return put;
}

Result<Sink::Flow> SampleFeed::bring_events() {
  Result<Sink::Flow> put = Sink::Flow::go_on;
  const auto handler = [&](const RefusalEvent& event) {
    if (put && events_ && *put == Sink::Flow::go_on) put = sink_.put_event(event);
  };
  if (Result<void> drained = source_.drain_events(handler); !drained) return tl::unexpected(drained.error());
  return put;
}

Result<Sink::Flow> SampleFeed::follow(const SinkRequest& request) {
  if (!request.interval) return Sink::Flow::go_on;
  source_.set_pace(std::clamp(*request.interval, shortest_interval, longest_interval));
  if (const auto pace = source_.pace(); pace && samples_ > 0)
    due_ = next_on_new_grid(last_, *pace, std::chrono::steady_clock::now());
  return Sink::Flow::go_on;
}

}  // namespace tmpfstrace
