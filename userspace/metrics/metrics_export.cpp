// SPDX-License-Identifier: Apache-2.0
#include "metrics/metrics_export.h"

#include <cstddef>
#include <utility>

namespace tmpfstrace {

std::vector<Family> MetricsExport::families_of(const std::shared_ptr<const Snapshot>& snapshot,
                                               const AgentFacts& facts) {
  FamilySet families;
  superblocks_.add(snapshot, families);
  containers_.add(*snapshot, superblocks_, families);
  add_problems(*snapshot, superblocks_, families);
  std::size_t series = 0;
  for (const Family& family : families.families()) series += family.series.size();
  families.add(Metric::series, {}, static_cast<double>(series));
  families.add(Metric::series_folded, {}, static_cast<double>(superblocks_.folded()));
  add_own(*snapshot, facts, families);
  return std::move(families.families());
}

}  // namespace tmpfstrace
