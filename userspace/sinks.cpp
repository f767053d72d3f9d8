// SPDX-License-Identifier: Apache-2.0
#include "sinks.h"

#include <cerrno>

#include "export/json.h"

namespace tmpfstrace {
namespace {

Result<Sink::Flow> go_on_if(const Result<void>& done) {
  if (!done) return tl::unexpected(done.error());
  return Sink::Flow::go_on;
}

}  // namespace

Result<Sink::Flow> JsonSink::put_sample(Sample sample) {
  if (alerts_ != nullptr) alerts_->add_losses(sample.losses);
  const std::shared_ptr<const Snapshot> snapshot = analyst_.add(std::move(sample));
  if (filter_.wants("event"))
    for (const LimitChange& change : snapshot->limit_changes)
      if (auto put = put_line(limit_change_to_json(change, *snapshot)); !put || *put == Flow::stop) return put;
  if (filter_.wants("sample"))
    if (auto put = put_line(sample_to_json(*snapshot)); !put || *put == Flow::stop) return put;
  return put_alerts(*snapshot);
}

Result<Sink::Flow> JsonSink::put_event(const RefusalEvent& event) {
  analyst_.add(event);
  return filter_.wants("event") ? put_line(event_to_json(event)) : Flow::go_on;
}

Result<Sink::Flow> JsonSink::put_alerts(const Snapshot& snapshot) {
  if (alerts_ == nullptr) return Flow::go_on;
  for (std::string& line : alerts_->put(snapshot.verdicts, snapshot.monotonic_ns, snapshot.realtime_ns)) {
    if (!filter_.wants("alert")) continue;
    Result<Flow> put = put_line(std::move(line));
    if (!put || *put == Flow::stop) return put;
  }
  return Flow::go_on;
}

Result<void> JsonSink::finish() {
  if (alerts_ != nullptr) alerts_->stop();
  return {};
}

Result<Sink::Flow> JsonSink::put_line(std::string line) {
  const Result<void> written = output_.write_line(filter_.reduce(std::move(line)));
  // `tmpfstrace json | head`: the reader has what it wanted.
  if (!written && written.error().code == EPIPE) return Flow::stop;
  return go_on_if(written);
}

Result<Sink::Flow> RecordSink::put_sample(Sample sample) { return go_on_if(recorder_.write(sample)); }

Result<Sink::Flow> RecordSink::put_event(const RefusalEvent& event) { return go_on_if(recorder_.write(event)); }

}  // namespace tmpfstrace
