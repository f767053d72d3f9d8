// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <memory>
#include <unordered_set>

#include "../support/temp_tree.h"
#include "host/mount_reach.h"
#include "host/mount_table.h"

using namespace tmpfstrace;
using namespace std::string_view_literals;
using tmpfstrace::test::host_fixture;

TEST_CASE("mountinfo of a node", "[host]") {
  const auto table = parse_mount_table(host_fixture("mountinfo_node.txt"));
  CHECK(table.damaged_lines == 0);
  REQUIRE(table.entries.size() == 14);
  const auto& dev = table.entries[3];
  CHECK(dev.mount_id == 24);
  CHECK(dev.parent_id == 21);
  CHECK(dev.major == 0);
  CHECK(dev.minor == 5);
  CHECK(dev.fstype == "devtmpfs");
  CHECK(table.entries[8].mount_point ==
        "/var/lib/kubelet/pods/1d2e/volumes/kubernetes.io~empty-dir/cache with\todd\\name");
  CHECK(table.entries[8].super_options == "rw,size=1048576k,inode64,noswap");
  CHECK(table.entries[9].fstype == "nfs4");  // three optional fields
  CHECK(table.entries[13].root == "/sub/dir");
}

TEST_CASE("mountinfo that is damaged", "[host]") {
  CHECK(parse_mount_table("").entries.empty());
  const std::string good = "25 24 0:22 / /dev/shm rw - tmpfs tmpfs rw\n";
  for (const auto& bad : std::vector<std::string>{
           "25 24 0:22 / /dev/shm rw shared:3 - tmpfs",          // cut: neither source nor options
           "25 24 0:22 / /dev/shm rw shared:3",                  // cut: no separator
           "25 24 0.22 / /dev/shm rw - tmpfs tmpfs rw",          // no colon
           "25 24 0:4294967296 / /dev/shm rw - tmpfs tmpfs rw",  // beyond a device number
           "x 24 0:22 / /dev/shm rw - tmpfs tmpfs rw",
           std::string(1'000'000, '9') + " 24 0:22 / /dev/shm rw - tmpfs tmpfs rw",
           std::string("\x00\xff\x01 \x80"sv),
       }) {
    const auto table = parse_mount_table(good + bad + "\n" + good);
    CHECK(table.entries.size() == 2);
    CHECK(table.damaged_lines == 1);
  }
  const auto no_source = parse_mount_table("25 24 0:22 / /x rw - tmpfs  rw,size=4k\n");
  REQUIRE(no_source.entries.size() == 1);
  CHECK(no_source.entries[0].super_options == "rw,size=4k");
}

TEST_CASE("a copy of some entries of a table outlives the table", "[host]") {
  auto table =
      std::make_unique<MountTable>(parse_mount_table("1 0 8:1 / / rw - ext4 d rw\n"
                                                     "2 1 0:30 /sub\\040dir /a\\011b rw - tmpfs t rw,size=4k\n"
                                                     "broken\n"
                                                     "3 1 0:31 / /c rw - tmpfs  rw\n"));
  const MountTable copy = copy_of({&table->entries[1], &table->entries[2]});
  table.reset();
  REQUIRE(copy.entries.size() == 2);
  CHECK(copy.damaged_lines == 0);
  CHECK(*copy.text == "/sub dir/a\tbtmpfsrw,size=4k//ctmpfsrw");
  CHECK(copy.entries[0].mount_id == 2);
  CHECK(copy.entries[0].parent_id == 1);
  CHECK(copy.entries[0].minor == 30);
  CHECK(copy.entries[0].root == "/sub dir");
  CHECK(copy.entries[0].mount_point == "/a\tb");
  CHECK(copy.entries[0].fstype == "tmpfs");
  CHECK(copy.entries[0].super_options == "rw,size=4k");
  CHECK(copy.entries[1].mount_point == "/c");
  CHECK(copy.entries[1].super_options == "rw");
  CHECK(copy_of({}).entries.empty());
}

TEST_CASE("mounts that must not be entered", "[host]") {
  const auto reach = derive_mount_reach(parse_mount_table(host_fixture("mountinfo_node.txt")));
  CHECK(reach.behind_remote == std::unordered_set<std::uint64_t>{31});
  CHECK(reach.covered == std::unordered_set<std::uint64_t>{32});

  SECTION("a cover on a parent directory hides as well, a sibling with the same beginning does not") {
    const auto table = parse_mount_table(
        "1 0 8:1 / / rw - ext4 d rw\n"
        "2 1 0:30 / /a/b rw - tmpfs t rw\n"
        "3 1 8:2 / /a rw - ext4 d rw\n"
        "4 1 0:31 / /ab rw - tmpfs t rw\n"
        "5 1 0:32 / /c rw - tmpfs t rw\n"
        "6 5 0:33 / /c/d rw - tmpfs t rw\n");
    CHECK(derive_mount_reach(table).covered == std::unordered_set<std::uint64_t>{2});
  }
  SECTION("a root on the network is no reason") {
    const auto table = parse_mount_table("1 0 0:9 / / rw - nfs s rw\n2 1 0:30 / /run rw - tmpfs t rw\n");
    CHECK(derive_mount_reach(table).behind_remote.empty());
  }
  SECTION("cycles end") {
    const auto table = parse_mount_table("1 2 0:30 / /a rw - tmpfs t rw\n2 1 0:31 / /b rw - tmpfs t rw\n");
    CHECK(derive_mount_reach(table).behind_remote.empty());
  }
}
