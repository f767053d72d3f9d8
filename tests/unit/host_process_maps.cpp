// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <unistd.h>

#include "../support/temp_tree.h"
#include "host/process_maps.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

TEST_CASE("the range of a line of maps", "[host]") {
  const auto range = parse_address_range("7f0000000000-7f0000002000 r-xp 00000000 00:2d 77   /usr/lib/x y.so");
  REQUIRE(range);
  CHECK(range->begin == 0x7f0000000000U);
  CHECK(range->end == 0x7f0000002000U);
  const char* broken =
      GENERATE("", "-", "1000", "1000-", "-2000", "2000-1000", "1000-1000", "x-y r-xp", "1000-10000000000000000");
  CHECK_FALSE(parse_address_range(broken));
}

TEST_CASE("a user stack is believed up to the first address in no mapping", "[host]") {
  const std::vector<AddressRange> ranges = {{0x1000, 0x2000}, {0x2000, 0x3000}, {0x5000, 0x6000}};
  const auto [stack, believed] = GENERATE(table<std::vector<std::uint64_t>, std::size_t>({
      {std::vector<std::uint64_t>(), 0},
      {{0x1000, 0x2fff, 0x5000, 0x5fff}, 4},
      {{0x1000, 0x3000, 0x1000}, 1},  // what follows garbage is garbage
      {{0x1000, 0x4fff}, 1},
      {{0x1000, 0x6000}, 1},
      {{0xfff}, 0},
      {{0x1000, 0}, 1},
      {{0x1000, 0x6f6c6c6568, 0x1000}, 1},  // "hello"
      {{0x1000, 0xffffffffff600000}, 1},
  }));
  CHECK(count_believable(stack, ranges) == believed);
}

TEST_CASE("of a process that has gone, addresses of the user's half are believed", "[host]") {
  const auto [stack, believed] = GENERATE(table<std::vector<std::uint64_t>, std::size_t>({
      {{0x401000, 0x7fffffffefff, 0x10}, 3},
      {{0x401000, 0x7ffffffff000, 0x401000}, 1},
      {{0x401000, 0x6f6c6c656820, 0x20776f726c642021}, 2},
      {{0xffffffff81000000}, 0},
      {{0x401000, 0}, 1},
  }));
  CHECK(count_believable(stack, {}) == believed);
}

TEST_CASE("the ranges of a process", "[host]") {
  const TempTree tree;
  HostPaths paths;
  paths.proc = tree.root();
  tree.file("7/maps", "1000-2000 r-xp 00000000 00:00 0\ndamaged\n5000-6000 rw-p 00000000 00:00 0 [stack]\n");
  tree.file("8/maps", "");  // a zombie's
  const auto ranges = read_address_ranges(paths, 7);
  REQUIRE(ranges.size() == 2);
  CHECK(ranges[1].begin == 0x5000U);
  CHECK(read_address_ranges(paths, 8).empty());
  CHECK(read_address_ranges(paths, 9).empty());

  // This process: its own code and stack are in it.
  const int local = 0;
  const auto own = read_address_ranges(HostPaths{}, static_cast<std::uint32_t>(getpid()));
  const std::vector<std::uint64_t> stack = {reinterpret_cast<std::uint64_t>(&parse_address_range),
                                            reinterpret_cast<std::uint64_t>(&local), 0x20776f726c642021};
  CHECK(count_believable(stack, own) == 2);
}
