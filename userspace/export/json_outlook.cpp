// SPDX-License-Identifier: Apache-2.0
#include "export/json_outlook.h"

#include <optional>
#include <string>

#include "export/json_parts.h"
#include "model/mounts.h"

namespace tmpfstrace {
namespace {

const char* name_of_state(ForecastState state) {
  switch (state) {
    case ForecastState::no_limit: return "no_limit";
    case ForecastState::not_enough_evidence: return "not_enough_evidence";
    case ForecastState::not_growing: return "not_growing";
    case ForecastState::settles: return "settles";
    case ForecastState::fills_unless_cleaned: return "fills_unless_cleaned";
    case ForecastState::fills: return "fills";
    case ForecastState::full: return "full";
  }
  return "unknown";
}

std::optional<double> seconds(const std::optional<std::uint64_t>& ns) {
  return ns ? std::optional(static_cast<double>(*ns) / 1e9) : std::nullopt;
}

void write_forecast(JsonWriter& json, const KindForecast& kind) {
  const Forecast& forecast = kind.forecast;
  json.begin_object();
  json.field("limit", key_of(kind.kind));
  json.field("state", name_of_state(forecast.state));
  json.field_if_known("seconds_to_full", seconds(forecast.mid_ns));
  json.field_if_known("seconds_to_full_low", seconds(forecast.low_ns));
  json.field_if_known("seconds_to_full_high", seconds(forecast.high_ns));
  json.field_if_known("growth_per_second", forecast.growth_per_second);
  json.field_if_known("settles_at", forecast.settles_at);
  if (forecast.mid_ns) json.field("confidence", forecast.confidence);
  json.end_object();
}

void write_inversion(JsonWriter& json, const LimitInversion& inversion) {
  json.begin_object();
  json.field("cgroup", inversion.first_killed);
  json.field("used_bytes_when_killed", inversion.used_when_killed);
  if (inversion.reduced_size != 0) json.field("recommended_size_bytes", inversion.reduced_size);
  if (!inversion.raised_limits.empty())
    json.field("recommended_memory_limit", inversion.raised_limits.front().memory_limit);
  json.end_object();
}

void write_leftovers(JsonWriter& json, const Leftovers& leftovers) {
  json.key("leftovers");
  json.begin_object();
  if (leftovers.gone_creators) {
    json.field("gone_creators_files", leftovers.gone_creators->files);
    json.field("gone_creators_bytes", leftovers.gone_creators->bytes);
  }
  json.field_if_known("dead_cgroups_bytes", leftovers.dead_cgroups_bytes);
  json.field("growth_bytes", leftovers.growth_bytes);
  json.end_object();
}

bool is_empty(const Outlook& outlook) {
  return outlook.forecasts.empty() && outlook.writers.empty() && !outlook.first_refused_ns &&
         !outlook.leftovers.gone_creators && outlook.leftovers.dead_cgroups_bytes.value_or(0) == 0;
}

}  // namespace

void write_outlook(JsonWriter& json, const Outlook& outlook) {
  json.key("outlook");
  if (is_empty(outlook)) return json.null();
  json.begin_object();
  json.key("forecasts");
  json.begin_array();
  for (const KindForecast& forecast : outlook.forecasts) write_forecast(json, forecast);
  json.end_array();
  json.field("binding_limit",
             outlook.binding ? std::optional<std::string>(key_of(outlook.binding->kind)) : std::nullopt);
  if (outlook.residence) {
    json.field("arrivals_per_second", outlook.residence->arrivals_per_second);
    json.field_if_known("lifetime_seconds", seconds(outlook.residence->lifetime_ns));
  }
  if (outlook.steady) {
    json.field("settles_at_files", outlook.steady->files);
    json.field_if_known("settles_at_bytes", outlook.steady->bytes);
    json.field("fits", outlook.steady->fits);
  }
  write_leftovers(json, outlook.leftovers);
  json.key("writers");
  json.begin_array();
  for (const TmpfsWriter& writer : outlook.writers) {
    json.begin_object();
    json.field("cgroup", writer.cgroup);
    json.field("share", writer.share);
    json.field_if_known("headroom_bytes", writer.headroom);
    json.field_if_known("memory_limit", writer.memory_limit);
    json.end_object();
  }
  json.end_array();
  if (outlook.inversion) {
    json.key("inversion");
    write_inversion(json, *outlook.inversion);
  }
  json.field_if_known("first_refused_ns", outlook.first_refused_ns);
  json.field_if_known("last_refused_ns", outlook.last_refused_ns);
  json.end_object();
}

void write_node(JsonWriter& json, const NodeMemory& node) {
  json.begin_object();
  json.field("total_bytes", node.total_bytes);
  json.field("available_bytes", node.available_bytes);
  json.field("swap_free_bytes", node.swap_free_bytes);
  json.end_object();
}

void write_verdict(JsonWriter& json, const Verdict& verdict) {
  json.begin_object();
  json.field("kind", verdict_name(verdict.kind));
  json.field("severity", severity_name(verdict.severity));
  json.field("text", verdict.sentence());
  json.field("subject", if_known(verdict.subject));
  json.field("finding", verdict.finding);
  json.field("remedy", if_known(verdict.remedy));
  json.field("limit", if_known(verdict.limit));
  json.field("dev", verdict.superblock ? std::optional(device_text(*verdict.superblock)) : std::nullopt);
  json.field("cgroup", if_known(verdict.cgroup));
  json.field("mount_point", if_known(verdict.mount_point));
  json.field("fingerprint", verdict.fingerprint());
  json.key("evidence");
  json.begin_object();
  for (const auto& [name, number] : verdict.evidence) {
    json.key(std::string_view(name));
    json.value(number);
  }
  json.end_object();
  json.end_object();
}

}  // namespace tmpfstrace
