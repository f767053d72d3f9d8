// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "host/mount_scanner.h"
#include "mounted_processes.h"

using namespace tmpfstrace;
using tmpfstrace::test::find;
using tmpfstrace::test::make_proc;
using tmpfstrace::test::TempTree;

TEST_CASE("superblocks of several mount namespaces", "[host]") {
  const TempTree tree;
  make_proc(tree);
  HostPaths paths;
  paths.proc = tree.path("proc");
  MountScanner scanner(paths);
  const auto scan = scanner.scan(0);
  REQUIRE(scan);
  CHECK(scan->unreadable_namespaces == 0);
  CHECK(scan->unreadable_processes == 0);
  std::vector<std::uint32_t> minors;
  for (const auto& superblock : scan->superblocks) minors.push_back(superblock.id.minor);
  CHECK(minors == std::vector<std::uint32_t>{5, 22, 23, 24, 40, 41, 43, 44, 61 + 1, 63});
  CHECK(find(scan->superblocks, 5)->kind == "devtmpfs");

  const Superblock* shm = find(scan->superblocks, 40);  // sandbox, bind mount, container
  REQUIRE(shm->mounts.size() == 3);
  std::size_t in_container = 0;
  for (const auto& mount : shm->mounts) {
    if (mount.mount_namespace != tree.inode("namespaces/container")) {
      CHECK(mount.pid == 1);
      continue;
    }
    ++in_container;
    CHECK(mount.pid == 400);
    CHECK(mount.mount_point == "/dev/shm");
    CHECK(mount.mount_id == 703);
  }
  CHECK(in_container == 1);
  CHECK(find(scan->superblocks, 43)->mounts[0].pid == 0);
  CHECK(find(scan->superblocks, 44)->mounts[0].pid == 0);

  SECTION("a process that ended is replaced, one that sees all before a chrooted one") {
    tree.remove("proc/1");
    const auto again = scanner.scan(0);
    REQUIRE(again);
    CHECK(find(again->superblocks, 22)->mounts[0].pid == 20);
  }
  SECTION("only a chrooted process is left") {
    tree.remove("proc/1");
    tree.remove("proc/20");
    const auto again = scanner.scan(0);
    REQUIRE(again);
    CHECK(find(again->superblocks, 22) == nullptr);
    CHECK(again->unreadable_namespaces == 0);
  }
  SECTION("a changed table is seen, an ended namespace forgotten") {
    tree.file("proc/1/mountinfo", "25 24 0:99 / /dev/shm rw - tmpfs tmpfs rw\nbroken\n");
    tree.remove("proc/400");
    const auto again = scanner.scan(0);
    REQUIRE(again);
    REQUIRE(again->superblocks.size() == 1);
    CHECK(again->superblocks[0].id == SuperblockId{0, 99, 0});
    CHECK(again->damaged_lines == 1);
  }
  SECTION("a table that cannot be read is counted") {
    tree.remove("proc/400/mountinfo");
    tree.directory("proc/400/mountinfo");  // EISDIR, also for root
    const auto again = scanner.scan(0);
    REQUIRE(again);
    CHECK(again->unreadable_namespaces == 1);
    CHECK(find(again->superblocks, 63) == nullptr);
  }
}

TEST_CASE("no /proc is an error", "[host]") {
  HostPaths paths;
  paths.proc = "/nonexistent";
  CHECK_FALSE(MountScanner(paths).scan(0));
}

TEST_CASE("5,000 mounts are scanned, and not parsed again", "[host]") {
  const TempTree tree;
  std::string table = "1 0 8:1 / / rw - ext4 d rw\n";
  for (int i = 0; i < 5000; ++i) {
    const auto id = std::to_string(i + 100);
    table += id + " 1 0:" + id + " / /m/" + id + " rw - tmpfs t rw\n";
  }
  tree.file("proc/1/ns/mnt", "");
  tree.symlink("proc/1/root", "/");
  tree.file("proc/1/mountinfo", table);
  HostPaths paths;
  paths.proc = tree.path("proc");
  MountScanner scanner(paths);
  for (int round = 0; round < 2; ++round) {
    const auto scan = scanner.scan(0);
    REQUIRE(scan);
    CHECK(scan->superblocks.size() == 5000);
    CHECK(scan->superblocks.back().mounts[0].pid == 1);
  }
}

