// SPDX-License-Identifier: Apache-2.0
// What would do: sizes and limits in numbers that people write.
//
// Where files come and none goes, room for seven days of them: what a week's retention takes, and long enough for
// somebody to look. Where they go again, room for what that settles at, and a quarter. Where neither is known, half as
// much again as is in use. The memory limit goes with the size: a page of a tmpfs is charged to who writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/snapshot.h"

namespace tmpfstrace {

struct Remedy {
  std::optional<std::uint64_t> size_bytes;    // absent: the size is not what binds
  std::optional<std::uint64_t> inodes;        // the same of nr_inodes
  std::optional<std::uint64_t> memory_limit;  // of the cgroup that writes most; absent: it has none, or enough
  std::string reason;                         // "to hold 7 days of them"
};

// binds_blocks: the size is what is short, else the inodes.
Remedy find_remedy(const SuperblockView& view, const Snapshot& snapshot, bool binds_blocks);

// "to hold 7 days of them: size 768 MiB and memory limit 1 GiB"; empty when there is nothing to say.
std::string remedy_text(const Remedy& remedy);

// How fast the most frequent pattern's files come, a second: counted, else by their births. Absent: not known.
std::optional<double> arrivals_of(const SuperblockView& view);

}  // namespace tmpfstrace
