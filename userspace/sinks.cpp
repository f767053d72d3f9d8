// SPDX-License-Identifier: Apache-2.0
#include "sinks.h"

#include <cerrno>
#include <memory>

namespace tmpfstrace {
namespace {

Result<Sink::Flow> go_on_if(const Result<void>& done) {
  if (!done) return tl::unexpected(done.error());
  return Sink::Flow::go_on;
}

}  // namespace

Result<Sink::Flow> JsonSink::put_sample(Sample sample) {
  documents_.add_losses(sample.losses);
  const std::shared_ptr<const Snapshot> snapshot = analyst_.add(std::move(sample));
  return documents_.put(*snapshot, [this](const std::string& line) { return put_line(line); });
}

Result<Sink::Flow> JsonSink::put_event(const RefusalEvent& event) {
  analyst_.add(event);
  return documents_.put(event, [this](const std::string& line) { return put_line(line); });
}

Result<void> JsonSink::finish() {
  documents_.finish();
  return {};
}

Result<Sink::Flow> JsonSink::put_line(const std::string& line) {
  const Result<void> written = output_.write_line(line);
  // `tmpfstrace json | head`: the reader has what it wanted.
  if (!written && written.error().code == EPIPE) return Flow::stop;
  return go_on_if(written);
}

Result<Sink::Flow> RecordSink::put_sample(Sample sample) { return go_on_if(recorder_.write(sample)); }

Result<Sink::Flow> RecordSink::put_event(const RefusalEvent& event) { return go_on_if(recorder_.write(event)); }

}  // namespace tmpfstrace
