// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "model/derive.h"
#include "model_samples.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

namespace {

constexpr SuperblockId run{0, 22, 1};

}  // namespace

TEST_CASE("a first sample has levels and no rates") {
  Counters counters = zero_counters();
  counters.seeded_bytes = 8192;
  counters.allocated_bytes = 12288;
  counters.freed_bytes = 4096;
  counters.seeded_inodes = 5;
  counters.created = {10, 1, 1, 2, 1, 0};
  counters.removed = {3, 0, 0, 1, 0, 0};
  const Snapshot snapshot = derive_snapshot(one_row(second, counters), nullptr);

  CHECK_FALSE(snapshot.interval_ns);
  REQUIRE(snapshot.ledger.size() == 1);
  const Tally& tally = snapshot.ledger[0].tally;
  CHECK(tally.resident_bytes == 16384);
  CHECK(tally.created == 15u);
  CHECK(tally.removed == 4u);
  CHECK(tally.inodes == 16);
  CHECK(tally.refused == 0u);
  CHECK(tally.refusals.empty());
  CHECK_FALSE(tally.rates.allocated_bytes);
  CHECK_FALSE(tally.rates.refused);
  CHECK_FALSE(snapshot.totals.refusals_per_second);
}

TEST_CASE("a kind that is not known is not in the sums, and no difference is formed without it") {
  Counters before = zero_counters();
  before.created = {4, std::nullopt, std::nullopt, 1, std::nullopt, std::nullopt};
  Counters now = before;
  now.created = {6, std::nullopt, std::nullopt, 2, std::nullopt, std::nullopt};

  SECTION("one row") {
    const Sample first = one_row(second, before);
    const Tally tally = derive_after(one_row(2 * second, now), first).ledger[0].tally;
    CHECK(tally.created == 8u);
    CHECK(tally.removed == 0u);
    CHECK(tally.rates.created == 3.0);
    CHECK_FALSE(tally.inodes);
    CHECK((*tally.counters.created)[TMPFS_KIND_REGULAR] == 6u);
    CHECK_FALSE((*tally.counters.created)[TMPFS_KIND_DIRECTORY]);
  }
  SECTION("two rows") {
    Sample sample = one_row(second, now);
    Counters other = zero_counters();
    other.created = {1, 10, std::nullopt, 0, std::nullopt, std::nullopt};
    add_row(sample, 8, shm, other);
    const Tally tally = derive_snapshot(sample, nullptr).superblocks[0].tally;
    CHECK(tally.counters.created == std::optional<KindCounts>({7u, 10u, std::nullopt, 2u, std::nullopt, std::nullopt}));
    CHECK(tally.created == 19u);
  }
  SECTION("a known kind goes backwards") {
    (*now.created)[TMPFS_KIND_TMPFILE] = 0;
    const Sample first = one_row(second, before);
    CHECK_FALSE(derive_after(one_row(2 * second, now), first).ledger[0].tally.rates.created);
  }
  SECTION("no kind is known") {
    now.created.emplace();
    CHECK_FALSE(derive_snapshot(one_row(second, now), nullptr).ledger[0].tally.created);
  }
  SECTION("one removed kind is not known") {
    now = zero_counters();
    (*now.removed)[TMPFS_KIND_LINK].reset();
    const Tally tally = derive_snapshot(one_row(second, now), nullptr).ledger[0].tally;
    CHECK(tally.removed == 0u);
    CHECK_FALSE(tally.inodes);
  }
}

TEST_CASE("sums are those of the rows that know the field") {
  Sample sample = sample_at(second);
  add_row(sample, 7, shm, allocated(4096));
  add_row(sample, 8, shm, allocated(8192));
  add_row(sample, 7, run, {});
  const Snapshot snapshot = derive_snapshot(sample, nullptr);

  REQUIRE(snapshot.superblocks.size() == 2);
  CHECK(snapshot.superblocks[0].info.id == run);
  CHECK_FALSE(snapshot.superblocks[0].tally.counters.allocated_bytes);
  CHECK_FALSE(snapshot.superblocks[0].tally.counters.created);
  CHECK_FALSE(snapshot.superblocks[0].tally.resident_bytes);
  CHECK_FALSE(snapshot.superblocks[0].tally.refused);
  CHECK(snapshot.superblocks[1].tally.counters.allocated_bytes == 12288u);
  REQUIRE(snapshot.cgroups.size() == 2);
  CHECK(snapshot.cgroups[0].tally.counters.allocated_bytes == 4096u);
  CHECK(snapshot.cgroups[1].tally.counters.allocated_bytes == 8192u);
}

TEST_CASE("a difference needs all its terms") {
  Counters counters = zero_counters();
  SECTION("seeded") { counters.seeded_bytes.reset(); }
  SECTION("allocated") { counters.allocated_bytes.reset(); }
  SECTION("freed") { counters.freed_bytes.reset(); }
  const Snapshot snapshot = derive_snapshot(one_row(second, counters), nullptr);
  CHECK_FALSE(snapshot.ledger[0].tally.resident_bytes);
  CHECK(snapshot.ledger[0].tally.inodes == 0);
}

