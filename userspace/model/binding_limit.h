// SPDX-License-Identifier: Apache-2.0
// Which of the limits over the same writes is met first.
#pragma once

#include <optional>
#include <span>

#include "model/forecast.h"

namespace tmpfstrace {

enum class LimitKind { blocks, inodes, memcg, node };

struct KindForecast {
  LimitKind kind = LimitKind::blocks;
  Forecast forecast;
};

struct BindingLimit {
  LimitKind kind = LimitKind::blocks;
  Forecast forecast;
  // No other that has a time may come earlier: the latest of this one is before the earliest of each.
  bool clear = true;
};

// The earliest of those that have a time (one that is full has 0); of two at the same time the first. Absent: none has.
std::optional<BindingLimit> find_binding_limit(std::span<const KindForecast> forecasts);

// "blocks", "inodes", "memory of the cgroup", "memory of the node"
const char* name_of(LimitKind kind);

// The cause of the refusals that it leads to: "blocks", "inodes", "memcg", "memory".
const char* key_of(LimitKind kind);

}  // namespace tmpfstrace
