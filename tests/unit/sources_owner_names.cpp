// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "../support/node_fixture.h"
#include "../support/sample_builder.h"
#include "../support/temp_tree.h"
#include "sources/owner_names.h"

using namespace tmpfstrace;
using tmpfstrace::test::fixture_path;
using tmpfstrace::test::TempTree;
using namespace tmpfstrace::test::node;

namespace {

const std::string proxy_path = "/kubepods/burstable/pod8b2f3c1e-7a64-4d0e-9f5b-1c2d3e4f5a6b/" + proxy;
const std::string shm_of_crio = "/run/containers/storage/overlay-containers/" + sandbox + "/userdata/shm";
constexpr const char* pod_container = "pod auth/outpost container proxy";

// A node whose process 1 lives in a mount namespace with a number of the tree's.
struct Node {
  TempTree tree;
  HostPaths paths;
  std::uint64_t host_namespace = 0;

  explicit Node(const std::string& fixture) {
    tree.file("proc/1/ns/mnt", "");
    host_namespace = tree.inode("proc/1/ns/mnt");
    paths.proc = tree.path("proc");
    paths.root = fixture_path("host/nodes/" + fixture);
  }

  OwnerNames open() const {
    auto names = OwnerNames::open(paths);
    REQUIRE(names);
    names->begin_sample(second);
    return std::move(*names);
  }

  Superblock superblock(std::uint64_t generation, const std::string& mount_point, const std::string& root = "/") const {
    Superblock superblock;
    superblock.id = {0, 45, generation};
    if (!mount_point.empty()) superblock.mounts = {{1, host_namespace, 1, root, mount_point, "rw"}};
    return superblock;
  }
};

std::string text(const OwnerRef& owner) { return owner == nullptr ? "nobody" : owner_text(*owner); }

}  // namespace

TEST_CASE("a cgroup's owner outlives its path", "[owner]") {
  const Node node("crio");
  OwnerNames names = node.open();
  const OwnerRef owner = names.of_cgroup(7, proxy_path, second);
  CHECK(text(owner) == pod_container);
  CHECK(names.of_cgroup(7, proxy_path, 2 * second) == owner);  // the same object
  CHECK(names.of_cgroup(7, "…/" + proxy, 3 * second) == owner);
  CHECK(names.of_cgroup(7, "…/cgroup 7", 4 * second) == owner);
  CHECK(text(names.of_cgroup(7, "/system.slice/x.service", 5 * second)) == "unit x.service");  // renamed, on v1
  CHECK(text(names.of_cgroup(8, "…/cgroup 8", 5 * second)) == "nobody");
  CHECK(text(names.of_cgroup(8, "…/crio-" + proxy + ".scope", 5 * second)) == pod_container);
  CHECK(text(names.of_cgroup(0, "(unattributed)", 5 * second)) == "nobody");
}

TEST_CASE("what is no longer asked for is forgotten", "[owner]") {
  const Node node("crio");
  OwnerNames names = node.open();
  names.of_cgroup(7, proxy_path, second);
  names.of_superblock(node.superblock(1, shm_of_crio), second);
  CHECK(names.remembered() == 2);
  names.begin_sample(601 * second);
  CHECK(names.remembered() == 2);
  names.begin_sample(700 * second);
  CHECK(names.remembered() == 0);
}

TEST_CASE("a superblock's owner by the host's own mounts", "[owner]") {
  const Node node("crio");
  OwnerNames names = node.open();
  const OwnerRef owner = names.of_superblock(node.superblock(9, shm_of_crio), second);
  CHECK(text(owner) == "pod auth/outpost");
  CHECK(owner->kind == "pod");
  CHECK(owner->container_id == sandbox);
  CHECK(names.of_superblock(node.superblock(9, shm_of_crio), second) == owner);

  SECTION("it stays when the mount has gone and the generation tells that it is the same") {
    CHECK(names.of_superblock(node.superblock(9, ""), 2 * second) == owner);
    CHECK(names.of_superblock(node.superblock(9, "/dev/shm"), 2 * second) == owner);
    CHECK(text(names.of_superblock(node.superblock(10, ""), 2 * second)) == "nobody");
  }
  SECTION("a device number alone may be another's by now") {
    CHECK(text(names.of_superblock(node.superblock(0, shm_of_crio), second)) == "pod auth/outpost");
    CHECK(text(names.of_superblock(node.superblock(0, "/run"), second)) == "nobody");
  }
  SECTION("other namespaces and mounts of a part do not count") {
    Superblock superblock = node.superblock(11, shm_of_crio);
    superblock.mounts.own()[0].mount_namespace += 1;
    CHECK(text(names.of_superblock(superblock, second)) == "nobody");
    CHECK(text(names.of_superblock(node.superblock(11, shm_of_crio, "/part"), second)) == "nobody");
    superblock.mounts.own().push_back(node.superblock(11, shm_of_crio).mounts[0]);
    CHECK(text(names.of_superblock(superblock, second)) == "pod auth/outpost");
  }
}

TEST_CASE("a root that is none is an error of the option", "[owner]") {
  Node node("crio");
  node.paths.root = node.tree.path("nothing");
  const auto names = OwnerNames::open(node.paths);
  REQUIRE_FALSE(names);
  CHECK(names.error().message ==
        "--host-root: cannot open " + node.tree.path("nothing") + ": No such file or directory");
}
