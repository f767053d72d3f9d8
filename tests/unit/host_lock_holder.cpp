// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <sys/sysmacros.h>

#include "host/lock_holder.h"

using namespace tmpfstrace;

TEST_CASE("who has locked a file") {
  const char* const locks =
      "1: POSIX  ADVISORY  WRITE 11 00:1b:77 0 EOF\n"
      "2: FLOCK  ADVISORY  WRITE 12 00:1b:777 0 EOF\n"
      "3: FLOCK  ADVISORY  WRITE 13 00:1b:77 0 EOF\n"
      "3: -> FLOCK  ADVISORY  WRITE 14 00:1b:77 0 EOF\n"
      "4: FLOCK  ADVISORY  WRITE 0 00:1c:5 0 EOF\n";
  CHECK(parse_lock_holder(locks, makedev(0, 0x1b), 77) == 13);
  CHECK(parse_lock_holder(locks, makedev(0, 0x1b), 777) == 12);
  CHECK_FALSE(parse_lock_holder(locks, makedev(0, 0x1b), 7));
  CHECK_FALSE(parse_lock_holder(locks, makedev(0, 0x1c), 5));  // of another pid namespace
  CHECK_FALSE(parse_lock_holder("", makedev(0, 0x1b), 77));
}
