// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "host/sysv_segments.h"

using namespace tmpfstrace;

TEST_CASE("a line of the SysV table") {
  CHECK_FALSE(parse_sysv_segment("       key      shmid perms                  size  cpid  lpid nattch   uid   gid"));
  CHECK_FALSE(parse_sysv_segment(""));
  CHECK_FALSE(parse_sysv_segment("         0      32769   600"));
  CHECK_FALSE(parse_sysv_segment("         0 2147483648   600 163840 77 78 0 0 0 0 0 163840 0"));
  const auto segment = parse_sysv_segment(
      "         0      32769   600                163840    77    78      3     0     0     0     0 163840 0");
  REQUIRE(segment);
  CHECK(segment->id == 32769);
  CHECK(segment->attached == 3);
}
