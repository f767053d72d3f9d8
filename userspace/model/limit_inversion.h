// SPDX-License-Identifier: Apache-2.0
// Will the writers of a tmpfs be killed for memory before it is full?
//
// A page of a tmpfs is charged to the memory cgroup of who first touched it. So a size above what the writer's cgroup
// may still take is never reached: the cgroup is, and its processes are killed, while the tmpfs has room and no write
// is ever refused. A 512 MiB tmpfs in a cgroup of 256 MiB is such a one.
//
// The reckoning: of each further byte in the superblock, writer i is charged share_i. It meets its limit when the
// superblock has grown by headroom_i / share_i. The least of these, if it is less than what is free, comes before full.
// Two ways out, each a pair of sizes that fit together:
// - keep the size, and give every such writer its limit + share x free - headroom, and a tenth more;
// - keep the limits, and make the size used + 90 % of the least headroom / share.
// The tenth is for the growth of the working set. Numbers are rounded, the limit up and the size down, to three
// significant bits (…, 128, 160, 192, 224, 256, 320, … MiB), as people write them.
//
// Not in it: swap (pages of a tmpfs are swapped out before anybody is killed, as far as the cgroup's swap goes), other
// growth of the cgroup, and that writers may share an ancestor whose headroom they use up together: then give them as
// one writer, with the sum of their shares.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/sample.h"

namespace tmpfstrace {

struct TmpfsWriter {
  CgroupId cgroup = 0;
  double share = 0;                       // of what is allocated in the superblock, 0 to 1
  std::optional<std::uint64_t> headroom;  // bytes: least of max - current over it and its ancestors; absent: no limit
  std::optional<std::uint64_t> memory_limit;  // max of the cgroup that has this least; absent: not known
  bool seen_writing = false;                  // else it is taken for a writer by the memory that it has
};

struct WriterLimit {
  CgroupId cgroup = 0;
  std::uint64_t memory_limit = 0;
};

struct LimitInversion {
  CgroupId first_killed = 0;
  std::uint64_t used_when_killed = 0;      // bytes in the superblock by then
  std::vector<WriterLimit> raised_limits;  // with the size as it is; without those whose limit is not known
  std::uint64_t reduced_size = 0;          // with the limits as they are; 0: even what is in use is too much
};

// Absent: the superblock is full first (or its size is not limited, and there is nothing to compare).
std::optional<LimitInversion> find_limit_inversion(std::optional<std::uint64_t> size_bytes, std::uint64_t used_bytes,
                                                   std::span<const TmpfsWriter> writers);

// To three significant bits: 1, 1.25, 1.5, 1.75 times a power of two.
std::uint64_t round_size_up(double bytes);
std::uint64_t round_size_down(double bytes);

}  // namespace tmpfstrace
