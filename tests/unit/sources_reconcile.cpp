// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "../support/sample_builder.h"
#include "sources/reconcile.h"

using namespace tmpfstrace;
using tmpfstrace::test::zero_counters;

namespace {

Superblock mounted(std::uint32_t minor, std::uint64_t used_bytes = 0, std::uint64_t inodes_used = 0) {
  Superblock superblock;
  superblock.id = {0, minor, 0};
  superblock.kind = "tmpfs";
  superblock.mounts = {{1, 100, 10, "/", "/m" + std::to_string(minor), ""}};
  superblock.used_bytes = used_bytes;
  superblock.inodes_used = inodes_used;
  return superblock;
}

LedgerRow row_of(CgroupId cgroup, const SuperblockId& superblock, std::uint64_t allocated, std::uint64_t freed,
                 std::uint64_t created = 0) {
  Counters counters = zero_counters();
  counters.allocated_bytes = allocated;
  counters.freed_bytes = freed;
  (*counters.created)[TMPFS_KIND_REGULAR] = created;
  return {cgroup, superblock, counters};
}

}  // namespace

TEST_CASE("a mounted superblock gets the generation under which it is counted") {
  std::vector<Superblock> superblocks = {mounted(40), mounted(41)};
  join_superblocks({{{0, 41, 700}, "tmpfs", false}}, superblocks);
  REQUIRE(superblocks.size() == 2);
  CHECK(superblocks[0].id == SuperblockId{0, 40, 0});
  CHECK(superblocks[1].id == SuperblockId{0, 41, 700});
}

TEST_CASE("of the superblocks that bore a device number only the living one is mounted") {
  const bool dead_first = GENERATE(true, false);
  std::vector<KernelSuperblock> known = {{{0, 40, 500}, "tmpfs", true}, {{0, 40, 700}, "tmpfs", false}};
  if (!dead_first) std::swap(known[0], known[1]);
  std::vector<Superblock> superblocks = {mounted(40)};
  join_superblocks(known, superblocks);
  REQUIRE(superblocks.size() == 2);
  CHECK(superblocks[0].id.generation == 700);
  CHECK_FALSE(superblocks[0].dead);
  CHECK(superblocks[1].id.generation == 500);
  CHECK(superblocks[1].dead);
  CHECK(superblocks[1].mounts.empty());
}

TEST_CASE("superblocks without a mount are added") {
  std::vector<Superblock> superblocks;
  join_superblocks({{{0, 1, 5}, "internal", false}, {{0, 44, 9}, "tmpfs", false}}, superblocks);
  REQUIRE(superblocks.size() == 2);
  CHECK(superblocks[0].kind == "internal");
  CHECK(superblocks[1].id == SuperblockId{0, 44, 9});
  CHECK_FALSE(superblocks[1].used_bytes);
}

TEST_CASE("drift: ledger less statfs, which was read between the two readings") {
  const SuperblockId id{0, 40, 700};
  const auto [used, drift] = GENERATE(table<std::uint64_t, std::int64_t>({
      {4096, 0},      // as before
      {8192, 0},      // between the two
      {12288, 0},     // as after
      {0, 4096},      // the ledger has more: the smaller difference
      {20480, -8192}  // the ledger has less
  }));
  std::vector<Superblock> superblocks = {mounted(40, used, 5)};
  superblocks[0].id = id;
  // Of two cgroups: the sum counts.
  reconcile({row_of(1, id, 8192, 4096, 5)}, {row_of(1, id, 8192, 4096, 3), row_of(2, id, 8192, 0, 2)}, superblocks);
  CHECK(superblocks[0].drift_bytes == drift);
  CHECK(superblocks[0].drift_inodes == 0);
}

TEST_CASE("a superblock that is filled and emptied between the readings") {
  // 40,960 bytes and 10 inodes came and went: between 8,192 - 45,056 and 49,152 - 4,096 bytes, and 5 - 12 and 15 - 2
  // inodes.
  const auto [used, inodes, drift_bytes, drift_inodes] =
      GENERATE(table<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>(
          {{4096, 3, 0, 0}, {0, 0, 0, 0}, {45056, 13, 0, 0}, {49152, 14, -4096, -1}}));
  const SuperblockId id{0, 40, 700};
  std::vector<Superblock> superblocks = {mounted(40, used, inodes)};
  superblocks[0].id = id;
  LedgerRow first = row_of(1, id, 8192, 4096, 5), second = row_of(1, id, 49152, 45056, 15);
  (*first.counters.removed)[TMPFS_KIND_REGULAR] = 2;
  (*second.counters.removed)[TMPFS_KIND_REGULAR] = 12;
  reconcile({first}, {second}, superblocks);
  CHECK(superblocks[0].drift_bytes == drift_bytes);
  CHECK(superblocks[0].drift_inodes == drift_inodes);
}

