// SPDX-License-Identifier: Apache-2.0
#include "top_sink.h"

namespace tmpfstrace {

Result<Sink::Flow> TopSink::put_sample(Sample sample) {
  std::shared_ptr<const Snapshot> snapshot = analyst_.add(std::move(sample));
  // On a large host that took a while, and drawing takes some more: a key does not wait for both.
  if (app_->on_input() == App::Action::Quit) return Flow::stop;
  app_->show(std::move(snapshot));
  return Flow::go_on;
}

Result<Sink::Flow> TopSink::put_event(const RefusalEvent& event) {
  analyst_.add(event);
  app_->show_event(event);
  return Flow::go_on;
}

// A recording holds the same events whenever it is played: what they are follows from how many there were.
Result<Sink::Flow> TopSink::put_frame(PlayedFrame frame) {
  const std::uint64_t first = frame.events_seen - frame.events.size();
  if (frame.events_seen < events_shown_ || first > events_shown_) {
    app_->reset_events(first);
    events_shown_ = first;
  }
  for (std::uint64_t event = events_shown_; event < frame.events_seen; ++event)
    app_->show_event(*frame.events[event - first]);
  events_shown_ = frame.events_seen;
  app_->show(std::move(frame.snapshot));
  return Flow::go_on;
}

Result<Sink::Flow> TopSink::put_playback(const Playback& playback) {
  app_->show_playback(playback);
  return Flow::go_on;
}

Result<void> TopSink::finish() {
  if (on_end_) on_end_(app_->state());
  return {};
}

std::vector<SinkRequest> TopSink::take_requests() {
  std::vector<SinkRequest> requests;
  for (const Request& request : app_->take_requests()) requests.push_back({request.playback, request.interval});
  return requests;
}

Result<Sink::Flow> TopSink::on_input() { return app_->on_input() == App::Action::Quit ? Flow::stop : Flow::go_on; }

}  // namespace tmpfstrace
