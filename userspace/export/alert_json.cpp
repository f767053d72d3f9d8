// SPDX-License-Identifier: Apache-2.0
#include "export/alert_json.h"

#include <algorithm>
#include <optional>

#include "export/json_parts.h"
#include "model/mounts.h"
#include "model/time_text.h"

namespace tmpfstrace {
namespace {

// Go's zero time: an end that is not known.
constexpr const char* no_end = "0001-01-01T00:00:00Z";

const char* state_name(const Alert& alert) { return alert.state() == AlertState::firing ? "firing" : "resolved"; }

void write_pairs(JsonWriter& json, const char* name, const AlertLabels& pairs) {
  json.key(std::string_view(name));
  json.begin_object();
  for (const auto& [key, value] : pairs) json.field(key, value);
  json.end_object();
}

void write_object(JsonWriter& json, const Verdict& verdict) {
  if (verdict.superblock) {
    json.field("dev", device_text(*verdict.superblock));
    json.field("generation", verdict.superblock->generation);
  } else {
    json.key("dev");
    json.null();
    json.key("generation");
    json.null();
  }
  json.field("cgroup", if_known(verdict.cgroup));
  json.field("mount_point", if_known(verdict.mount_point));
  json.field("limit", if_known(verdict.limit));
}

// Two objects may have the same names, such as two containers with no name: the fingerprint tells them apart.
AlertLabels all_labels(const Alert& alert, const AlertOrigin& origin) {
  AlertLabels labels = {
      {"alertname", alert.rule}, {"severity", severity_name(alert.severity)}, {"fingerprint", alert.fingerprint}};
  labels.insert(labels.end(), alert.labels.begin(), alert.labels.end());
  labels.insert(labels.end(), origin.labels.begin(), origin.labels.end());
  return labels;
}

AlertLabels annotations_of(const Alert& alert) {
  AlertLabels annotations = {{"summary", alert.summary}};
  if (!alert.verdict.remedy.empty()) annotations.emplace_back("remedy", alert.verdict.remedy);
  annotations.emplace_back("runbook_url", alert.runbook_url);
  return annotations;
}

// Those that all of them have, with the same value.
AlertLabels common(const std::vector<AlertLabels>& each) {
  AlertLabels result = each.front();
  std::erase_if(result, [&](const auto& pair) {
    return !std::ranges::all_of(
        each, [&](const AlertLabels& pairs) { return std::ranges::find(pairs, pair) != pairs.end(); });
  });
  return result;
}

std::string webhook_body(const std::vector<const Alert*>& alerts, const AlertOrigin& origin) {
  std::vector<AlertLabels> labels;
  std::vector<AlertLabels> annotations;
  for (const Alert* alert : alerts) {
    labels.push_back(all_labels(*alert, origin));
    annotations.push_back(annotations_of(*alert));
  }
  const bool firing =
      std::ranges::any_of(alerts, [](const Alert* alert) { return alert->state() == AlertState::firing; });
  const std::string& rule = alerts.front()->rule;

  JsonWriter json;
  json.begin_object();
  json.field("version", "4");
  json.field("groupKey", "{}:{alertname=\"" + rule + "\"}");
  json.field("truncatedAlerts", 0);
  json.field("status", firing ? "firing" : "resolved");
  json.field("receiver", "tmpfstrace");
  write_pairs(json, "groupLabels", {{"alertname", rule}});
  write_pairs(json, "commonLabels", common(labels));
  write_pairs(json, "commonAnnotations", common(annotations));
  json.field("externalURL", origin.generator_url);
  json.key("alerts");
  json.begin_array();
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    const Alert& alert = *alerts[i];
    json.begin_object();
    json.field("status", state_name(alert));
    write_pairs(json, "labels", labels[i]);
    write_pairs(json, "annotations", annotations[i]);
    json.field("startsAt", format_utc(alert.started_ns));
    json.field("endsAt", alert.ended_ns ? format_utc(*alert.ended_ns) : no_end);
    json.field("generatorURL", origin.generator_url);
    json.field("fingerprint", alert.fingerprint);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace

std::string alert_to_json(const Alert& alert, std::uint64_t realtime_ns, std::uint64_t monotonic_ns) {
  const Verdict& verdict = alert.verdict;
  JsonWriter json;
  write_head(json, "alert");
  json.field("time", format_utc(realtime_ns));
  json.field("time_ns", realtime_ns);
  json.field("monotonic_ns", monotonic_ns);
  json.field("state", state_name(alert));
  json.field("rule", alert.rule);
  json.field("kind", verdict_name(verdict.kind));
  json.field("severity", severity_name(alert.severity));
  json.field("fingerprint", alert.fingerprint);
  json.field("started", format_utc(alert.started_ns));
  json.field("started_ns", alert.started_ns);
  json.field("ended", alert.ended_ns ? std::optional(format_utc(*alert.ended_ns)) : std::nullopt);
  json.field("ended_ns", alert.ended_ns);
  json.field("summary", alert.summary);
  json.field("subject", verdict.subject);
  json.field("finding", verdict.finding);
  json.field("remedy", if_known(verdict.remedy));
  write_object(json, verdict);
  write_pairs(json, "labels", alert.labels);
  json.key("evidence");
  json.begin_object();
  for (const auto& [name, number] : verdict.evidence) json.field(name, number);
  json.end_object();
  json.field("runbook_url", alert.runbook_url);
  json.end_object();
  return json.take();
}

std::string alertmanager_body(std::span<const Alert> alerts, const AlertOrigin& origin, std::uint64_t expires_ns) {
  JsonWriter json;
  json.begin_array();
  for (const Alert& alert : alerts) {
    json.begin_object();
    write_pairs(json, "labels", all_labels(alert, origin));
    write_pairs(json, "annotations", annotations_of(alert));
    json.field("startsAt", format_utc(alert.started_ns));
    // An end before the start, after a step of the clock, would have it refuse all of them.
    json.field("endsAt", format_utc(std::max(alert.started_ns, alert.ended_ns.value_or(expires_ns))));
    if (!origin.generator_url.empty()) json.field("generatorURL", origin.generator_url);
    json.end_object();
  }
  json.end_array();
  return json.take();
}

std::vector<std::string> webhook_bodies(std::span<const Alert> alerts, const AlertOrigin& origin) {
  std::vector<std::vector<const Alert*>> groups;
  for (const Alert& alert : alerts) {
    const auto same_rule = [&](const auto& group) { return group.front()->rule == alert.rule; };
    const auto found = std::ranges::find_if(groups, same_rule);
    if (found == groups.end())
      groups.push_back({&alert});
    else
      found->push_back(&alert);
  }
  std::vector<std::string> bodies;
  bodies.reserve(groups.size());
  for (const auto& group : groups) bodies.push_back(webhook_body(group, origin));
  return bodies;
}

}  // namespace tmpfstrace
