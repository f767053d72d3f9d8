// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "model/derive.h"
#include "model_samples.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

TEST_CASE("rates are differences over the monotonic interval") {
  Counters before = zero_counters();
  Counters now = zero_counters();
  before.allocated_bytes = 4096;
  now.allocated_bytes = 4096 + 8192;
  now.freed_bytes = 2048;
  now.written_bytes = 100;
  now.created = {6, 2, 0, 0, 0, 0};
  now.removed = {1, 0, 0, 0, 0, 0};
  now.refusals->add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 3);
  now.refusals->add(TMPFS_OP_MKDIR, TMPFS_CAUSE_INODES, 1);

  const Sample first = one_row(10 * second, before);
  const Snapshot snapshot = derive_after(one_row(12 * second, now), first);
  CHECK(snapshot.interval_ns == 2 * second);
  for (const Tally* tally : {&snapshot.ledger[0].tally, &snapshot.superblocks[0].tally, &snapshot.cgroups[0].tally}) {
    CHECK(tally->rates.allocated_bytes == 4096.0);
    CHECK(tally->rates.freed_bytes == 1024.0);
    CHECK(tally->rates.written_bytes == 50.0);
    CHECK(tally->rates.created == 4.0);
    CHECK(tally->rates.removed == 0.5);
    CHECK(tally->rates.refused == 2.0);
    CHECK(tally->refused == 4u);
    CHECK(tally->refusals ==
          std::vector<RefusalCount>{{TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 3}, {TMPFS_OP_MKDIR, TMPFS_CAUSE_INODES, 1}});
  }
  CHECK(snapshot.totals.refusals == 4u);
  CHECK(snapshot.totals.refusals_per_second == 2.0);
}

TEST_CASE("no time between two samples, or time going back, gives no rates") {
  const std::uint64_t now = GENERATE(10 * second, 9 * second);
  const Sample first = one_row(10 * second, allocated(0));
  const Snapshot snapshot = derive_after(one_row(now, allocated(4096)), first);
  CHECK_FALSE(snapshot.interval_ns);
  CHECK_FALSE(snapshot.ledger[0].tally.rates.allocated_bytes);
}

TEST_CASE("an object with another identity is new, whatever its name: its counters started at 0") {
  Sample first = sample_at(second);
  add_row(first, 7, shm, allocated(4096));
  Sample now = sample_at(2 * second);

  SECTION("the device came again with another generation") {
    add_row(now, 7, {0, 45, 2}, allocated(12288));
    const Snapshot snapshot = derive_after(now, first);
    CHECK(snapshot.ledger[0].tally.rates.allocated_bytes == 12288.0);
    CHECK(snapshot.superblocks[0].tally.rates.allocated_bytes == 12288.0);
    CHECK(snapshot.cgroups[0].tally.rates.allocated_bytes == 8192.0);
  }
  SECTION("the cgroup was made again with another id") {
    add_row(now, 8, shm, allocated(12288));
    const Snapshot snapshot = derive_after(now, first);
    CHECK(snapshot.ledger[0].tally.rates.allocated_bytes == 12288.0);
    CHECK(snapshot.cgroups[0].tally.rates.allocated_bytes == 12288.0);
    CHECK(snapshot.superblocks[0].tally.rates.allocated_bytes == 8192.0);
  }
}

TEST_CASE("the first event is a burst") {
  Counters burst = zero_counters();
  burst.refusals->add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 500);
  burst.written_bytes = 1000;
  burst.created = {20, 0, 0, 0, 0, 0};
  Sample quiet = sample_at(10 * second);
  Sample now = one_row(12 * second, burst);

  SECTION("nothing was in the ledger") {}
  SECTION("the mount was listed, and its generation not known before its first event") {
    quiet.superblocks.resize(1);
    quiet.superblocks[0].id = {shm.major, shm.minor, 0};
    now.superblocks = quiet.superblocks;
    now.superblocks[0].id = shm;
  }
  SECTION("the superblock and the cgroup were listed without a row") {
    quiet.superblocks.resize(1);
    quiet.superblocks[0].id = shm;
    quiet.cgroups.resize(1);
    quiet.cgroups[0].id = 7;
  }
  const Snapshot snapshot = derive_after(now, quiet);
  for (const Tally* tally : {&snapshot.ledger[0].tally, &snapshot.superblocks[0].tally, &snapshot.cgroups[0].tally}) {
    CHECK(tally->rates.refused == 250.0);
    CHECK(tally->rates.written_bytes == 500.0);
    CHECK(tally->rates.created == 10.0);
    CHECK(tally->rates.removed == 0.0);
  }
  CHECK(snapshot.totals.refusals_per_second == 250.0);
}

