// SPDX-License-Identifier: Apache-2.0
// From verdicts to those who want to know: lines for standard output, an Alertmanager, a webhook.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "export/alert_json.h"
#include "model/alert_rules.h"
#include "model/result.h"
#include "model/verdict.h"
#include "notify/sender.h"
#include "sources/config.h"

namespace tmpfstrace {

class AlertOutput {
 public:
  using Complain = std::function<void(const std::string&)>;

  // send: also to the receivers of the configuration. What a recording tells has happened long ago, and elsewhere.
  // interval: between two samples. complain is called by put() and stop() alone, when a receiver begins to fail.
  static Result<std::unique_ptr<AlertOutput>> open(const Config& config, bool send, std::chrono::milliseconds interval,
                                                   Complain complain);

  // All verdicts of a sample and its times. Gives the lines, each without its newline; never waits for a receiver.
  std::vector<std::string> put(const std::vector<Verdict>& verdicts, std::uint64_t monotonic_ns,
                               std::uint64_t realtime_ns);

  // What was lost of alerts, under the names of docs/json.md.
  void add_losses(std::map<std::string, std::uint64_t>& losses) const;

  // Sends what still waits, for 2 s at most, and tells what it could not. Once, at the end.
  void stop();

 private:
  AlertOutput(AlertRules rules, AlertOrigin origin, Complain complain);
  void send(const std::vector<Alert>& alerts, std::uint64_t realtime_ns);
  std::vector<Sender*> senders() const;
  void pass_complaints();

  AlertEngine engine_;
  AlertOrigin origin_;
  Complain complain_;
  std::uint64_t expiry_ns_ = 0;  // of what Alertmanager is told
  std::unique_ptr<Sender> alertmanager_;
  std::unique_ptr<Sender> webhook_;  // null, as the other: not configured
};

}  // namespace tmpfstrace
