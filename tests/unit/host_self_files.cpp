// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cerrno>

#include "../support/temp_tree.h"
#include "host/self_files.h"

using namespace tmpfstrace;
using tmpfstrace::test::TempTree;

TEST_CASE("memory from statm", "[host]") {
  const auto memory = parse_statm("8813 7964 7312 357 0 718 0\n", 4096);
  REQUIRE(memory);
  CHECK(memory->rss_bytes == 7964U * 4096);
  CHECK(memory->private_bytes == 652U * 4096);
  CHECK(parse_statm("3 1 2", 4096)->private_bytes == 0);  // one counter was read before the other
  CHECK_FALSE(parse_statm("8813 7964", 4096));
  CHECK_FALSE(parse_statm("8813 -1 3", 4096));
  CHECK_FALSE(parse_statm("", 4096));
}

TEST_CASE("what a BPF map takes, from its fdinfo", "[host]") {
  // 6.18, a hash; 6.1, a ring buffer, of which its formula makes 0, and an array of a byte that takes a page.
  CHECK(parse_map_bytes("pos:\t0\nflags:\t02000002\nmap_type:\t1\nkey_size:\t16\nvalue_size:\t4\nmax_entries:\t16384\n"
                        "map_flags:\t0x0\nmap_extra:\t0x0\nmemlock:\t1442848\nmap_id:\t4503\nfrozen:\t0\n") ==
        1442848U);
  CHECK(parse_map_bytes("map_type:\t27\nkey_size:\t0\nvalue_size:\t0\nmax_entries:\t1048576\nmemlock:\t0\n") ==
        1048576U);
  CHECK(parse_map_bytes("map_type:\t27\nmax_entries:\t4194304\nmemlock:\t4223304\n") == 4223304U);
  CHECK(parse_map_bytes("map_type:\t2\nmax_entries:\t1\nmemlock:\t4096\n") == 4096U);
  // No map.
  CHECK_FALSE(parse_map_bytes("pos:\t0\nflags:\t02000002\nprog_type:\t17\nprog_id:\t7410\n"));
  CHECK_FALSE(parse_map_bytes(""));
}

TEST_CASE("memory of processes and maps is read below the root that is given", "[host]") {
  const TempTree tree;
  tree.file("proc/self/statm", "50 20 5 1 0 9 0\n");
  tree.file("proc/12/statm", "50 30 5 1 0 9 0\n");
  tree.file("proc/13/statm", "nothing of the kind\n");
  tree.file("proc/self/fdinfo/7", "map_type:\t2\nmemlock:\t8192\n");
  tree.file("proc/self/fdinfo/8", "prog_type:\t17\nmemlock_of_no_map\n");
  HostPaths paths;
  paths.proc = tree.path("proc");
  const auto own = read_resident_memory(paths, std::nullopt);
  const auto other = read_resident_memory(paths, 12);
  REQUIRE(own);
  REQUIRE(other);
  CHECK(other->rss_bytes * 2 == own->rss_bytes * 3);
  CHECK(read_resident_memory(paths, 13).error().code == EINVAL);
  CHECK(read_resident_memory(paths, 14).error().code == ENOENT);
  CHECK(*read_map_bytes(paths, 7) == 8192);
  CHECK(read_map_bytes(paths, 8).error().code == EINVAL);
  CHECK(read_map_bytes(paths, 9).error().code == ENOENT);
}
