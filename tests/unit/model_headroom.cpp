// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "model/headroom.h"

using namespace tmpfstrace;

namespace {

constexpr std::uint64_t mib = 1 << 20;

Cgroup cgroup(const char* path, std::uint64_t current, std::optional<std::uint64_t> max) {
  Cgroup cgroup;
  cgroup.path = path;
  cgroup.memory_current = current;
  cgroup.memory_max = max;
  cgroup.memory_unlimited = !max;
  return cgroup;
}

std::vector<Headroom> headroom_of(const std::vector<Cgroup>& cgroups, const std::optional<NodeMemory>& node) {
  std::vector<const Cgroup*> pointers;
  for (const Cgroup& one : cgroups) pointers.push_back(&one);
  return derive_headroom(pointers, node);
}

}  // namespace

TEST_CASE("the least of a cgroup, its ancestors and the node is what it may take") {
  const NodeMemory node{1024 * mib, 700 * mib, 0};
  std::vector<Cgroup> cgroups = {cgroup("/kubepods", 400 * mib, 800 * mib),
                                 cgroup("/kubepods/pod", 200 * mib, 256 * mib),
                                 cgroup("/kubepods/pod/a", 100 * mib, 512 * mib), cgroup("/system", 10 * mib, {})};
  auto all = headroom_of(cgroups, node);
  CHECK(all[0].bytes == 400 * mib);
  CHECK(all[0].binding == 0u);
  CHECK(all[1].bytes == 56 * mib);
  CHECK(all[2].bytes == 56 * mib);  // by the pod, not by its own limit
  CHECK(all[2].binding == 1u);
  CHECK(all[3].bytes == 700 * mib);
  CHECK_FALSE(all[3].binding);

  SECTION("page cache comes back, shared memory does not") {
    cgroups[1].reclaimable_bytes = 100 * mib;
    CHECK(headroom_of(cgroups, node)[2].bytes == 156 * mib);
  }
  SECTION("swap, as far as the cgroup and the node have it") {
    cgroups[1].swap_current = 10 * mib;
    cgroups[1].swap_max = 30 * mib;
    CHECK(headroom_of(cgroups, node)[2].bytes == 56 * mib);
    CHECK(headroom_of(cgroups, NodeMemory{1024 * mib, 700 * mib, 1024 * mib})[2].bytes == 76 * mib);
    CHECK(headroom_of(cgroups, NodeMemory{1024 * mib, 700 * mib, 5 * mib})[2].bytes == 61 * mib);
  }
  SECTION("over its limit there is nothing left") {
    cgroups[1].memory_current = 300 * mib;
    CHECK(headroom_of(cgroups, node)[2].bytes == 0u);
  }
  SECTION("a cgroup that has ended binds nobody") {
    cgroups[1].dead = true;
    CHECK(headroom_of(cgroups, node)[2].bytes == 400 * mib);
    CHECK(headroom_of(cgroups, node)[2].binding == 0u);
  }
  SECTION("nothing known") { CHECK_FALSE(headroom_of({cgroup("/a", 1, {})}, std::nullopt)[0].bytes); }
}
