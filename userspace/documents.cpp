// SPDX-License-Identifier: Apache-2.0
#include "documents.h"

#include "export/json.h"

namespace tmpfstrace {

using Flow = Sink::Flow;

void Documents::add_losses(std::map<std::string, std::uint64_t>& losses) const {
  if (alerts_ != nullptr) alerts_->add_losses(losses);
}

Result<Flow> Documents::put(const Snapshot& snapshot, const PutLine& put_line) {
  if (put_line && filter_.wants("event"))
    for (const LimitChange& change : snapshot.limit_changes)
      if (auto put = put_line_of(limit_change_to_json(change, snapshot), put_line); !put || *put == Flow::stop)
        return put;
  if (put_line && filter_.wants("sample"))
    if (auto put = put_line_of(sample_to_json(snapshot), put_line); !put || *put == Flow::stop) return put;
  return put_alerts(snapshot, put_line);
}

Result<Flow> Documents::put(const RefusalEvent& event, const PutLine& put_line) {
  return put_line && filter_.wants("event") ? put_line_of(event_to_json(event), put_line) : Flow::go_on;
}

Result<Flow> Documents::put_alerts(const Snapshot& snapshot, const PutLine& put_line) {
  if (alerts_ == nullptr) return Flow::go_on;
  for (std::string& line : alerts_->put(snapshot.verdicts, snapshot.monotonic_ns, snapshot.realtime_ns)) {
    if (!put_line || !filter_.wants("alert")) continue;
    Result<Flow> put = put_line_of(std::move(line), put_line);
    if (!put || *put == Flow::stop) return put;
  }
  return Flow::go_on;
}

Result<Flow> Documents::put_line_of(std::string line, const PutLine& put_line) {
  return put_line(filter_.reduce(std::move(line)));
}

void Documents::finish() {
  if (alerts_ != nullptr) alerts_->stop();
}

}  // namespace tmpfstrace
