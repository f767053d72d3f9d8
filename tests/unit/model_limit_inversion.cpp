// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <vector>

#include "model/limit_inversion.h"

using namespace tmpfstrace;

namespace {
constexpr std::uint64_t mib = 1 << 20;
}

TEST_CASE("a tmpfs of 512 MiB in a cgroup of 256 MiB: killed before it is full") {
  // 40 MiB are the server's own.
  const std::vector<TmpfsWriter> writers{{7, 1.0, 216 * mib, 256 * mib}};
  const auto inversion = find_limit_inversion(512 * mib, 0, writers);
  REQUIRE(inversion);
  CHECK(inversion->first_killed == 7);
  CHECK(inversion->used_when_killed == 216 * mib);
  // 256 + (512 - 216) = 552, a tenth more is 607.2: the next with three significant bits is 640.
  REQUIRE(inversion->raised_limits.size() == 1);
  CHECK(inversion->raised_limits[0].cgroup == 7);
  CHECK(inversion->raised_limits[0].memory_limit == 640 * mib);
  // 90 % of 216 are 194.4: 192.
  CHECK(inversion->reduced_size == 192 * mib);

  // Half full by now: the 196 MiB of it are in the cgroup's use, 20 MiB are left.
  const std::vector<TmpfsWriter> later{{7, 1.0, 20 * mib, 256 * mib}};
  const auto half = find_limit_inversion(512 * mib, 196 * mib, later);
  REQUIRE(half);
  CHECK(half->used_when_killed == 216 * mib);
  CHECK(half->raised_limits[0].memory_limit == 640 * mib);
  CHECK(half->reduced_size == 0);  // 196 + 18 = 214 rounds down to 192, less than what is in use
}

TEST_CASE("what it recommends is no inversion any more") {
  const std::vector<TmpfsWriter> raised{{7, 1.0, (640 - 40) * mib, 640 * mib}};
  CHECK_FALSE(find_limit_inversion(512 * mib, 0, raised));
  const std::vector<TmpfsWriter> same{{7, 1.0, 216 * mib, 256 * mib}};
  CHECK_FALSE(find_limit_inversion(192 * mib, 0, same));
}

TEST_CASE("there is none without limits, and none where the superblock is full first") {
  const std::vector<TmpfsWriter> unlimited{{7, 1.0, std::nullopt, std::nullopt}};
  CHECK_FALSE(find_limit_inversion(512 * mib, 0, unlimited));
  const std::vector<TmpfsWriter> small{{7, 1.0, 10 * mib, 256 * mib}};
  CHECK_FALSE(find_limit_inversion(std::nullopt, 0, small));
  CHECK_FALSE(find_limit_inversion(512 * mib, 512 * mib, small));
  CHECK_FALSE(find_limit_inversion(512 * mib, 502 * mib, small));  // both at once: the write is refused
  CHECK_FALSE(find_limit_inversion(512 * mib, 0, {}));
  const std::vector<TmpfsWriter> reader{{7, 0.0, 10 * mib, 256 * mib}};
  CHECK_FALSE(find_limit_inversion(512 * mib, 0, reader));
}

TEST_CASE("a writer's share delays its own end: the first is the one whose headroom lasts least") {
  // A quarter of what comes is charged to 7, which has 50 MiB left: it dies when 200 MiB have come; 8 when 100 have.
  const std::vector<TmpfsWriter> writers{{7, 0.25, 50 * mib, 128 * mib}, {8, 0.75, 75 * mib, std::nullopt}};
  const auto inversion = find_limit_inversion(400 * mib, 0, writers);
  REQUIRE(inversion);
  CHECK(inversion->first_killed == 8);
  CHECK(inversion->used_when_killed == 100 * mib);
  // Only of 7 the limit is known: 128 + (100 - 50) = 178, a tenth more is 195.8: 224.
  REQUIRE(inversion->raised_limits.size() == 1);
  CHECK(inversion->raised_limits[0].cgroup == 7);
  CHECK(inversion->raised_limits[0].memory_limit == 224 * mib);
  CHECK(inversion->reduced_size == 80 * mib);  // 90 % of 100 MiB: 80 is the next below 90
}

TEST_CASE("sizes as people write them") {
  CHECK(round_size_up(512.0 * mib) == 512 * mib);
  CHECK(round_size_up(513.0 * mib) == 640 * mib);
  CHECK(round_size_down(511.0 * mib) == 448 * mib);
  CHECK(round_size_down(512.0 * mib) == 512 * mib);
  CHECK(round_size_up(0) == 0);
}
