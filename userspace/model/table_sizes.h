// SPDX-License-Identifier: Apache-2.0
// How much the tables in the kernel hold: in entries.
#pragma once

#include <cstdint>
#include <optional>

namespace tmpfstrace {

// One is reserved, for what finds no entry.
inline constexpr std::uint32_t kLeastTable = 2;

struct TableSizes {
  std::uint32_t slots = 0;  // (cgroup, superblock) pairs
  std::uint32_t superblocks = 0;
  std::optional<std::uint32_t> inodes;  // absent: the mode follows none

  bool operator==(const TableSizes&) const = default;
};

}  // namespace tmpfstrace
