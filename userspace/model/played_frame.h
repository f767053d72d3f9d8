// SPDX-License-Identifier: Apache-2.0
// What a replay shows at one sample.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "model/snapshot.h"

namespace tmpfstrace {

// Older ones are forgotten: a storm of them must not make the tool grow.
inline constexpr std::size_t most_events_shown = 1000;

struct PlayedFrame {
  std::shared_ptr<const Snapshot> snapshot;
  std::vector<std::shared_ptr<const RefusalEvent>> events;  // the latest most_events_shown up to it, oldest first
  std::uint64_t events_seen = 0;                            // all up to it, those that are not kept included
};

}  // namespace tmpfstrace
