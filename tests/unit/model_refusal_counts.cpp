// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "model/counters.h"
#include "model/refusal_counts.h"

using namespace tmpfstrace;

TEST_CASE("refusals are listed in the order of the enums, without those that are 0") {
  RefusalCounts counts;
  counts.add(TMPFS_OP_RENAME, TMPFS_CAUSE_INODES, 2);
  counts.add(TMPFS_OP_WRITE, TMPFS_CAUSE_MEMCG, 3);
  counts.add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 4);
  counts.add(TMPFS_OP_WRITE, TMPFS_CAUSE_MEMCG, 1);
  counts.add(TMPFS_OP_CREATE, TMPFS_CAUSE_INODES, 0);
  CHECK(counts.list() == std::vector<RefusalCount>{{TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 4},
                                                   {TMPFS_OP_WRITE, TMPFS_CAUSE_MEMCG, 4},
                                                   {TMPFS_OP_RENAME, TMPFS_CAUSE_INODES, 2}});
  CHECK(counts.get(TMPFS_OP_WRITE, TMPFS_CAUSE_MEMCG) == 4);
  CHECK(counts.get(TMPFS_OP_CREATE, TMPFS_CAUSE_INODES) == 0);
  CHECK(counts.sum() == 10);
}

TEST_CASE("sums of refusals are modulo 2^64, and one that becomes 0 is not listed") {
  RefusalCounts counts;
  counts.add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, UINT64_MAX);
  counts.add(TMPFS_OP_FAULT, TMPFS_CAUSE_BLOCKS, 1);
  counts.add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 1);
  CHECK(counts.list() == std::vector<RefusalCount>{{TMPFS_OP_FAULT, TMPFS_CAUSE_BLOCKS, 1}});
}

TEST_CASE("refusals add up, and one that is smaller has gone backwards") {
  Counters before;
  before.refusals.emplace().add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 5);
  Counters now = before;
  Counters more;
  more.refusals.emplace().add(TMPFS_OP_MKDIR, TMPFS_CAUSE_INODES, 1);
  add_counters(now, more);
  CHECK(sum_of(now.refusals) == 6u);
  CHECK_FALSE(went_backwards(now, before));
  CHECK(went_backwards(before, now));
  CHECK(went_backwards(more, before));  // what is not listed is 0
}
