// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "model/sample.h"

namespace tmpfstrace {

// Part of a whole, from 0 to 1 and above; nothing when either is not known, or when the whole is 0.
inline std::optional<double> ratio_of(std::optional<std::uint64_t> part, std::optional<std::uint64_t> whole) {
  if (!part || !whole || *whole == 0) return std::nullopt;
  return static_cast<double>(*part) / static_cast<double>(*whole);
}

// Of bytes or of inodes, whichever is nearer to its limit; 0 without a limit that is known.
inline double fill_of(const Superblock& superblock) {
  return std::max(ratio_of(superblock.used_bytes, superblock.size_bytes).value_or(0),
                  ratio_of(superblock.inodes_used, superblock.inodes_total).value_or(0));
}

}  // namespace tmpfstrace
