// SPDX-License-Identifier: Apache-2.0
// From samples to an answer: keeps what has to be remembered between them, and adds to each snapshot what is to be
// expected and what is wrong. Pure: the times are those of the samples, so that a replay says what was said live.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "model/forecast.h"
#include "model/id_hash.h"
#include "model/snapshot.h"
#include "model/superblock_watch.h"
#include "model/verdict_thresholds.h"

namespace tmpfstrace {

class Analyst {
 public:
  explicit Analyst(VerdictThresholds thresholds = {}) : thresholds_(thresholds) {}

  // Events before the sample that follows them.
  void add(const RefusalEvent& event);

  // Never null. Kept as the previous one for the next.
  std::shared_ptr<const Snapshot> add(Sample sample);

 private:
  using Watches = std::unordered_map<SuperblockId, SuperblockWatch, IdHash>;

  void watch(Snapshot& snapshot);
  void forecast_in_turn(std::uint64_t monotonic_ns);
  void watch_memory(const Snapshot& snapshot);
  void add_outlooks(Snapshot& snapshot);

  VerdictThresholds thresholds_;
  std::shared_ptr<const Snapshot> previous_;
  Watches superblocks_;
  std::unordered_map<CgroupId, LimitForecast> memory_;  // of cgroups with a limit that fill some superblock
  LimitForecast node_;
};

}  // namespace tmpfstrace
