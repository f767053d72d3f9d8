// SPDX-License-Identifier: Apache-2.0
#include "model/risk.h"

#include <algorithm>

#include "model/ratio.h"

namespace tmpfstrace {

std::map<SuperblockId, Severity> worst_verdicts(const Snapshot& snapshot) {
  std::map<SuperblockId, Severity> worst;
  for (const Verdict& verdict : snapshot.verdicts) {
    if (!verdict.superblock) continue;
    const auto [place, is_first] = worst.emplace(*verdict.superblock, verdict.severity);
    if (!is_first) place->second = std::min(place->second, verdict.severity);  // critical is the first of the enum
  }
  return worst;
}

std::optional<double> risk_of(const SuperblockView& view, const std::optional<Severity>& worst) {
  if (!worst && !view.info.size_bytes && !view.info.inodes_total) return std::nullopt;
  double risk = 0;
  if (worst) risk += *worst == Severity::critical ? 3000 : *worst == Severity::warning ? 2000 : 1000;
  if (view.tally.rates.refused.value_or(0) > 0) risk += 300;
  const auto& binding = view.outlook.binding;
  if (binding && binding->forecast.mid_ns) {
    constexpr double hour_ns = 3.6e12;
    risk += 500 / (1 + static_cast<double>(*binding->forecast.mid_ns) / hour_ns);
  }
  const double blocks = ratio_of(view.info.used_bytes, view.info.size_bytes).value_or(0);
  const double inodes = ratio_of(view.info.inodes_used, view.info.inodes_total).value_or(0);
  return risk + 100 * std::min(std::max(blocks, inodes), 1.0);
}

}  // namespace tmpfstrace
