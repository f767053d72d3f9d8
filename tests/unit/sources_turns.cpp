// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "../support/sample_builder.h"
#include "../support/temp_tree.h"
#include "sources/host_figures.h"
#include "sources/turns.h"

using namespace tmpfstrace;
using tmpfstrace::test::TempTree;
using tmpfstrace::test::zero_counters;

namespace {

std::set<std::size_t> picked(const std::vector<Turn>& turns, std::size_t most) {
  const std::vector<bool> flags = pick_turns(turns, most);
  std::set<std::size_t> numbers;
  for (std::size_t i = 0; i < flags.size(); ++i)
    if (flags[i]) numbers.insert(i);
  return numbers;
}

}  // namespace

TEST_CASE("whose turn it is") {
  // New ones are no part of the limit: 0 is new, 1 to 8 were asked about in that order, 7 and 8 have moved.
  std::vector<Turn> turns = {{true, false, 0}};
  for (std::uint64_t i = 1; i <= 8; ++i) turns.push_back({false, i >= 7, i});
  CHECK(picked(turns, 100).size() == 9);
  CHECK(picked(turns, 4) == std::set<std::size_t>{0, 1, 2, 7, 8});
  SECTION("not all turns go to what moves") {
    for (std::size_t i = 3; i <= 8; ++i) turns[i].moved = true;
    CHECK(picked(turns, 4) == std::set<std::size_t>{0, 1, 3, 4, 5});
  }
  CHECK(picked({}, 4).empty());
}

TEST_CASE("everything that counts is activity") {
  const auto change = [](auto set) {
    Counters counters = zero_counters();
    set(counters);
    CHECK(activity_of(counters) == 1);
  };
  change([](Counters& c) { c.allocated_bytes = 1; });
  change([](Counters& c) { c.freed_bytes = 1; });
  change([](Counters& c) { c.written_bytes = 1; });
  change([](Counters& c) { c.write_calls = 1; });
  change([](Counters& c) { c.xattr_bytes = 1; });
  change([](Counters& c) { (*c.created)[TMPFS_KIND_LINK] = 1; });
  change([](Counters& c) { (*c.removed)[TMPFS_KIND_OTHER] = 1; });
  change([](Counters& c) { c.refusals->add(TMPFS_OP_RENAME, TMPFS_CAUSE_MEMORY, 1); });
  CHECK(activity_of(zero_counters()) == 0);
  CHECK(activity_of(Counters{}) == 0);
}

TEST_CASE("memory figures of many cgroups come in turn, with their age") {
  const TempTree tree;
  const CgroupHierarchy hierarchy{CgroupLayout::V2, tree.path("cg")};
  const std::size_t count = kMostMemoryReads + 50;
  std::vector<Cgroup> cgroups(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = std::to_string(i);
    tree.file("cg/" + name + "/memory.current", "4096\n");
    cgroups[i].id = tree.inode("cg/" + name);
    cgroups[i].path = "/" + name;
  }
  const std::vector<bool> alive(count, true);
  MemoryFigures figures;
  std::vector<Cgroup> first = cgroups;
  CHECK(figures.fill(hierarchy, {}, 1000, alive, first) == 0);
  for (const Cgroup& cgroup : first) {
    CHECK(cgroup.memory_current == 4096u);
    CHECK_FALSE(cgroup.memory_age_ns);
  }

  for (std::size_t i = 0; i < count; ++i) tree.file("cg/" + std::to_string(i) + "/memory.current", "8192\n");
  std::vector<Cgroup> second = cgroups;
  Counters moved = zero_counters();
  moved.allocated_bytes = 4096;
  const std::vector<LedgerRow> rows = {{cgroups.back().id, {0, 40, 1}, moved}};
  CHECK(figures.fill(hierarchy, rows, 3000, alive, second) == 0);
  std::size_t old = 0;
  for (const Cgroup& cgroup : second) {
    const bool fresh = !cgroup.memory_age_ns;
    CHECK(cgroup.memory_current == (fresh ? 8192u : 4096u));
    CHECK((fresh || cgroup.memory_age_ns == 2000u));
    if (!fresh) ++old;
  }
  CHECK(old == 50);
  CHECK_FALSE(second.back().memory_age_ns);  // its counters moved

  std::vector<Cgroup> third = cgroups;
  tree.remove("cg/0");
  CHECK(figures.fill(hierarchy, rows, 4000, alive, third) == 0);
  CHECK(std::all_of(third.begin(), third.end(), [](const Cgroup& c) { return c.memory_age_ns.value_or(0) <= 1000; }));
}