TEST_CASE("what changed between two readings of a table", "[host]") {
  const TempTree tree;
  tree.file("proc/1/ns/mnt", "");
  tree.symlink("proc/1/root", "/");
  HostPaths paths;
  paths.proc = tree.path("proc");
  MountScanner scanner(paths);
  const std::string root = "1 0 8:1 / / rw - ext4 d rw\n";
  const std::string a = "11 1 0:31 / /a-mount-point-of-some-length rw - tmpfs t rw,size=4k,nr_inodes=100\n";
  const std::string b = "12 1 0:32 / /b-mount-point-of-some-length rw - tmpfs t rw,size=8k,nr_inodes=200\n";
  const std::string c = "13 1 0:33 / /c-mount-point-of-some-length rw - tmpfs t rw,size=16k,nr_inodes=300\n";
  // "minor mount id:mount point:options" of each mount.
  const auto scan = [&](const std::string& table, std::uint64_t damaged_lines = 0) {
    tree.file("proc/1/mountinfo", table);
    auto scanned = scanner.scan(0);
    REQUIRE(scanned);
    CHECK(scanned->damaged_lines == damaged_lines);
    return std::move(scanned->superblocks);
  };
  const auto told = [](const std::vector<Superblock>& superblocks) {
    std::vector<std::string> lines;
    for (const Superblock& superblock : superblocks) {
      std::string line = std::to_string(superblock.id.minor);
      for (const Mount& mount : superblock.mounts)
        line += " " + std::to_string(mount.mount_id) + ":" + mount.mount_point.substr(0, 2) + ":" + mount.options +
                (mount.pid == 0 ? ":covered" : "");
      lines.push_back(line);
    }
    return lines;
  };
  using Lines = std::vector<std::string>;
  const std::string told_a = "31 11:/a:rw,size=4k,nr_inodes=100";
  const std::string told_b = "32 12:/b:rw,size=8k,nr_inodes=200";
  const std::string told_c = "33 13:/c:rw,size=16k,nr_inodes=300";
  const auto first = scan(root + a + b + c);
  CHECK(told(first) == Lines{told_a, told_b, told_c});
  // Copies share a list: that of a superblock of which nothing changed is the one of the scan before.
  const auto shares = [&](const std::vector<Superblock>& superblocks, std::size_t i, std::size_t before) {
    return &superblocks.at(i).mounts.values() == &first.at(before).mounts.values();
  };

  SECTION("a line in the middle") {
    const auto now = scan(root + a + "12 1 0:32 / /b-mount-point-of-some-length rw - tmpfs t rw,size=9k\n" + c);
    CHECK(told(now) == Lines{told_a, "32 12:/b:rw,size=9k", told_c});
    CHECK(shares(now, 0, 0));
    CHECK_FALSE(shares(now, 1, 1));
    CHECK(shares(now, 2, 2));
  }
  SECTION("mounts come, before and behind") {
    const auto now = scan(root + "10 1 0:30 / /n rw - tmpfs t rw\n" + a + b + c + "14 1 0:40 / /o rw - tmpfs t rw\n");
    CHECK(told(now) == Lines{"30 10:/n:rw", told_a, told_b, told_c, "40 14:/o:rw"});
    for (const std::size_t i : {0, 1, 2}) CHECK(shares(now, i + 1, i));
  }
  SECTION("mounts go") {
    const auto now = scan(root + b);
    CHECK(told(now) == Lines{told_b});
    CHECK(shares(now, 0, 1));
    CHECK(told(scan(root)).empty());
    CHECK(told(scan(root + a + b + c)) == Lines{told_a, told_b, told_c});
  }
  SECTION("a mount goes and another bears its device number and its id") {
    const auto now = scan(root + a + "12 1 0:32 / /x rw - tmpfs t rw,size=8k,nr_inodes=200\n" + c);
    CHECK(told(now) == Lines{told_a, "32 12:/x:rw,size=8k,nr_inodes=200", told_c});
  }
  SECTION("two swap their places in the table") {
    const auto now = scan(root + c + b + a);
    CHECK(told(now) == Lines{told_a, told_b, told_c});
    CHECK(shares(now, 0, 0));
    CHECK(shares(now, 2, 2));
  }
  SECTION("two swap their mount points") {
    const auto now = scan(root + "11 1 0:31 / /b-mount-point-of-some-length rw - tmpfs t rw,size=4k,nr_inodes=100\n" +
                          "12 1 0:32 / /a-mount-point-of-some-length rw - tmpfs t rw,size=8k,nr_inodes=200\n" + c);
    CHECK(told(now) == Lines{"31 11:/b:rw,size=4k,nr_inodes=100", "32 12:/a:rw,size=8k,nr_inodes=200", told_c});
  }
  SECTION("a second mount of one superblock comes, and goes") {
    const auto now = scan(root + a + "15 1 0:31 / /z rw - tmpfs t rw,size=4k,nr_inodes=100\n" + b + c);
    CHECK(told(now) == Lines{told_a + " 15:/z:rw,size=4k,nr_inodes=100", told_b, told_c});
    CHECK(told(scan(root + a + b + c)) == Lines{told_a, told_b, told_c});
  }
  SECTION("another mount covers one, whose line stays as it is") {
    const auto now = scan(root + a + b + c + "16 1 8:2 / /b-mount-point-of-some-length rw - ext4 d rw\n");
    CHECK(told(now) == Lines{told_a, told_b + ":covered", told_c});
    CHECK(shares(now, 0, 0));
    CHECK(told(scan(root + a + b + c)) == Lines{told_a, told_b, told_c});
  }
  SECTION("the text is cut in a line, or empty") {
    const std::string cut = root + a + b.substr(0, b.find(" - "));
    CHECK(told(scan(cut, 1)) == Lines{told_a});
    CHECK(told(scan("")).empty());
    CHECK(told(scan(root + a + b + c)) == Lines{told_a, told_b, told_c});
  }
  SECTION("the scan before is as it was") {
    scan(root + c);
    CHECK(told(first) == Lines{told_a, told_b, told_c});
  }
}
