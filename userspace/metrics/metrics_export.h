// SPDX-License-Identifier: Apache-2.0
// All metrics of an agent, sample for sample. Pure, but remembers what it has served.
#pragma once

#include <memory>
#include <vector>

#include "metrics/container_series.h"
#include "metrics/exposition.h"
#include "metrics/own_series.h"
#include "metrics/superblock_series.h"

namespace tmpfstrace {

class MetricsExport {
 public:
  explicit MetricsExport(const MetricLimits& limits) : superblocks_(limits), containers_(limits) {}

  // Each sample once, in their order.
  std::vector<Family> families_of(const std::shared_ptr<const Snapshot>& snapshot, const AgentFacts& facts);

 private:
  SuperblockSeries superblocks_;
  ContainerSeries containers_;
};

}  // namespace tmpfstrace
