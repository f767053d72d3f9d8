// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "model/ratio.h"

using namespace tmpfstrace;

TEST_CASE("a ratio of what is not known is not known") {
  CHECK(ratio_of(1, 4) == 0.25);
  CHECK(ratio_of(0, 4) == 0.0);
  CHECK_FALSE(ratio_of({}, 3));
  CHECK_FALSE(ratio_of(3, {}));
  CHECK_FALSE(ratio_of(3, 0));
}

TEST_CASE("a superblock is as full as the limit that is nearer") {
  Superblock superblock;
  CHECK(fill_of(superblock) == 0);
  superblock.used_bytes = 1;
  superblock.size_bytes = 4;
  CHECK(fill_of(superblock) == 0.25);
  superblock.inodes_used = 3;
  superblock.inodes_total = 4;
  CHECK(fill_of(superblock) == 0.75);
}