TEST_CASE("a row that first appears and knows what existed before has that in no rate") {
  Counters late = allocated(4096);
  late.seeded_bytes = 1 << 30;
  late.seeded_inodes = 1000;
  const Sample first = sample_at(second);
  const Rates rates = derive_after(one_row(2 * second, late), first).ledger[0].tally.rates;
  CHECK(rates.allocated_bytes == 4096.0);
  CHECK(rates.created == 0.0);
}

TEST_CASE("what a mode does not count has no rate when its row is new") {
  Counters few;
  few.written_bytes = 10;
  const Sample first = sample_at(second);
  const Snapshot snapshot = derive_after(one_row(2 * second, few), first);
  CHECK(snapshot.ledger[0].tally.rates.written_bytes == 10.0);
  CHECK_FALSE(snapshot.ledger[0].tally.rates.allocated_bytes);
  CHECK_FALSE(snapshot.ledger[0].tally.rates.refused);
  CHECK_FALSE(snapshot.totals.refusals_per_second);
}

TEST_CASE("what stands for all that has ended has no rates: others are added to it") {
  Sample first = sample_at(second);
  Sample now = sample_at(2 * second);
  SECTION("ended cgroups") {
    add_row(first, kEndedCgroups, shm, allocated(4096));
    add_row(now, kEndedCgroups, shm, allocated(8192));
    const Snapshot snapshot = derive_after(now, first);
    CHECK_FALSE(snapshot.ledger[0].tally.rates.allocated_bytes);
    CHECK_FALSE(snapshot.cgroups[0].tally.rates.allocated_bytes);
    CHECK(snapshot.superblocks[0].tally.rates.allocated_bytes == 4096.0);
  }
  SECTION("ended superblocks") {
    add_row(first, 7, kNoSuperblock, allocated(4096));
    add_row(now, 7, kNoSuperblock, allocated(8192));
    const Snapshot snapshot = derive_after(now, first);
    CHECK_FALSE(snapshot.ledger[0].tally.rates.allocated_bytes);
    CHECK_FALSE(snapshot.superblocks[0].tally.rates.allocated_bytes);
  }
  SECTION("they appear when a row is folded into them, which is no burst") {
    add_row(first, 7, shm, allocated(4096));
    add_row(now, kEndedCgroups, shm, allocated(4096));
    const Snapshot snapshot = derive_after(now, first);
    CHECK_FALSE(snapshot.ledger[0].tally.rates.allocated_bytes);
    CHECK_FALSE(snapshot.cgroups[0].tally.rates.allocated_bytes);
    CHECK(snapshot.superblocks[0].tally.rates.allocated_bytes == 0.0);
    CHECK(snapshot.totals.refusals_per_second == 0.0);
  }
  SECTION("a superblock folded away") {
    add_row(first, kEndedCgroups, shm, allocated(4096));
    add_row(now, kEndedCgroups, kNoSuperblock, allocated(4096));
    const Snapshot snapshot = derive_after(now, first);
    CHECK_FALSE(snapshot.ledger[0].tally.rates.allocated_bytes);
    CHECK_FALSE(snapshot.superblocks[0].tally.rates.allocated_bytes);
    CHECK_FALSE(snapshot.cgroups[0].tally.rates.allocated_bytes);
  }
}

TEST_CASE("one counter that goes backwards takes all rates of the object") {
  Counters before = zero_counters();
  before.write_calls = 10;
  Counters now = allocated(4096);
  SECTION("a plain one") { now.write_calls = 9; }
  SECTION("one of an array") {
    now.write_calls = 10;
    (*before.created)[TMPFS_KIND_LINK] = 1;
    (*now.created)[TMPFS_KIND_REGULAR] = 5;
  }
  SECTION("one of the refusals") {
    now.write_calls = 10;
    before.refusals->add(TMPFS_OP_RENAME, TMPFS_CAUSE_MEMORY, 1);
    now.refusals->add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 5);
  }
  const Sample first = one_row(second, before);
  const Snapshot snapshot = derive_after(one_row(2 * second, now), first);
  CHECK_FALSE(snapshot.ledger[0].tally.rates.allocated_bytes);
  CHECK_FALSE(snapshot.ledger[0].tally.rates.refused);
  CHECK_FALSE(snapshot.superblocks[0].tally.rates.created);
}

TEST_CASE("xattr_bytes is a level: it may fall") {
  Counters before = zero_counters();
  before.xattr_bytes = 2048;
  const Sample first = one_row(second, before);
  const Snapshot snapshot = derive_after(one_row(2 * second, allocated(4096)), first);
  CHECK(snapshot.ledger[0].tally.rates.allocated_bytes == 4096.0);
}
