// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <set>
#include <string_view>

#include "model/names.h"

using namespace tmpfstrace;

TEST_CASE("every operation of docs/json.md has its number, both ways") {
  const auto [name, operation] = GENERATE(table<std::string, tmpfs_op>({
      {"write", TMPFS_OP_WRITE},
      {"fault", TMPFS_OP_FAULT},
      {"fallocate", TMPFS_OP_FALLOCATE},
      {"create", TMPFS_OP_CREATE},
      {"mkdir", TMPFS_OP_MKDIR},
      {"mknod", TMPFS_OP_MKNOD},
      {"symlink", TMPFS_OP_SYMLINK},
      {"link", TMPFS_OP_LINK},
      {"tmpfile", TMPFS_OP_TMPFILE},
      {"splice", TMPFS_OP_SPLICE},
      {"xattr", TMPFS_OP_XATTR},
      {"madvise", TMPFS_OP_MADVISE},
      {"rename", TMPFS_OP_RENAME},
  }));
  CHECK(operation_name(operation) == name);
  CHECK(parse_operation(name) == operation);
}

TEST_CASE("every cause has its number, both ways") {
  const auto [name, cause] = GENERATE(table<std::string, tmpfs_cause>({
      {"blocks", TMPFS_CAUSE_BLOCKS},
      {"inodes", TMPFS_CAUSE_INODES},
      {"quota", TMPFS_CAUSE_QUOTA},
      {"memcg", TMPFS_CAUSE_MEMCG},
      {"memory", TMPFS_CAUSE_MEMORY},
  }));
  CHECK(cause_name(cause) == name);
  CHECK(parse_cause(name) == cause);
}

TEST_CASE("every kind has its number, both ways") {
  const auto [name, kind] = GENERATE(table<std::string, tmpfs_kind>({
      {"regular", TMPFS_KIND_REGULAR},
      {"directory", TMPFS_KIND_DIRECTORY},
      {"symlink", TMPFS_KIND_SYMLINK},
      {"tmpfile", TMPFS_KIND_TMPFILE},
      {"link", TMPFS_KIND_LINK},
      {"other", TMPFS_KIND_OTHER},
  }));
  CHECK(kind_name(kind) == name);
  CHECK(parse_kind(name) == kind);
}

TEST_CASE("every loss has its number, both ways") {
  const auto [name, loss] = GENERATE(table<std::string, tmpfs_loss>({
      {"slots_full", TMPFS_LOSS_SLOTS_FULL},
      {"superblocks_full", TMPFS_LOSS_SBS_FULL},
      {"inodes_full", TMPFS_LOSS_INODES_FULL},
      {"owners_full", TMPFS_LOSS_OWNERS_FULL},
      {"ring_full", TMPFS_LOSS_RING_FULL},
      {"returns_missed", TMPFS_LOSS_RETURNS_MISSED},
      {"inflight_full", TMPFS_LOSS_INFLIGHT_FULL},
      {"seed_races", TMPFS_LOSS_SEED_RACES},
      {"stale_inodes", TMPFS_LOSS_STALE_INODES},
      {"marks_full", TMPFS_LOSS_MARKS_FULL},
      {"owners_settled", TMPFS_LOSS_OWNERS_SETTLED},
  }));
  CHECK(loss_name(loss) == name);
  CHECK(parse_loss(name) == loss);
}

TEST_CASE("no loss is without a name of its own") {
  std::set<std::string_view> names;
  for (int i = 0; i < TMPFS_LOSS_MAX; ++i) {
    const auto name = loss_name(static_cast<tmpfs_loss>(i));
    CHECK_FALSE(name.empty());
    CHECK(name != "unknown");
    CHECK(names.insert(name).second);
  }
  CHECK(loss_name(TMPFS_LOSS_MAX) == "unknown");
}

TEST_CASE("what is no name and no number") {
  CHECK(operation_name(TMPFS_OP_MAX) == "unknown");
  CHECK(cause_name(static_cast<tmpfs_cause>(7)) == "unknown");
  CHECK_FALSE(parse_operation("unknown"));
  CHECK_FALSE(parse_operation(""));
  CHECK_FALSE(parse_cause("Blocks"));
  CHECK_FALSE(parse_kind("regular "));
}
