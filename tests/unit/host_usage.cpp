// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <catch2/catch.hpp>

#include <cerrno>
#include <fstream>

#include "../support/private_tmpfs.h"
#include "../support/temp_tree.h"
#include "host/mount_access.h"
#include "host/mount_scanner.h"
#include "host/superblock_usage.h"

using namespace tmpfstrace;
using tmpfstrace::test::PrivateNamespace;
using tmpfstrace::test::TempTree;

TEST_CASE("usage from statfs", "[host]") {
  struct statfs facts {};
  facts.f_bsize = 4096;
  facts.f_frsize = 4096;
  CHECK_FALSE(derive_usage(facts).size_bytes);
  CHECK_FALSE(derive_usage(facts).used_bytes);
  CHECK_FALSE(derive_usage(facts).inodes_total);
  CHECK_FALSE(derive_usage(facts).inodes_used);
  facts.f_blocks = 256;
  facts.f_bfree = 250;
  facts.f_files = 100;
  facts.f_ffree = 97;
  CHECK(derive_usage(facts).size_bytes == 1048576U);
  CHECK(derive_usage(facts).used_bytes == 24576U);
  CHECK(derive_usage(facts).inodes_total == 100U);
  CHECK(derive_usage(facts).inodes_used == 3U);
  facts.f_bfree = 257;  // read without a lock
  CHECK(derive_usage(facts).used_bytes == 0U);
}

TEST_CASE("what is not the superblock is not entered", "[host]") {
  const TempTree tree;
  tree.directory("root/plain");
  tree.symlink("proc/7/root", tree.path("root"));
  tree.symlink("root/link", "/");
  HostPaths paths;
  paths.proc = tree.path("proc");
  Mount mount;
  mount.pid = 7;
  mount.mount_point = "/plain";
  CHECK(open_mount_point(paths, mount));
  CHECK(open_mount(paths, mount, {0, 4095, 0}).error().code == EXDEV);
  mount.mount_point = "/link/etc";
  CHECK(open_mount_point(paths, mount).error().code == ELOOP);
  mount.mount_point = "/../../../../plain";  // cannot leave the root
  CHECK(open_mount_point(paths, mount));
  mount.mount_point = "/";
  CHECK(open_mount_point(paths, mount));
  mount.pid = 0;
  CHECK(open_mount_point(paths, mount).error().code == ENOENT);
  mount.pid = 8;
  CHECK(open_mount_point(paths, mount).error().code == ENOENT);
}

TEST_CASE("a tmpfs in another mount namespace is found and measured", "[host][root]") {
  const TempTree tree;
  tree.directory("m");
  tree.directory("covered");
  tree.directory("unlimited");
  const PrivateNamespace other([&] {
    const bool mounted = test::mount_tmpfs(tree.path("m").c_str(), "size=1m,nr_inodes=64") &&
                         test::mount_tmpfs(tree.path("covered").c_str(), "size=2m") &&
                         test::mount_tmpfs(tree.path("covered").c_str(), "size=3m") &&
                         test::mount_tmpfs(tree.path("unlimited").c_str(), "size=0,nr_inodes=0");
    // 5 pages of data; 3 inodes with the root.
    std::ofstream(tree.path("m/file")) << std::string(5 * 4096 - 1, 'x');
    return mounted && ::mkdir(tree.path("m/dir").c_str(), 0700) == 0;
  });
  if (other.pid() == 0) {
    WARN("skipped: no right to mount");
    return;
  }
  MountScanner scanner{HostPaths{}};
  auto scan = scanner.scan(0);
  REQUIRE(scan);
  fill_usage(HostPaths{}, scan->superblocks);
  int measured = 0;
  int unlimited = 0;
  int covered = 0;
  for (const auto& superblock : scan->superblocks) {
    for (const auto& mount : superblock.mounts) {
      if (mount.mount_point == tree.path("m")) {
        ++measured;
        CHECK(mount.pid == other.pid());
        CHECK(superblock.size_bytes == 1048576U);
        CHECK(superblock.used_bytes == 20480U);
        CHECK(superblock.inodes_total == 64U);
        CHECK(superblock.inodes_used == 3U);
      }
      if (mount.mount_point == tree.path("unlimited")) {
        ++unlimited;
        CHECK_FALSE(superblock.size_bytes);
        CHECK_FALSE(superblock.used_bytes);
        CHECK_FALSE(superblock.inodes_total);
        CHECK_FALSE(superblock.inodes_used);
      }
      if (mount.mount_point == tree.path("covered")) {
        ++covered;
        if (mount.pid == 0) {
          CHECK_FALSE(superblock.size_bytes);
        } else {
          CHECK(superblock.size_bytes == 3U * 1048576U);
        }
      }
    }
  }
  CHECK(measured == 1);
  CHECK(unlimited == 1);
  CHECK(covered == 2);
}
