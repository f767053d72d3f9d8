// SPDX-License-Identifier: Apache-2.0
#include "model/binding_limit.h"

namespace tmpfstrace {

std::optional<BindingLimit> find_binding_limit(std::span<const KindForecast> forecasts) {
  const KindForecast* first = nullptr;
  for (const KindForecast& each : forecasts)
    if (each.forecast.mid_ns && (first == nullptr || *each.forecast.mid_ns < *first->forecast.mid_ns)) first = &each;
  if (first == nullptr) return std::nullopt;
  BindingLimit binding{first->kind, first->forecast, true};
  for (const KindForecast& each : forecasts)
    if (&each != first && each.forecast.low_ns && *each.forecast.low_ns <= *first->forecast.high_ns)
      binding.clear = false;
  return binding;
}

const char* name_of(LimitKind kind) {
  switch (kind) {
    case LimitKind::blocks: return "blocks";
    case LimitKind::inodes: return "inodes";
    case LimitKind::memcg: return "memory of the cgroup";
    case LimitKind::node: return "memory of the node";
  }
  return "";
}

const char* key_of(LimitKind kind) {
  switch (kind) {
    case LimitKind::blocks: return "blocks";
    case LimitKind::inodes: return "inodes";
    case LimitKind::memcg: return "memcg";
    case LimitKind::node: return "memory";
  }
  return "";
}

}  // namespace tmpfstrace
