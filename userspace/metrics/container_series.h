// SPDX-License-Identifier: Apache-2.0
// Series of who holds and is refused what on the superblocks that are served, by the owner of the cgroup. Several
// cgroups may have one owner and end before it does: the counters are sums of what each has grown by.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "metrics/family_set.h"
#include "metrics/superblock_series.h"
#include "model/id_hash.h"
#include "model/snapshot.h"

namespace tmpfstrace {

class ContainerSeries {
 public:
  explicit ContainerSeries(const MetricLimits& limits) : limits_(limits) {}

  void add(const Snapshot& snapshot, const SuperblockSeries& superblocks, FamilySet& families);

 private:
  struct Cause {
    double count = 0;
    bool served = false;
  };
  struct Sum {
    double resident = 0;
    bool has_resident = false;
    std::map<tmpfs_cause, Cause> refusals;
    std::uint64_t round = 0;
  };
  struct Row {
    std::vector<RefusalCount> refusals;
    std::uint64_t round = 0;
  };

  void add_row(const LedgerView& row, Sum& sum);
  void serve(const MetricLabels& labels, Sum& sum, FamilySet& families) const;

  MetricLimits limits_;
  std::map<std::vector<std::pair<std::string, std::string>>, Sum> sums_;  // by labels
  std::unordered_map<std::pair<CgroupId, SuperblockId>, Row, IdHash> rows_;
  std::uint64_t round_ = 0;
};

}  // namespace tmpfstrace
