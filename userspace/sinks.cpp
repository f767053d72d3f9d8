// SPDX-License-Identifier: Apache-2.0
#include "sinks.h"

#include <cerrno>

#include "export/json.h"
#include "model/derive.h"

namespace tmpfstrace {
namespace {

Result<Sink::Flow> go_on_if(const Result<void>& done) {
  if (!done) return tl::unexpected(done.error());
  return Sink::Flow::go_on;
}

}  // namespace

Result<Sink::Flow> JsonSink::put_sample(Sample sample) {
  if (alerts_ != nullptr) alerts_->add_losses(sample.losses);
  previous_ = derive_snapshot(std::move(sample), previous_ ? &*previous_ : nullptr);
  return put_line(sample_to_json(*previous_));
}

Result<Sink::Flow> JsonSink::put_event(const RefusalEvent& event) { return put_line(event_to_json(event)); }

Result<Sink::Flow> JsonSink::put_alerts(const std::vector<Verdict>& verdicts) {
  if (alerts_ == nullptr) return Flow::go_on;
  for (std::string& line : alerts_->put(verdicts, previous_->monotonic_ns, previous_->realtime_ns)) {
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
  const Result<void> written = output_.write_line(std::move(line));
  // `tmpfstrace json | head`: the reader has what it wanted.
  if (!written && written.error().code == EPIPE) return Flow::stop;
  return go_on_if(written);
}

Result<Sink::Flow> RecordSink::put_sample(Sample sample) { return go_on_if(recorder_.write(sample)); }

Result<Sink::Flow> RecordSink::put_event(const RefusalEvent& event) { return go_on_if(recorder_.write(event)); }

Result<Sink::Flow> TopSink::put_sample(Sample sample) {
  previous_ = std::make_shared<const Snapshot>(derive_snapshot(std::move(sample), previous_.get()));
  app_->show(previous_);
  return Flow::go_on;
}

Result<Sink::Flow> TopSink::put_event(const RefusalEvent& event) {
  app_->show_event(event);
  return Flow::go_on;
}

Result<Sink::Flow> TopSink::on_input() { return app_->on_input() == App::Action::Quit ? Flow::stop : Flow::go_on; }

}  // namespace tmpfstrace
