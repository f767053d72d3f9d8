// SPDX-License-Identifier: Apache-2.0
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <catch2/catch.hpp>

#include <cerrno>
#include <filesystem>

#include "../support/temp_tree.h"
#include "host/cgroup_layout.h"
#include "host/cgroup_tree.h"
#include "host/memcg_files.h"

using namespace tmpfstrace;
using tmpfstrace::test::host_fixture;
using tmpfstrace::test::TempTree;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

CgroupHierarchy probe(const TempTree& tree) {
  HostPaths paths;
  paths.cgroup = tree.root();
  const auto found = probe_cgroup_hierarchy(paths);
  REQUIRE(found);
  return *found;
}

// The tree "cg" stands for a whole hierarchy.
CgroupTreeOptions whole(const TempTree& tree) {
  CgroupTreeOptions options;
  options.hierarchy_root = tree.inode("cg");
  return options;
}

std::string path_of(CgroupTree& cgroups, CgroupId id, std::uint64_t now) { return cgroups.lookup(id, now).path; }
CgroupState state_of(CgroupTree& cgroups, CgroupId id, std::uint64_t now) { return cgroups.lookup(id, now).state; }

}  // namespace

TEST_CASE("which hierarchy charges memory", "[host]") {
  const TempTree tree;
  CHECK(probe(tree).layout == CgroupLayout::None);
  CHECK(probe(tree).root.empty());

  SECTION("v2") {
    tree.file("cgroup.controllers", "cpu memory\n");
    CHECK(probe(tree).layout == CgroupLayout::V2);
    CHECK(probe(tree).root == tree.root());
  }
  SECTION("v1, then hybrid") {
    tree.file("memory/memory.usage_in_bytes", "1\n");
    CHECK(probe(tree).layout == CgroupLayout::V1);
    CHECK(probe(tree).root == tree.path("memory"));
    tree.file("unified/cgroup.controllers", "\n");
    CHECK(probe(tree).layout == CgroupLayout::Hybrid);
    CHECK(probe(tree).root == tree.path("memory"));
  }
  SECTION("unified beside v1, without a v1 memory controller") {
    tree.directory("cpu");
    tree.file("unified/cgroup.controllers", "memory\n");
    CHECK(probe(tree).layout == CgroupLayout::V2);
    CHECK(probe(tree).root == tree.path("unified"));
  }
}

TEST_CASE("cgroup ids become paths", "[host]") {
  const TempTree tree;
  tree.file("cg/cgroup.procs", "");
  tree.directory("cg/kubepods/burstable/pod 1");
  tree.directory("cg/system.slice");
  CgroupTree cgroups(tree.path("cg"));
  REQUIRE(cgroups.refresh(kSecond));
  CHECK(cgroups.living().size() == 5);
  CHECK(path_of(cgroups, tree.inode("cg"), kSecond) == "/");
  CHECK(path_of(cgroups, tree.inode("cg/kubepods"), kSecond) == "/kubepods");
  CHECK(path_of(cgroups, tree.inode("cg/kubepods/burstable/pod 1"), kSecond) == "/kubepods/burstable/pod 1");
  CHECK(state_of(cgroups, 0, kSecond) == CgroupState::Unknown);
  CHECK(cgroups.walks() == 1);
}

TEST_CASE("unknown ids cause few walks", "[host]") {
  const TempTree tree;
  tree.directory("cg/a");
  CgroupTree cgroups(tree.path("cg"), whole(tree));
  const CgroupId never = 1;
  CHECK(path_of(cgroups, tree.inode("cg/a"), 10 * kSecond) == "/a");
  CHECK(cgroups.walks() == 1);
  CHECK(state_of(cgroups, never, 10 * kSecond) == CgroupState::Unknown);  // too soon after a walk
  CHECK(cgroups.walks() == 1);
  CHECK(state_of(cgroups, never, 11 * kSecond) == CgroupState::Dead);
  CHECK(cgroups.walks() == 2);
  CHECK(state_of(cgroups, never, 20 * kSecond) == CgroupState::Dead);  // it never comes back
  CHECK(cgroups.walks() == 2);

  tree.directory("cg/b");
  CHECK(path_of(cgroups, tree.inode("cg/b"), 21 * kSecond) == "/b");
  CHECK(cgroups.walks() == 3);

  REQUIRE(cgroups.refresh_if_due(50 * kSecond));
  CHECK(cgroups.walks() == 3);
  REQUIRE(cgroups.refresh_if_due(51 * kSecond));
  CHECK(cgroups.walks() == 4);
}

