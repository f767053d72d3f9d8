// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <unistd.h>

#include "../support/temp_tree.h"
#include "host/process_maps.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

TEST_CASE("a line of maps", "[host]") {
  const auto mapping = parse_mapping("7f0000000000-7f0000002000 r-xp 0001a000 00:2d 77   /usr/lib/x y.so");
  REQUIRE(mapping);
  CHECK(mapping->range.begin == 0x7f0000000000U);
  CHECK(mapping->range.end == 0x7f0000002000U);
  CHECK(mapping->offset == 0x1a000U);
  CHECK(mapping->major == 0U);
  CHECK(mapping->minor == 0x2dU);
  CHECK(mapping->inode == 77U);
  const std::string broken = GENERATE(
      "", "-", "0-1", "0- rw-s 0 00:01 5", "-2000 rw-s 0 00:01 5", "2000-1000 rw-s 0 00:01 5", "1-1 rw-s 0 00:01 5",
      "x-y r-xp 0 00:01 5", "0-10000000000000000 r-xp 0 00:01 5", "0-1 rw-s 0 00:01", "0-1 rw-s 0 0001 5",
      "01 rw-s 0 00:01 5", "0-1 rw-s z 00:01 5", "0-1 rw-s 0 100000000:01 5", "0-1 rw-s 0 00:01 x");
  CHECK_FALSE(parse_mapping(broken));
  CHECK_FALSE(parse_mapping("0-" + std::string(1'000'000, 'f') + " rw-s 0 00:01 5"));
}

TEST_CASE("all mappings of a process", "[host]") {
  const std::string maps = host_fixture("maps.txt");
  std::string_view text = maps;
  std::vector<Mapping> mappings;
  for (std::size_t end = 0; !text.empty(); text.remove_prefix(end + 1)) {
    end = text.find('\n');
    if (const auto mapping = parse_mapping(text.substr(0, end))) mappings.push_back(*mapping);
  }
  REQUIRE(mappings.size() == 7);
  CHECK(mappings[0].range.begin == 0x400000);
  CHECK(mappings[0].major == 8);
  CHECK(mappings[1].inode == 0);  // anonymous
  CHECK(mappings[2].minor == 0x1a);
  CHECK(mappings[2].inode == 3);
  CHECK(mappings[3].inode == 32771);
  CHECK(mappings[4].range.end == 0x7f1c2d001000);
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
  const std::vector<std::uint64_t> stack = {reinterpret_cast<std::uint64_t>(&parse_mapping),
                                            reinterpret_cast<std::uint64_t>(&local), 0x20776f726c642021};
  CHECK(count_believable(stack, own) == 2);
}