TEST_CASE("what was not there at the first reading is taken for nothing then") {
  const SuperblockId id{0, 40, 700};
  std::vector<Superblock> superblocks = {mounted(40, 4096, 1)};
  superblocks[0].id = id;
  reconcile({}, {row_of(1, id, 8192, 0, 2)}, superblocks);
  CHECK(superblocks[0].drift_bytes == 0);
  CHECK(superblocks[0].drift_inodes == 0);
}

TEST_CASE("no drift where nothing can be compared") {
  const SuperblockId id{0, 40, 700};
  std::vector<Superblock> superblocks = {mounted(40, 4096, 1)};
  SECTION("another generation's rows") {
    superblocks[0].id = {0, 40, 800};
    reconcile({}, {row_of(1, id, 8192, 0)}, superblocks);
  }
  SECTION("a dead superblock") {
    superblocks[0].id = id;
    superblocks[0].dead = true;
    reconcile({}, {row_of(1, id, 8192, 0)}, superblocks);
  }
  SECTION("no statfs") {
    superblocks[0].id = id;
    superblocks[0].used_bytes.reset();
    superblocks[0].inodes_used.reset();
    reconcile({}, {row_of(1, id, 8192, 0)}, superblocks);
  }
  SECTION("a mode that counts no allocations") {
    superblocks[0].id = id;
    LedgerRow row = row_of(1, id, 0, 0);
    row.counters.allocated_bytes.reset();
    reconcile({}, {row}, superblocks);
  }
  CHECK_FALSE(superblocks[0].drift_bytes);
  CHECK_FALSE(superblocks[0].drift_inodes);
}

TEST_CASE("extended attributes take whole inodes of the budget") {
  const SuperblockId id{0, 40, 700};
  std::vector<Superblock> superblocks = {mounted(40, 0, 4)};
  superblocks[0].id = id;
  LedgerRow row = row_of(1, id, 0, 0, 2);
  row.counters.xattr_bytes = 1025;
  reconcile({row}, {row}, superblocks);
  CHECK(superblocks[0].drift_inodes == 0);
}

TEST_CASE("an event names its superblock by the generation where it is known") {
  std::vector<Superblock> superblocks = {mounted(40), mounted(41), mounted(40)};
  superblocks[0].id.generation = 500;
  superblocks[0].dead = true;
  superblocks[2].id.generation = 700;
  CHECK(find_superblock(superblocks, {0, 40, 700}) == &superblocks[2]);
  CHECK(find_superblock(superblocks, {0, 40, 500}) == &superblocks[0]);
  CHECK(find_superblock(superblocks, {0, 40, 0}) == &superblocks[2]);  // not known: the living one
  CHECK(find_superblock(superblocks, {0, 40, 900}) == nullptr);        // mounted since: not that of the same number
  CHECK(find_superblock(superblocks, {0, 41, 900}) == nullptr);
  CHECK(find_superblock(superblocks, {0, 42, 0}) == nullptr);
}

TEST_CASE("the mount that a process sees") {
  Superblock superblock = mounted(40);
  superblock.mounts = {{1, 100, 10, "/", "/first", ""},
                       {2, 200, 20, "/part", "/bind", ""},
                       {3, 200, 20, "/", "/whole", ""},
                       {4, 300, 30, "/part", "/other", ""}};
  CHECK(choose_mount(superblock, 200)->mount_point == "/whole");
  CHECK(choose_mount(superblock, 300)->mount_point == "/other");
  CHECK(choose_mount(superblock, 400)->mount_point == "/first");
  CHECK(choose_mount(superblock, std::nullopt)->mount_point == "/first");
  superblock.mounts.own().clear();
  CHECK(choose_mount(superblock, 200) == nullptr);
}

TEST_CASE("a superblock without a mount is looked for three times") {
  const std::vector<Superblock> in_tables = {mounted(7)};
  std::vector<KernelSuperblock> known = {
      {{0, 7, 1}, "tmpfs", false}, {{0, 8, 1}, "tmpfs", true}, {{0, 9, 1}, "internal", false}};
  MountsToFind to_find;
  CHECK_FALSE(to_find.any(known, in_tables));
  known.push_back({{0, 10, 5}, "tmpfs", false});
  for (int sample = 0; sample < 3; ++sample) CHECK(to_find.any(known, in_tables));
  CHECK_FALSE(to_find.any(known, in_tables));
  known.back().id.generation = 6;  // another one with its number
  CHECK(to_find.any(known, in_tables));
}
