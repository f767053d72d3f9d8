// SPDX-License-Identifier: Apache-2.0
// From where on something counts as wrong. A configuration may set them; these are the defaults.
#pragma once

#include <cstdint>

namespace tmpfstrace {

struct VerdictThresholds {
  std::uint64_t full_soon_within_ns = 4ULL * 3600 * 1'000'000'000;
  double nearly_full_above = 0.9;  // part of the blocks or inodes
  bool operator==(const VerdictThresholds&) const = default;
};

}  // namespace tmpfstrace
