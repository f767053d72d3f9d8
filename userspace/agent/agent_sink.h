// SPDX-License-Identifier: Apache-2.0
// Where an agent's samples go: metrics and documents to the web server, lines to a file, alerts to who is to be told.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/line_file.h"
#include "agent/log.h"
#include "agent/service_manager.h"
#include "documents.h"
#include "export/html_page.h"
#include "host/unique_fd.h"
#include "metrics/metrics_export.h"
#include "model/analyst.h"
#include "sink.h"
#include "web/web_server.h"

namespace tmpfstrace {

struct AgentParts {
  std::unique_ptr<WebServer> web;  // null: nothing is served
  std::optional<LineFile> lines;
  Documents documents;
  MetricLimits limits;
  VerdictThresholds thresholds;
  PageOptions page;
  AgentFacts facts;  // samples and their duration are filled in
};

class AgentSink : public Sink {
 public:
  // The log and the manager outlive the sink.
  static Result<std::unique_ptr<AgentSink>> create(AgentParts parts, const Log& log, const ServiceManager& manager);

  void begin_sample() override;
  Result<Flow> put_sample(Sample sample) override;
  Result<Flow> put_event(const RefusalEvent& event) override;
  Result<void> finish() override;

  // Readable when the web server or the service manager's watchdog wants something.
  int input_fd() const override { return ready_.get(); }
  Result<Flow> on_input() override;
  void on_reload() override;

 private:
  AgentSink(AgentParts parts, const Log& log, const ServiceManager& manager);
  Result<void> open();
  Result<void> watch(int fd);
  Documents::PutLine put_line();
  void publish(const std::shared_ptr<const Snapshot>& snapshot);
  void complain(const Result<void>& done) const;

  AgentParts parts_;
  const Log& log_;
  const ServiceManager& manager_;
  Analyst analyst_;
  MetricsExport metrics_;
  UniqueFd ready_;     // an epoll
  UniqueFd watchdog_;  // a timer
  std::uint64_t sample_begin_ns_ = 0;
};

}  // namespace tmpfstrace