TEST_CASE("a balance below zero shows") {
  Counters counters = zero_counters();
  counters.freed_bytes = 4096;
  CHECK(derive_snapshot(one_row(second, counters), nullptr).ledger[0].tally.resident_bytes == -4096);
}

TEST_CASE("objects come in the order of the sample, then those that only the ledger names") {
  Sample sample = sample_at(second);
  sample.superblocks.resize(1);
  sample.superblocks[0].id = shm;
  sample.superblocks[0].kind = "tmpfs";
  sample.cgroups.resize(2);
  sample.cgroups[0].id = 9;
  sample.cgroups[1].id = 7;
  sample.cgroups[1].path = "/a";
  add_row(sample, 0, run, allocated(1));
  add_row(sample, 7, shm, allocated(2));
  add_row(sample, 3, shm, allocated(4));
  const Snapshot snapshot = derive_snapshot(sample, nullptr);

  REQUIRE(snapshot.superblocks.size() == 2);
  CHECK(snapshot.superblocks[0].info.kind == "tmpfs");
  CHECK(snapshot.superblocks[0].tally.counters.allocated_bytes == 6u);
  CHECK(snapshot.superblocks[1].info.id == run);
  CHECK(snapshot.superblocks[1].info.kind == "unknown");
  REQUIRE(snapshot.cgroups.size() == 4);
  CHECK(snapshot.cgroups[0].info.id == 9);
  CHECK_FALSE(snapshot.cgroups[0].tally.counters.allocated_bytes);
  CHECK(snapshot.cgroups[1].info.path == "/a");
  CHECK(snapshot.cgroups[2].info.path == "(unattributed)");
  CHECK(snapshot.cgroups[3].info.id == 3);
  CHECK(snapshot.cgroups[3].info.path == "(unknown)");
}

TEST_CASE("rows and objects listed twice are one") {
  Sample sample = sample_at(second);
  sample.superblocks.resize(2);
  sample.superblocks[0].id = sample.superblocks[1].id = shm;
  add_row(sample, 7, shm, allocated(1));
  add_row(sample, 7, shm, allocated(2));
  const Snapshot snapshot = derive_snapshot(sample, nullptr);
  REQUIRE(snapshot.ledger.size() == 1);
  CHECK(snapshot.ledger[0].tally.counters.allocated_bytes == 3u);
  CHECK(snapshot.superblocks.size() == 1);
}

TEST_CASE("totals sum what is known, drifts by magnitude") {
  Sample sample = sample_at(second);
  sample.superblocks.resize(3);
  sample.superblocks[0].id = {0, 1, 0};
  sample.superblocks[0].size_bytes = 1000;
  sample.superblocks[0].used_bytes = 10;
  sample.superblocks[0].drift_bytes = -4096;
  sample.superblocks[0].drift_inodes = 2;
  sample.superblocks[1].id = {0, 2, 0};
  sample.superblocks[1].used_bytes = 5;
  sample.superblocks[1].drift_bytes = 4096;
  sample.superblocks[2].id = {0, 3, 0};
  const Totals totals = derive_snapshot(sample, nullptr).totals;
  CHECK(totals.size_bytes == 1000u);
  CHECK(totals.used_bytes == 15u);
  CHECK(totals.drift_bytes == 8192);
  CHECK(totals.drift_inodes == 2);
  CHECK_FALSE(totals.refusals);

  const Totals nothing = derive_snapshot(sample_at(second), nullptr).totals;
  CHECK_FALSE(nothing.size_bytes);
  CHECK_FALSE(nothing.drift_bytes);
}

TEST_CASE("numbers that only a forged recording holds stop nothing") {
  Counters counters = zero_counters();
  counters.allocated_bytes = UINT64_MAX;
  counters.seeded_bytes = 2;
  Sample sample = one_row(UINT64_MAX, counters);
  add_row(sample, 8, shm, counters);
  sample.superblocks.resize(1);
  sample.superblocks[0].drift_bytes = INT64_MIN;
  const Sample first = sample_at(0);
  const Snapshot snapshot = derive_after(sample, first);
  CHECK(snapshot.ledger[0].tally.resident_bytes == 1);
  CHECK(snapshot.totals.drift_bytes == INT64_MIN);
}

TEST_CASE("a recording without owners has those that the paths tell", "[owner]") {
  Sample sample = sample_at(1);
  sample.cgroups.resize(3);
  sample.cgroups[0].id = 7;
  sample.cgroups[0].path = "/system.slice/nginx.service";
  sample.cgroups[1].id = 8;
  sample.cgroups[1].path = "/plain";
  sample.cgroups[2].id = 9;
  sample.cgroups[2].path = "/system.slice/nginx.service";
  sample.cgroups[2].owner = owner_of_cgroup_path("/system.slice/other.service");
  const Snapshot snapshot = derive_snapshot(sample, nullptr);
  REQUIRE(snapshot.cgroups[0].info.owner != nullptr);
  CHECK(snapshot.cgroups[0].info.owner->unit == "nginx.service");
  CHECK(snapshot.cgroups[1].info.owner == nullptr);
  CHECK(snapshot.cgroups[2].info.owner == sample.cgroups[2].owner);
}
