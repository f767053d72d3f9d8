// SPDX-License-Identifier: Apache-2.0
// The JSON lines of a run: samples, events and alerts, of those that the filter wants.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "alert_output.h"
#include "export/document_filter.h"
#include "model/snapshot.h"
#include "sink.h"

namespace tmpfstrace {

class Documents {
 public:
  using PutLine = std::function<Result<Sink::Flow>(std::string)>;

  Documents() = default;  // no alerts
  // alerts: null for none.
  Documents(DocumentFilter filter, std::unique_ptr<AlertOutput> alerts)
      : filter_(std::move(filter)), alerts_(std::move(alerts)) {}

  // What was lost of alerts, before the sample is analysed.
  void add_losses(std::map<std::string, std::uint64_t>& losses) const;

  // Alerts are followed and sent also where the filter wants no line of them. put_line: null, nobody reads lines.
  Result<Sink::Flow> put(const Snapshot& snapshot, const PutLine& put_line);
  Result<Sink::Flow> put(const RefusalEvent& event, const PutLine& put_line);

  void finish();

 private:
  Result<Sink::Flow> put_line_of(std::string line, const PutLine& put_line);
  Result<Sink::Flow> put_alerts(const Snapshot& snapshot, const PutLine& put_line);

  DocumentFilter filter_;
  std::unique_ptr<AlertOutput> alerts_;
};

}  // namespace tmpfstrace
