// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <fstream>

#include "../support/met_inodes.h"
#include "../support/private_tmpfs.h"
#include "../support/temp_tree.h"
#include "host/mount_scanner.h"
#include "host/seed_walk.h"

using namespace tmpfstrace;
using tmpfstrace::test::MetInodes;
using tmpfstrace::test::PrivateNamespace;
using tmpfstrace::test::TempTree;

namespace {

Superblock superblock_at(const std::string& mount_point) {
  auto scan = MountScanner(HostPaths{}).scan(0);
  REQUIRE(scan);
  for (auto& superblock : scan->superblocks) {
    for (const auto& mount : superblock.mounts) {
      if (mount.mount_point == mount_point && mount.root == "/") return superblock;
    }
  }
  FAIL("not mounted: " << mount_point);
  return {};
}

}  // namespace

TEST_CASE("which mounts a superblock is walked through", "[host]") {
  Superblock superblock;
  superblock.mounts = {{1, 100, 10, "/data", "/a", ""},
                       {2, 100, 10, "/", "/b", ""},
                       {3, 200, 20, "/", "/c", ""},
                       {4, 200, 0, "/", "/d", ""}};
  const auto plan = plan_seed(superblock, 200);
  REQUIRE(plan.size() == 3);
  CHECK(plan[0].mount_id == 3);
  CHECK(plan[1].mount_id == 2);
  CHECK(plan[2].mount_id == 1);
}

TEST_CASE("seed walk of a real tmpfs in another mount namespace", "[host][root]") {
  const TempTree tree;
  tree.directory("m");
  const PrivateNamespace other([&] {
    if (!test::mount_tmpfs(tree.path("m").c_str(), "size=1m")) return false;
    std::ofstream(tree.path("m/file")) << "x";
    ::mkdir(tree.path("m/inner").c_str(), 0700);
    std::ofstream(tree.path("m/inner/hidden")) << "x";
    return test::mount_tmpfs(tree.path("m/inner").c_str(), "size=1m");
  });
  if (other.pid() == 0) {
    WARN("skipped: no right to mount");
    return;
  }
  const Superblock superblock = superblock_at(tree.path("m"));
  MetInodes met;
  WalkCounts counts;
  walk_superblocks(HostPaths{}, {superblock}, met.visitor(), counts);
  // The root and "file"; "inner" is covered, and the kernel clones no mount of another namespace.
  CHECK(counts.visited == 2);
  CHECK(counts.mounts_not_crossed == 1);
  CHECK(counts.unreachable.empty());
  CHECK(counts.partly_reachable.empty());
  CHECK(met.restat_failures == 0);
}

TEST_CASE("seed walk in our own mount namespace sees below other mounts", "[host][root]") {
  const TempTree tree;
  tree.directory("m");
  tree.directory("bind");
  // All of it in the child, whose namespace it is; it reports by success. Lines tell which expectation failed.
  int* const failed_line =
      static_cast<int*>(::mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(failed_line != MAP_FAILED);
  const PrivateNamespace own([&] {
    const auto expect = [&](bool condition, int line) {
      if (!condition && *failed_line == 0) *failed_line = line;
    };
    const std::string m = tree.path("m");
    if (!test::mount_tmpfs(m.c_str(), "size=1m")) return false;
    ::mkdir((m + "/inner").c_str(), 0700);
    std::ofstream(m + "/inner/hidden") << "x";
    ::mkdir((m + "/part").c_str(), 0700);
    std::ofstream(m + "/part/file") << "x";
    if (!test::mount_tmpfs((m + "/inner").c_str(), "size=1m")) return false;
    if (::mount((m + "/part").c_str(), tree.path("bind").c_str(), nullptr, MS_BIND, nullptr) != 0) return false;

    Superblock superblock = superblock_at(m);
    bool unmounted = true;
    WalkCounts counts;
    walk_superblocks(
        HostPaths{}, {superblock}, [&](const InodeVisit&) { return true; }, counts);
    expect(counts.visited == 5, __LINE__);  // root, inner, hidden, part, file
    expect(counts.mounts_not_crossed == 0, __LINE__);
    expect(counts.partly_reachable.empty(), __LINE__);

    // While a clone is walked the mount itself can be unmounted. Then only the bind mount of a part is left.
    WalkCounts during;
    walk_superblocks(
        HostPaths{}, {superblock},
        [&](const InodeVisit&) {
          if (during.visited == 1) {
            unmounted = ::umount2((m + "/inner").c_str(), 0) == 0 && ::umount2(m.c_str(), 0) == 0;
          }
          return true;
        },
        during);
    expect(unmounted, __LINE__);
    expect(during.visited == 5, __LINE__);

    WalkCounts part;
    walk_superblocks(
        HostPaths{}, {superblock}, [](const InodeVisit&) { return true; }, part);
    expect(part.visited == 2, __LINE__);  // part, file
    expect(part.partly_reachable.size() == 1, __LINE__);

    ::umount2(tree.path("bind").c_str(), 0);
    WalkCounts none;
    walk_superblocks(
        HostPaths{}, {superblock}, [](const InodeVisit&) { return true; }, none);
    expect(none.unreachable.size() == 1, __LINE__);
    expect(none.visited == 0, __LINE__);
    return true;
  });
  if (own.pid() == 0) {
    WARN("skipped: no right to mount");
  } else {
    CHECK(*failed_line == 0);
  }
  ::munmap(failed_line, sizeof(int));
}
