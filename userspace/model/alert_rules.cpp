// SPDX-License-Identifier: Apache-2.0
#include "model/alert_rules.h"

#include <algorithm>
#include <string_view>

namespace tmpfstrace {
namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::uint64_t minute_ns = 60 * second_ns;

constexpr std::size_t short_id = 12;        // what the runtimes show of an id
constexpr std::size_t longest_label = 200;  // bytes; a mount point may have 4095

constexpr const char* default_runbook_base = "docs/alerts.md#";

struct RuleDefault {
  VerdictKind kind;
  const char* name;
  std::uint64_t for_ns;
  std::uint64_t keep_firing_for_ns;
};

// A refusal has happened and a loss is lost: nothing to wait for. What is read off a level is held for minutes, a
// forecast and a comparison of limits for longer, because nobody acts on them within a minute.
constexpr std::array<RuleDefault, kVerdictKinds> rule_defaults = {{
    {VerdictKind::refused, "TmpfsRefused", 0, 5 * minute_ns},
    {VerdictKind::full, "TmpfsFull", 30 * second_ns, 5 * minute_ns},
    {VerdictKind::kills_first, "TmpfsKillsFirst", 5 * minute_ns, 15 * minute_ns},
    {VerdictKind::full_soon, "TmpfsFullSoon", 5 * minute_ns, 15 * minute_ns},
    {VerdictKind::never_fits, "TmpfsNeverFits", 15 * minute_ns, 60 * minute_ns},
    {VerdictKind::nearly_full, "TmpfsNearlyFull", 5 * minute_ns, 10 * minute_ns},
    {VerdictKind::leftovers, "TmpfsLeftovers", 15 * minute_ns, 60 * minute_ns},
    {VerdictKind::own_losses, "TmpfstraceLosses", 0, 10 * minute_ns},
}};

constexpr bool in_order_of_kinds() {
  for (std::size_t i = 0; i < rule_defaults.size(); ++i)
    if (static_cast<std::size_t>(rule_defaults[i].kind) != i) return false;
  return true;
}
static_assert(in_order_of_kinds());

const RuleDefault& rule_default(VerdictKind kind) { return rule_defaults[static_cast<std::size_t>(kind)]; }

std::uint64_t elapsed(std::uint64_t now_ns, std::uint64_t since_ns) {
  return now_ns > since_ns ? now_ns - since_ns : 0;
}

// Not in the middle of a character of UTF-8, whose further bytes are 10xxxxxx.
std::string_view cut(std::string_view text) {
  if (text.size() <= longest_label) return text;
  std::size_t end = longest_label;
  while (end > longest_label - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

void add_label(AlertLabels& labels, const char* name, std::string_view value) {
  if (!value.empty()) labels.emplace_back(name, cut(value));
}

void add_owner_labels(AlertLabels& labels, const Owner& owner) {
  const auto first_known = [](const std::string& a, const std::string& b) -> const std::string& {
    return a.empty() ? b : a;
  };
  add_label(labels, "namespace", owner.k8s_namespace);
  add_label(labels, "pod", first_known(owner.pod_name, owner.pod_uid));
  const std::string& container = first_known(owner.k8s_container, owner.container_name);
  // The container of a pod's mount is its sandbox: that is said by the pod.
  const bool by_id = container.empty() && owner.kind == "container";
  add_label(labels, "container", by_id ? owner.container_id.substr(0, short_id) : container);
  add_label(labels, "unit", first_known(first_known(owner.user_unit, owner.unit), owner.slice));
}

AlertLabels labels_of(const Verdict& verdict) {
  AlertLabels labels;
  if (verdict.owner != nullptr) add_owner_labels(labels, *verdict.owner);
  add_label(labels, "mount_point", verdict.mount_point);
  add_label(labels, "limit", verdict.limit);
  return labels;
}

std::string runbook_url(const std::string& base, std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return (base.empty() ? default_runbook_base : base) + name;
}

}  // namespace

AlertRules::AlertRules() {
  for (const RuleDefault& rule : rule_defaults) {
    (*this)[rule.kind] = {.for_ns = rule.for_ns, .keep_firing_for_ns = rule.keep_firing_for_ns, .severity = {}};
  }
}

const char* alert_rule_name(VerdictKind kind) { return rule_default(kind).name; }

std::vector<Alert> AlertEngine::observe(const std::vector<Verdict>& verdicts, std::uint64_t monotonic_ns,
                                        std::uint64_t realtime_ns) {
  set_time(monotonic_ns, realtime_ns);
  std::vector<Alert> changes;
  for (const Verdict& verdict : verdicts) {
    if (rules_[verdict.kind].enabled) see(verdict, changes);
  }
  see_gone(changes);
  return changes;
}

// A recording that goes over a start of the machine has a monotonic clock that goes back: what was waited for until
// then counts, as far as the new clock reaches back.
void AlertEngine::set_time(std::uint64_t monotonic_ns, std::uint64_t realtime_ns) {
  ++round_;
  if (monotonic_ns < now_ns_) {
    const auto shift = [&](std::uint64_t& time_ns) {
      time_ns = monotonic_ns - std::min(monotonic_ns, now_ns_ - time_ns);
    };
    for (auto& [fingerprint, entry] : entries_) {
      shift(entry.seen_since_ns);
      shift(entry.told_ns);
      if (entry.gone_since_ns) shift(*entry.gone_since_ns);
    }
  }
  now_ns_ = monotonic_ns;
  realtime_ns_ = realtime_ns;
}

Severity AlertEngine::severity_of(const Verdict& verdict) const {
  return rules_[verdict.kind].severity.value_or(verdict.severity);
}

void AlertEngine::see(const Verdict& verdict, std::vector<Alert>& changes) {
  const std::string fingerprint = verdict.fingerprint();
  auto found = entries_.find(fingerprint);
  if (found == entries_.end()) {
    if (entries_.size() >= rules_.max_active) {
      ++overflow_;
      return;
    }
    found = entries_.emplace(fingerprint, Entry{}).first;
    Entry& added = found->second;
    added.alert.rule = alert_rule_name(verdict.kind);
    added.alert.fingerprint = fingerprint;
    added.alert.started_ns = realtime_ns_;
    added.alert.runbook_url = runbook_url(rules_.runbook_base, added.alert.rule);
    added.seen_since_ns = now_ns_;
  }
  Entry& entry = found->second;
  if (entry.round == round_) return;  // twice at one instant: the first, which is the worse, has spoken
  entry.round = round_;
  entry.gone_since_ns.reset();
  entry.alert.verdict = verdict;
  if (entry.firing) {
    see_firing(entry, changes);
  } else if (elapsed(now_ns_, entry.seen_since_ns) >= rules_[verdict.kind].for_ns) {
    entry.firing = true;
    entry.alert.severity = severity_of(verdict);
    entry.alert.labels = labels_of(verdict);
    tell(entry, AlertChange::fired, changes);
  }
}

// The labels are what a receiver knows an alert by. They change only one way, to what is worse and to what is more, so
// that an owner or a severity that comes and goes does not make many alerts of one.
void AlertEngine::see_firing(Entry& entry, std::vector<Alert>& changes) {
  const Severity severity = std::min(entry.alert.severity, severity_of(entry.alert.verdict));
  AlertLabels labels = labels_of(entry.alert.verdict);
  const bool knows_more = labels.size() > entry.alert.labels.size();
  if (severity == entry.alert.severity && !knows_more) {
    if (is_repeat_due(entry)) tell(entry, AlertChange::repeated, changes);
    return;
  }
  entry.alert.ended_ns = std::max(entry.alert.started_ns, realtime_ns_);
  tell(entry, AlertChange::replaced, changes);
  entry.alert.ended_ns.reset();
  entry.alert.severity = severity;
  if (knows_more) entry.alert.labels = std::move(labels);
  tell(entry, AlertChange::updated, changes);
}

void AlertEngine::see_gone(std::vector<Alert>& changes) {
  for (auto at = entries_.begin(); at != entries_.end();) {
    Entry& entry = at->second;
    if (entry.round == round_) {
      ++at;
      continue;
    }
    if (!entry.gone_since_ns) {
      entry.gone_since_ns = now_ns_;
      entry.gone_realtime_ns = realtime_ns_;
    }
    const bool over = elapsed(now_ns_, *entry.gone_since_ns) >= rules_[entry.alert.verdict.kind].keep_firing_for_ns;
    if (entry.firing && !over) {
      if (is_repeat_due(entry)) tell(entry, AlertChange::repeated, changes);
      ++at;
      continue;
    }
    if (entry.firing) {
      entry.alert.ended_ns = std::max(entry.alert.started_ns, entry.gone_realtime_ns);
      tell(entry, AlertChange::resolved, changes);
    }
    at = entries_.erase(at);
  }
}

bool AlertEngine::is_repeat_due(const Entry& entry) const {
  return rules_.repeat_ns && elapsed(now_ns_, entry.told_ns) >= *rules_.repeat_ns;
}

void AlertEngine::tell(Entry& entry, AlertChange change, std::vector<Alert>& changes) {
  entry.alert.change = change;
  entry.alert.summary = entry.alert.verdict.sentence();
  entry.told_ns = now_ns_;
  changes.push_back(entry.alert);
}

}  // namespace tmpfstrace