TEST_CASE("one walk settles all ids that were asked for before", "[host]") {
  const TempTree tree;
  tree.directory("cg/a");
  // A file system may give its directories any number: none of these has one of them.
  const CgroupId first = std::max(tree.inode("cg"), tree.inode("cg/a")) + 1, last = first + 999;
  CgroupTree cgroups(tree.path("cg"), whole(tree));
  REQUIRE(cgroups.refresh(10 * kSecond));
  for (CgroupId id = first; id <= last; ++id) CHECK(state_of(cgroups, id, 10 * kSecond) == CgroupState::Unknown);
  CHECK(state_of(cgroups, first, 11 * kSecond) == CgroupState::Dead);
  for (CgroupId id = first; id <= last; ++id) CHECK(state_of(cgroups, id, 11 * kSecond) == CgroupState::Dead);
  CHECK(cgroups.walks() == 2);
  // Not asked for before that walk: it may have been made since.
  CHECK(state_of(cgroups, last + 1, 11 * kSecond) == CgroupState::Unknown);
}

TEST_CASE("a cgroup that a walk cannot see is not dead", "[host]") {
  const TempTree tree;
  tree.directory("cg/a/hidden");
  const CgroupId hidden = tree.inode("cg/a/hidden");
  CgroupTreeOptions options = whole(tree);
  SECTION("the root is a part of the hierarchy: a cgroup namespace of our own") { options.hierarchy_root = 1; }
  SECTION("a directory may not be read") { REQUIRE(::chmod(tree.path("cg/a").c_str(), 0) == 0); }
  const bool part = options.hierarchy_root == 1;
  const CgroupId asked = part ? 1 : hidden;
  REQUIRE(::chmod(tree.root().c_str(), 0755) == 0);
  CgroupTree cgroups(tree.path("cg"), options);
  const int root = ::setfsuid(65534);  // without root's right to read everything
  const CgroupState first = state_of(cgroups, asked, 10 * kSecond);
  const CgroupState again = state_of(cgroups, asked, 12 * kSecond);
  const std::uint64_t walks = cgroups.walks();
  const CgroupState later = state_of(cgroups, asked, 40 * kSecond);
  ::setfsuid(static_cast<uid_t>(root));
  CHECK(first == CgroupState::Unknown);
  CHECK(again == CgroupState::Unknown);
  CHECK(walks == 1);  // not one for each sample
  CHECK(later == CgroupState::Unknown);
  CHECK(cgroups.walks() == 2);
  REQUIRE(::chmod(tree.path("cg/a").c_str(), 0700) == 0);
  if (part) return;
  REQUIRE(cgroups.refresh(50 * kSecond));
  CHECK(state_of(cgroups, hidden, 50 * kSecond) == CgroupState::Alive);
}

TEST_CASE("the kernel tells a removed cgroup from one that lives, without a walk", "[host][root]") {
  const auto hierarchy = probe_cgroup_hierarchy(HostPaths{});
  REQUIRE(hierarchy);
  const std::string path = hierarchy->root + "/tmpfstrace-unit-" + std::to_string(::getpid());
  if (hierarchy->root.empty() || ::mkdir(path.c_str(), 0700) != 0) {
    WARN("skipped: no right to make a cgroup");
    return;
  }
  struct stat facts {};
  const bool known = ::stat(path.c_str(), &facts) == 0;
  CgroupTree living(hierarchy->root);
  const CgroupName alive = living.lookup(facts.st_ino, 0);
  REQUIRE(::rmdir(path.c_str()) == 0);
  REQUIRE(known);
  CHECK(alive.state == CgroupState::Alive);
  CHECK(alive.path == path.substr(hierarchy->root.size()));
  if (living.walks() != 0) {
    WARN("skipped: no right to open by handle");
    return;
  }
  CgroupTree other(hierarchy->root);
  CHECK(other.lookup(facts.st_ino, 0).state == CgroupState::Dead);
  CHECK(other.walks() == 0);
}

