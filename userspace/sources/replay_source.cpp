// SPDX-License-Identifier: Apache-2.0
#include "sources/replay_source.h"

#include <cerrno>
#include <iterator>
#include <utility>

namespace tmpfstrace {

Result<std::unique_ptr<ReplaySource>> ReplaySource::open(const std::string& path) {
  Result<RecordingReader> reader = RecordingReader::open(path);
  if (!reader) return tl::unexpected(reader.error());
  std::unique_ptr<ReplaySource> source(new ReplaySource(path, std::move(*reader)));
  source->first_ = source->reader_.next();
  const bool nothing = !source->first_->sample && source->first_->events.empty();
  if (nothing && source->damage()) return fail(*source->damage(), "", EBADMSG);
  return source;
}

Result<std::optional<Sample>> ReplaySource::next_sample() {
  RecordingReader::Step step = first_ ? std::move(*first_) : reader_.next();
  first_.reset();
  std::move(step.events.begin(), step.events.end(), std::back_inserter(events_));
  return std::move(step.sample);
}

Result<void> ReplaySource::drain_events(const EventHandler& handler) {
  for (const RefusalEvent& event : std::exchange(events_, {})) handler(event);
  return {};
}

}  // namespace tmpfstrace
