// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>

#include "../support/private_tmpfs.h"
#include "host/mount_scanner.h"
#include "mounted_processes.h"

using namespace tmpfstrace;
using tmpfstrace::test::find;
using tmpfstrace::test::make_proc;
using tmpfstrace::test::TempTree;

TEST_CASE("a process is asked for its namespace when it is new, and some time later", "[host]") {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const TempTree tree;
  make_proc(tree);
  HostPaths paths;
  paths.proc = tree.path("proc");
  MountNamespaces namespaces(paths);
  const auto lives_in = [&](const char* name) {
    const auto members = namespaces.members().find(tree.inode(std::string("namespaces/") + name));
    return members == namespaces.members().end() ? Pids() : members->second;
  };
  const auto move_20 = [&](const char* name) {
    tree.remove("proc/20/ns/mnt");
    tree.symlink("proc/20/ns/mnt", std::string("../../../namespaces/") + name);
  };
  REQUIRE(namespaces.refresh(100 * kSecond, false));
  CHECK(lives_in("host") == Pids{1, 3, 20});
  CHECK(lives_in("container") == Pids{400});
  CHECK(namespaces.unreadable_processes() == 0);

  move_20("container");  // as a runtime's process does, soon after its start
  REQUIRE(namespaces.refresh(102 * kSecond, false));
  CHECK(lives_in("container") == Pids{20, 400});
  REQUIRE(namespaces.refresh(110 * kSecond, false));

  move_20("host");  // late: seen when its turn comes, or when all are asked
  REQUIRE(namespaces.refresh(111 * kSecond, false));
  CHECK(lives_in("container") == Pids{20, 400});
  SECTION("its turn") { REQUIRE(namespaces.refresh(130 * kSecond, false)); }
  SECTION("all") { REQUIRE(namespaces.refresh(112 * kSecond, true)); }
  CHECK(lives_in("container") == Pids{400});
  CHECK(lives_in("host") == Pids{1, 3, 20});

  tree.remove("proc/20");
  REQUIRE(namespaces.refresh(131 * kSecond, false));
  CHECK(lives_in("host") == Pids{1, 3});
}

TEST_CASE("of many namespaces the tables are read in turn, of new ones at once", "[host]") {
  const TempTree tree;
  constexpr int kCount = 100;
  const auto table = [](int number) {
    return "25 24 0:" + std::to_string(number) + " / /dev/shm rw - tmpfs tmpfs rw\n";
  };
  const auto add = [&](int number) {
    const std::string pid = std::to_string(number);
    tree.file("proc/" + pid + "/ns/mnt", "");
    tree.symlink("proc/" + pid + "/root", "/");
    tree.file("proc/" + pid + "/mountinfo", table(number));
  };
  for (int number = 1; number <= kCount; ++number) add(number);
  HostPaths paths;
  paths.proc = tree.path("proc");
  MountScanner scanner(paths);
  CHECK(scanner.scan(1)->superblocks.size() == kCount);

  for (int number = 1; number <= kCount; ++number)
    tree.file("proc/" + std::to_string(number) + "/mountinfo", table(1000 + number));
  add(kCount + 1);
  const auto changed = [](const MountScan& scan) {
    return std::count_if(scan.superblocks.begin(), scan.superblocks.end(),
                         [](const Superblock& superblock) { return superblock.id.minor > 1000; });
  };
  SECTION("in turn") {
    const auto some = scanner.scan(2);
    CHECK(some->superblocks.size() == kCount + 1);
    CHECK(changed(*some) == 64);
    CHECK(changed(*scanner.scan(3)) == kCount);
  }
  SECTION("all, when something is known to be new") { CHECK(changed(*scanner.scan(2, true)) == kCount); }
  SECTION("one whose process has gone is not waited for") {
    tree.remove("proc/7");
    const auto scan = scanner.scan(2);
    CHECK(find(scan->superblocks, 7) == nullptr);
    CHECK(find(scan->superblocks, 1007) == nullptr);
  }
}

TEST_CASE("the kernel tells when the mount table of a process has changed", "[host][root]") {
  const TempTree tree;
  tree.directory("m");
  int failed_at = 0;
  const test::PrivateNamespace other([&] {
    auto watch = MountWatch::open("/proc/self/mountinfo");
    const auto expect = [&](bool fine, int line) { failed_at = fine || failed_at != 0 ? failed_at : line; };
    expect(watch.has_value(), __LINE__);
    if (!watch) return false;
    expect(!watch->changed(), __LINE__);
    const std::string where = tree.path("m");
    expect(watch->read(1 << 24)->find(where) == std::string::npos, __LINE__);
    if (!test::mount_tmpfs(where.c_str(), "size=4k")) return false;
    expect(watch->changed(), __LINE__);
    expect(watch->read(1 << 24)->find(where) != std::string::npos, __LINE__);
    expect(!watch->changed(), __LINE__);
    return failed_at == 0;
  });
  if (::geteuid() != 0) {
    WARN("skipped: no right to mount");
    return;
  }
  CHECK(other.pid() != 0);
  CHECK_FALSE(MountWatch::open(tree.path("m")));  // not a file of procfs
}
