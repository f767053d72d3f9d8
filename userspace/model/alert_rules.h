// SPDX-License-Identifier: Apache-2.0
// When a verdict becomes an alert, and when that is over. Pure: the caller tells the time.
//
// A verdict that is seen for the hold time of its rule fires; one that goes before that was nothing. What fires is
// resolved only after it was not seen for keep_firing_for, so that what comes and goes is one alert and not many.
// Nothing is kept over a restart: what is still wrong is held and fires again, under the same fingerprint and labels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/alert.h"

namespace tmpfstrace {

constexpr std::size_t kVerdictKinds = static_cast<std::size_t>(VerdictKind::own_losses) + 1;

struct AlertRule {
  bool enabled = true;
  std::uint64_t for_ns = 0;
  std::uint64_t keep_firing_for_ns = 0;
  std::optional<Severity> severity;  // absent: the verdict's own
  bool operator==(const AlertRule&) const = default;
};

struct AlertRules {
  AlertRules();  // the defaults

  AlertRule& operator[](VerdictKind kind) { return by_kind[static_cast<std::size_t>(kind)]; }
  const AlertRule& operator[](VerdictKind kind) const { return by_kind[static_cast<std::size_t>(kind)]; }
  bool operator==(const AlertRules&) const = default;

  std::array<AlertRule, kVerdictKinds> by_kind;
  std::optional<std::uint64_t> repeat_ns;  // what fires is told again after that; absent: never
  std::size_t max_active = 1000;           // held and firing
  std::string runbook_base;                // in front of the rule's name in lower case; empty: docs/alerts.md
};

// "TmpfsRefused"…
const char* alert_rule_name(VerdictKind kind);

class AlertEngine {
 public:
  explicit AlertEngine(AlertRules rules) : rules_(std::move(rules)) {}

  // All that is wrong at an instant, the worst first. Gives what has changed, and what is due to be told again; what
  // fires comes in the order of the verdicts, what is resolved after it.
  std::vector<Alert> observe(const std::vector<Verdict>& verdicts, std::uint64_t monotonic_ns,
                             std::uint64_t realtime_ns);

  // Verdicts that found no room, counted anew at each instant.
  std::uint64_t overflow() const { return overflow_; }

 private:
  struct Entry {
    Alert alert;
    bool firing = false;
    std::uint64_t seen_since_ns = 0;  // monotonic, as the other two
    std::uint64_t told_ns = 0;
    std::optional<std::uint64_t> gone_since_ns;
    std::uint64_t gone_realtime_ns = 0;
    std::uint64_t round = 0;  // of observe(), in which it was last seen
  };

  void see(const Verdict& verdict, std::vector<Alert>& changes);
  void see_firing(Entry& entry, std::vector<Alert>& changes);
  void see_gone(std::vector<Alert>& changes);
  void tell(Entry& entry, AlertChange change, std::vector<Alert>& changes);
  void set_time(std::uint64_t monotonic_ns, std::uint64_t realtime_ns);
  bool is_repeat_due(const Entry& entry) const;
  Severity severity_of(const Verdict& verdict) const;

  AlertRules rules_;
  std::map<std::string, Entry> entries_;  // by fingerprint
  std::uint64_t now_ns_ = 0;
  std::uint64_t realtime_ns_ = 0;
  std::uint64_t round_ = 0;
  std::uint64_t overflow_ = 0;
};

}  // namespace tmpfstrace
