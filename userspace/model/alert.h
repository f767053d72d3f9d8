// SPDX-License-Identifier: Apache-2.0
// What is sent when something has gone wrong, still is, or is over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/verdict.h"

namespace tmpfstrace {

enum class AlertState { firing, resolved };

enum class AlertChange {
  fired,
  updated,   // still firing, but worse, or more is known of whose it is: it goes on under the new labels
  repeated,  // nothing is new: for receivers that forget
  resolved,
  replaced,  // it ended under its old labels; an `updated` of the same fingerprint follows
};

// Names are of Prometheus' form, [a-zA-Z_][a-zA-Z0-9_]*. Values may hold any byte and are never empty.
using AlertLabels = std::vector<std::pair<std::string, std::string>>;

// Times are CLOCK_REALTIME.
struct Alert {
  AlertChange change = AlertChange::fired;
  std::string rule;                       // "TmpfsRefused"
  Severity severity = Severity::warning;  // of the rule, or of the verdict
  std::uint64_t started_ns = 0;           // when the verdict was first seen, before the hold time
  std::optional<std::uint64_t> ended_ns;  // when it was first not seen any more; absent: it fires
  std::string fingerprint;                // of the verdict
  std::string summary;                    // the verdict's sentence
  AlertLabels labels;                     // whose it is and where: no path of a file, no process
  std::string runbook_url;
  Verdict verdict;  // the last one that was seen

  AlertState state() const { return ended_ns ? AlertState::resolved : AlertState::firing; }
};

}  // namespace tmpfstrace