TEST_CASE("a removed cgroup keeps its name for the grace time", "[host]") {
  const TempTree tree;
  tree.directory("cg/pod/a");
  CgroupTreeOptions options;
  options.grace_ns = 60 * kSecond;
  CgroupTree cgroups(tree.path("cg"), options);
  REQUIRE(cgroups.refresh(0));
  const CgroupId old = tree.inode("cg/pod/a");
  CHECK(state_of(cgroups, old, 0) == CgroupState::Alive);

  // Moved out of sight, not removed: ids are never reused, but this file system's inode numbers are.
  std::filesystem::rename(tree.path("cg/pod/a"), tree.path("away"));
  tree.directory("cg/pod/a");
  const CgroupId fresh = tree.inode("cg/pod/a");
  REQUIRE(fresh != old);
  REQUIRE(cgroups.refresh(10 * kSecond));
  CHECK(state_of(cgroups, old, 10 * kSecond) == CgroupState::Dead);
  CHECK(path_of(cgroups, old, 10 * kSecond) == "/pod/a");
  CHECK(state_of(cgroups, fresh, 10 * kSecond) == CgroupState::Alive);
  CHECK(path_of(cgroups, fresh, 10 * kSecond) == "/pod/a");

  REQUIRE(cgroups.refresh(70 * kSecond));
  CHECK(path_of(cgroups, old, 70 * kSecond) == "/pod/a");
  REQUIRE(cgroups.refresh(71 * kSecond));
  CHECK(path_of(cgroups, old, 71 * kSecond).empty());

  Cgroup cgroup;
  cgroup.id = old;
  cgroup.path = "/pod/a";
  CHECK(read_memcg({CgroupLayout::V2, tree.path("cg")}, cgroup).error().code == ENOENT);
}

TEST_CASE("a hierarchy that cannot be opened keeps the known names", "[host]") {
  const TempTree tree;
  tree.directory("cg/a");
  CgroupTree cgroups(tree.path("cg"));
  REQUIRE(cgroups.refresh(0));
  const CgroupId id = tree.inode("cg/a");
  tree.remove("cg");
  CHECK_FALSE(cgroups.refresh(kSecond));
  CHECK(state_of(cgroups, id, kSecond) == CgroupState::Alive);
  CHECK(CgroupTree("").lookup(5, 0).state == CgroupState::Unknown);
}

