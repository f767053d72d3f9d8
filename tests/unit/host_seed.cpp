// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <cerrno>
#include <fstream>
#include <map>
#include <set>

#include "../support/private_tmpfs.h"
#include "../support/temp_tree.h"
#include "host/mount_scanner.h"
#include "host/open_files_walk.h"
#include "host/seed_walk.h"
#include "host/tree_walk.h"

using namespace tmpfstrace;
using tmpfstrace::test::host_fixture;
using tmpfstrace::test::PrivateNamespace;
using tmpfstrace::test::TempTree;

namespace {

// Every inode met, how often, and that each can be stat'ed again.
struct Met {
  std::map<std::uint64_t, int> inodes;
  int restat_failures = 0;
  SeedVisitor visitor() {
    return [this](const SeedVisit& visit) {
      ++inodes[visit.inode()];
      if (visit.restat() != 0) ++restat_failures;
      return true;
    };
  }
};

SeedCounts walk_tree(const TempTree& tree, std::string_view top, bool bare, const SeedVisitor& visitor) {
  SeedCounts counts;
  const UniqueFd fd(::open(tree.path(top).c_str(), O_PATH | O_CLOEXEC));
  REQUIRE(fd);
  TreeWalk(visitor, counts, bare).run(fd.get());
  return counts;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

Superblock superblock_at(const std::string& mount_point) {
  auto scan = MountScanner(HostPaths{}).scan();
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

TEST_CASE("every inode of a tree is visited", "[host]") {
  const bool bare = GENERATE(true, false);
  const TempTree tree;
  tree.file("outside/secret", "x");
  tree.file("top/a", "1");
  tree.file("top/dir/b", "2");
  tree.file("top/dir/sub/c\n\xff", "3");
  tree.symlink("top/dir/up", "../..");
  tree.symlink("top/loop", "loop");
  tree.symlink("top/away", tree.path("outside"));
  REQUIRE(::mkfifo(tree.path("top/fifo").c_str(), 0600) == 0);
  const std::size_t descriptors = open_descriptors();
  Met met;
  const auto counts = walk_tree(tree, "top", bare, met.visitor());
  CHECK(met.inodes.size() == 10);  // top a dir b sub c up loop away fifo
  CHECK(counts.visited == 10);
  CHECK(counts.directories == 3);
  CHECK(counts.errors.empty());
  CHECK(met.restat_failures == 0);
  CHECK(met.inodes.contains(tree.inode("top/dir/sub/c\n\xff")));
  CHECK_FALSE(met.inodes.contains(tree.inode("outside")));
  CHECK_FALSE(met.inodes.contains(tree.inode("outside/secret")));
  CHECK(open_descriptors() == descriptors);
}

TEST_CASE("a tree deeper than any path, with few descriptors", "[host]") {
  const TempTree tree;
  tree.directory("top");
  constexpr int kDepth = 3000;  // 3000 names of 3 bytes: beyond PATH_MAX
  UniqueFd at(::open(tree.path("top").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int i = 0; i < kDepth; ++i) {
    // Two directories at each level, so that the way up is needed too.
    REQUIRE(::mkdirat(at.get(), "xx", 0700) == 0);
    REQUIRE(::mkdirat(at.get(), "yy", 0700) == 0);
    at = UniqueFd(::openat(at.get(), i % 2 == 0 ? "xx" : "yy", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(at);
  }
  std::size_t most = 0;
  const std::size_t before = open_descriptors();
  std::uint64_t visits = 0;
  const auto counts = walk_tree(tree, "top", true, [&](const SeedVisit&) {
    if (++visits % 100 == 0) most = std::max(most, open_descriptors());
    return true;
  });
  CHECK(counts.visited == 2 * kDepth + 1);
  CHECK(counts.directories == 2 * kDepth + 1);
  CHECK(counts.directories_skipped == 0);
  CHECK(counts.errors.empty());
  CHECK(most <= before + 70);
}

TEST_CASE("a tree that changes under the walk", "[host]") {
  const TempTree tree;
  std::string path = "top";
  for (int i = 0; i < 100; ++i) path += "/d";
  tree.directory(path);
  tree.directory("top/d/d/d/other");
  tree.directory("elsewhere");
  tree.file("top/gone/file", "x");
  const auto deepest = tree.inode(path);
  bool moved = false;
  const auto counts = walk_tree(tree, "top", true, [&](const SeedVisit& visit) {
    if (visit.inode() == deepest && !moved) {
      moved = true;
      // The way up from the middle leads elsewhere now, and a directory that was seen is gone.
      const std::string middle = "top/d/d/d/d/d/d/d/d/d/d";
      REQUIRE(::rename(tree.path(middle).c_str(), tree.path("elsewhere/d").c_str()) == 0);
      tree.remove("top/gone");
    }
    return true;
  });
  CHECK(moved);
  // Whether "gone" and "other" were entered before depends on the order of readdir; the walk ends, and says what it
  // left.
  CHECK(counts.visited >= 103);
  CHECK_FALSE(counts.stopped);
  for (const auto& [code, times] : counts.errors) {
    CHECK(code == ENOENT);
    CHECK(times == 1);
  }
}

TEST_CASE("a name that becomes a link is not followed", "[host]") {
  const TempTree tree;
  tree.file("outside/secret", "x");
  tree.directory("top/dir");
  const auto dir = tree.inode("top/dir");
  bool swapped = false;
  std::set<std::uint64_t> met;
  const auto counts = walk_tree(tree, "top", true, [&](const SeedVisit& visit) {
    met.insert(visit.inode());
    if (visit.inode() == dir && !swapped) {
      swapped = true;
      // Moved, not removed: its inode number must stay taken.
      REQUIRE(::rename(tree.path("top/dir").c_str(), tree.path("moved").c_str()) == 0);
      tree.symlink("top/dir", tree.path("outside"));
      CHECK(visit.restat() == ESTALE);
    }
    return true;
  });
  CHECK(swapped);
  CHECK_FALSE(met.contains(tree.inode("outside/secret")));
  REQUIRE(counts.errors.size() == 1);
  CHECK((counts.errors.contains(ELOOP) || counts.errors.contains(ENOTDIR)));
}

TEST_CASE("the visitor ends the walk", "[host]") {
  const TempTree tree;
  for (int i = 0; i < 50; ++i) tree.file(fmt::format("top/{}/f", i), "");
  int visits = 0;
  const auto counts = walk_tree(tree, "top", true, [&](const SeedVisit&) { return ++visits < 7; });
  CHECK(counts.stopped);
  CHECK(visits == 7);
}

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

TEST_CASE("texts of open files", "[host]") {
  CHECK(may_be_file("/memfd:x (deleted)"));
  CHECK(may_be_file("/SYSV00000000 (deleted)"));
  CHECK(may_be_file("/dev/zero (deleted)"));
  for (const auto* other : {"socket:[12345]", "pipe:[1]", "anon_inode:[eventpoll]", "mnt:[4026531841]", ""}) {
    CHECK_FALSE(may_be_file(other));
  }
  CHECK(parse_mount_id("pos:\t0\nflags:\t02100002\nmnt_id:\t25\nino:\t3\n") == 25U);
  CHECK_FALSE(parse_mount_id("pos:\t0\nmnt_id:\t-1\n"));
  CHECK_FALSE(parse_mount_id(""));
}

TEST_CASE("mappings", "[host]") {
  const std::string maps = host_fixture("maps.txt");
  std::string_view text = maps;
  std::vector<MappedFile> files;
  for (std::size_t end = 0; !text.empty(); text.remove_prefix(end + 1)) {
    end = text.find('\n');
    if (const auto file = parse_maps_line(text.substr(0, end))) files.push_back(*file);
  }
  REQUIRE(files.size() == 4);
  CHECK(files[0].start == 0x400000);
  CHECK(files[0].major == 8);
  CHECK(files[1].minor == 0x1a);
  CHECK(files[1].inode == 3);
  CHECK(files[2].inode == 32771);
  CHECK(files[3].end == 0x7f1c2d001000);
  CHECK_FALSE(parse_maps_line(""));
  CHECK_FALSE(parse_maps_line("0-1 rw-s 0 00:01"));
  CHECK_FALSE(parse_maps_line("0-1 rw-s 0 0001 5"));
  CHECK_FALSE(parse_maps_line("01 rw-s 0 00:01 5"));
  CHECK_FALSE(parse_maps_line("0-" + std::string(1'000'000, 'f') + " rw-s 0 00:01 5"));
}

TEST_CASE("memfds and shared anonymous memory are found", "[host]") {
  const HostPaths real;
  const auto internal = probe_internal_shmem(real);
  REQUIRE(internal);
  const TempTree tree;  // a /proc with no process but this one
  tree.symlink(fmt::format("proc/{}", ::getpid()), fmt::format("/proc/{}", ::getpid()));
  HostPaths paths;
  paths.proc = tree.path("proc");

  const UniqueFd memfd(::memfd_create("test", MFD_CLOEXEC));
  REQUIRE(memfd);
  struct stat open_facts {};
  REQUIRE(::fstat(memfd.get(), &open_facts) == 0);
  // Mapped, and its descriptor closed.
  UniqueFd mapped_fd(::memfd_create("mapped", MFD_CLOEXEC));
  REQUIRE(::ftruncate(mapped_fd.get(), 4096) == 0);
  struct stat mapped_facts {};
  REQUIRE(::fstat(mapped_fd.get(), &mapped_facts) == 0);
  void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, mapped_fd.get(), 0);
  REQUIRE(memory != MAP_FAILED);
  mapped_fd.reset();

  Met met;
  SeedCounts counts;
  walk_open_files(paths, {}, *internal, met.visitor(), counts);
  ::munmap(memory, 4096);
  CHECK(counts.processes == 1);
  CHECK(met.inodes[open_facts.st_ino] == 1);
  CHECK(met.restat_failures == 0);
  if (counts.errors.contains(EPERM) || counts.errors.contains(EACCES)) {
    WARN("skipped: no right to read map_files");
    return;
  }
  CHECK(met.inodes[mapped_facts.st_ino] == 1);
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
  Met met;
  SeedCounts counts;
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
    SeedCounts counts;
    walk_superblocks(
        HostPaths{}, {superblock}, [&](const SeedVisit&) { return true; }, counts);
    expect(counts.visited == 5, __LINE__);  // root, inner, hidden, part, file
    expect(counts.mounts_not_crossed == 0, __LINE__);
    expect(counts.partly_reachable.empty(), __LINE__);

    // While a clone is walked the mount itself can be unmounted. Then only the bind mount of a part is left.
    SeedCounts during;
    walk_superblocks(
        HostPaths{}, {superblock},
        [&](const SeedVisit&) {
          if (during.visited == 1) {
            unmounted = ::umount2((m + "/inner").c_str(), 0) == 0 && ::umount2(m.c_str(), 0) == 0;
          }
          return true;
        },
        during);
    expect(unmounted, __LINE__);
    expect(during.visited == 5, __LINE__);

    SeedCounts part;
    walk_superblocks(
        HostPaths{}, {superblock}, [](const SeedVisit&) { return true; }, part);
    expect(part.visited == 2, __LINE__);  // part, file
    expect(part.partly_reachable.size() == 1, __LINE__);

    ::umount2(tree.path("bind").c_str(), 0);
    SeedCounts none;
    walk_superblocks(
        HostPaths{}, {superblock}, [](const SeedVisit&) { return true; }, none);
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
