// SPDX-License-Identifier: Apache-2.0
// What a replay shows at one sample.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/snapshot.h"

namespace tmpfstrace {

struct PlayedFrame {
  std::shared_ptr<const Snapshot> snapshot;
  std::vector<std::shared_ptr<const RefusalEvent>> events;  // the latest up to it, oldest first
  std::uint64_t events_seen = 0;                            // all up to it, those that are not kept included
};

}  // namespace tmpfstrace