TEST_CASE("10,000 cgroups", "[host]") {
  const TempTree tree;
  for (int slice = 0; slice < 100; ++slice) {
    for (int scope = 0; scope < 100; ++scope) {
      tree.directory("cg/" + std::to_string(slice) + "/" + std::to_string(scope));
    }
  }
  CgroupTree cgroups(tree.path("cg"));
  REQUIRE(cgroups.refresh(0));
  CHECK(cgroups.living().size() == 10'101);
  CHECK(path_of(cgroups, tree.inode("cg/99/42"), 0) == "/99/42");
}

TEST_CASE("limits", "[host]") {
  CHECK(parse_memory_max("max\n").unlimited);
  CHECK_FALSE(parse_memory_max("max\n").bytes);
  CHECK(parse_memory_max("268435456\n").bytes == 268435456U);
  CHECK(parse_memory_max("0\n").bytes == 0U);
  for (const std::string& bad :
       {std::string(), std::string("maximum"), std::string("-1"), std::string(1'000'000, '1')}) {
    CHECK_FALSE(parse_memory_max(bad).bytes);
    CHECK_FALSE(parse_memory_max(bad).unlimited);
    CHECK_FALSE(parse_limit_in_bytes(bad).bytes);
    CHECK_FALSE(parse_limit_in_bytes(bad).unlimited);
  }
  CHECK(parse_limit_in_bytes("9223372036854771712\n").unlimited);
  CHECK_FALSE(parse_limit_in_bytes("9223372036854767616\n").unlimited);
  CHECK(parse_limit_in_bytes("134217728\n").bytes == 134217728U);
}

TEST_CASE("shared memory in memory.stat", "[host]") {
  CHECK(parse_shmem_v2(host_fixture("memory_stat_v2.txt")) == 8388608U);
  CHECK(parse_shmem_v1(host_fixture("memory_stat_v1.txt")) == 12582912U);
  CHECK(parse_shmem_v1("shmem 4096\n") == 4096U);
  CHECK_FALSE(parse_shmem_v2("shmem_thp 4096\n"));
  CHECK_FALSE(parse_shmem_v2("shmem 12x\n"));
}

TEST_CASE("memory files of a cgroup", "[host]") {
  const TempTree tree;
  Cgroup cgroup;
  SECTION("v2") {
    tree.file("cg/cgroup.controllers", "memory\n");
    tree.file("cg/memory.stat", host_fixture("memory_stat_v2.txt"));
    tree.file("cg/a/memory.current", "16777216\n");
    tree.file("cg/a/memory.max", "max\n");
    tree.file("cg/a/memory.stat", host_fixture("memory_stat_v2.txt"));
    const CgroupHierarchy hierarchy{CgroupLayout::V2, tree.path("cg")};
    cgroup.id = tree.inode("cg/a");
    cgroup.path = "/a";
    REQUIRE(read_memcg(hierarchy, cgroup));
    CHECK(cgroup.memory_current == 16777216U);
    CHECK_FALSE(cgroup.memory_max);
    CHECK(cgroup.memory_unlimited);
    CHECK(cgroup.shmem_bytes == 8388608U);

    cgroup.id = tree.inode("cg");
    cgroup.path = "/";
    REQUIRE(read_memcg(hierarchy, cgroup));
    CHECK_FALSE(cgroup.memory_current);
    CHECK_FALSE(cgroup.memory_max);
    CHECK_FALSE(cgroup.memory_unlimited);
    CHECK(cgroup.shmem_bytes == 8388608U);
  }
  SECTION("v1") {
    tree.file("memory/a/memory.usage_in_bytes", "20971520\n");
    tree.file("memory/a/memory.limit_in_bytes", "67108864\n");
    tree.file("memory/a/memory.stat", host_fixture("memory_stat_v1.txt"));
    cgroup.id = tree.inode("memory/a");
    cgroup.path = "/a";
    REQUIRE(read_memcg({CgroupLayout::Hybrid, tree.path("memory")}, cgroup));
    CHECK(cgroup.memory_current == 20971520U);
    CHECK(cgroup.memory_max == 67108864U);
    CHECK_FALSE(cgroup.memory_unlimited);
    CHECK(cgroup.shmem_bytes == 12582912U);
  }
}

TEST_CASE("a walk in steps judges only what it went over", "[host]") {
  const TempTree tree;
  for (const auto* name : {"a", "b", "c", "d"}) tree.directory(std::string("cg/") + name);
  CgroupTreeOptions options = whole(tree);
  options.step = 2;
  CgroupTree cgroups(tree.path("cg"), options);
  REQUIRE(cgroups.refresh_if_due(10 * kSecond));  // the first one at once
  CHECK(cgroups.living().size() == 5);
  const CgroupId gone = tree.inode("cg/a");
  std::filesystem::rename(tree.path("cg/a"), tree.path("away"));

  REQUIRE(cgroups.refresh_if_due(40 * kSecond));  // the root and one of them
  CHECK(state_of(cgroups, gone, 40 * kSecond) == CgroupState::Alive);
  tree.directory("cg/late");
  const CgroupId late = tree.inode("cg/late");
  CHECK(state_of(cgroups, late, 40 * kSecond) == CgroupState::Unknown);  // it is behind the walk, and no other is due
  REQUIRE(cgroups.refresh_if_due(41 * kSecond));
  CHECK(cgroups.walks() == 2);
  CHECK(state_of(cgroups, gone, 41 * kSecond) == CgroupState::Dead);
  CHECK(path_of(cgroups, gone, 41 * kSecond) == "/a");
  CHECK(cgroups.living().size() == 4);
  CHECK(path_of(cgroups, late, 41 * kSecond) == "/late");  // by a walk of its own
  CHECK(cgroups.walks() == 3);
}
