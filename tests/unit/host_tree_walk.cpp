// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <string>

#include "../support/met_inodes.h"
#include "../support/temp_tree.h"
#include "host/tree_walk.h"
#include "host/unique_fd.h"

using namespace tmpfstrace;
using tmpfstrace::test::MetInodes;
using tmpfstrace::test::TempTree;

namespace {

WalkCounts walk_tree(const TempTree& tree, std::string_view top, bool bare, const InodeVisitor& visitor) {
  WalkCounts counts;
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
  MetInodes met;
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
  const auto counts = walk_tree(tree, "top", true, [&](const InodeVisit&) {
    if (++visits % 100 == 0) most = std::max(most, open_descriptors());
    return true;
  });
  CHECK(counts.visited == 2 * kDepth + 1);
  CHECK(counts.directories == 2 * kDepth + 1);
  CHECK(counts.directories_skipped == 0);
  CHECK(counts.errors.empty());
  CHECK(most <= before + 70);
}

TEST_CASE("a visit knows its place", "[host]") {
  const bool bare = GENERATE(true, false);
  const TempTree tree;
  tree.directory("top");
  std::map<unsigned long long, std::string> places;  // by inode
  std::string path;
  for (int level = 0; level < 100; ++level) {  // more than the descriptors that are kept
    for (const char* name : {"/a", "/b"}) {
      const std::string file = path + name + "/file";
      tree.file("top" + file, "x");
      places[tree.inode("top" + file)] = file;
    }
    path += level % 2 == 0 ? "/a" : "/b";
  }
  std::size_t files = 0;
  walk_tree(tree, "top", bare, [&](const InodeVisit& visit) {
    const auto known = places.find(visit.inode());
    if (known == places.end()) return true;
    ++files;
    const std::string slash = visit.place().directory == "/" ? "" : "/";
    CHECK(std::string(visit.place().directory) + slash + std::string(visit.place().name) == known->second);
    return true;
  });
  CHECK(files == 200);
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
  const auto counts = walk_tree(tree, "top", true, [&](const InodeVisit& visit) {
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
  const auto counts = walk_tree(tree, "top", true, [&](const InodeVisit& visit) {
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
  const auto counts = walk_tree(tree, "top", true, [&](const InodeVisit&) { return ++visits < 7; });
  CHECK(counts.stopped);
  CHECK(visits == 7);
}
