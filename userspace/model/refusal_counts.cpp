// SPDX-License-Identifier: Apache-2.0
#include "model/refusal_counts.h"

#include <array>

namespace tmpfstrace {

std::optional<tmpfs_cause> main_cause(const std::vector<RefusalCount>& refusals) {
  std::array<std::uint64_t, TMPFS_CAUSE_MAX> counts{};
  for (const RefusalCount& refusal : refusals)
    if (refusal.cause < TMPFS_CAUSE_MAX) counts[refusal.cause] += refusal.count;
  const auto most = std::max_element(counts.begin(), counts.end());
  if (*most == 0) return std::nullopt;
  return static_cast<tmpfs_cause>(most - counts.begin());
}

}  // namespace tmpfstrace
