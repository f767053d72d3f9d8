// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <limits>

#include "tui/cgroup_tree.h"
#include "tui/view_rows.h"
#include "tui_golden.h"
#include "tui_samples.h"

using namespace tmpfstrace;
using namespace tmpfstrace::tui_test;

namespace {

CgroupView with(CgroupId id, std::string path, std::int64_t resident, std::uint64_t refused = 0) {
  CgroupView view = cgroup(id, std::move(path));
  view.tally.resident_bytes = resident;
  view.tally.refused = refused;
  if (refused > 0) view.tally.refusals = {{TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, refused}};
  view.tally.rates = rates(1, 2, 3, 4, static_cast<double>(refused));
  return view;
}

Snapshot tree_snapshot() {
  Snapshot snapshot;
  snapshot.monotonic_ns = 100 * second;
  // "/a/b/c" without "/a/b" in the list; "/ab" is no child of "/a".
  snapshot.cgroups = {with(1, "/", 1),        with(2, "/a", 10), with(3, "/a/b/c", 100, 5), with(4, "/a/d", 1000),
                      with(5, "/ab", 10'000), with(6, "…/x", 7), cgroup(7, "/a/d/e")};
  return snapshot;
}

std::vector<CgroupNode> nodes_of(const Snapshot& snapshot, std::size_t counted = ~std::size_t{0}) {
  std::vector<const CgroupView*> views;
  for (const CgroupView& view : snapshot.cgroups) views.push_back(&view);
  return sum_cgroup_tree(views, find_cgroup_shape(views), counted);
}

std::vector<std::optional<std::size_t>> parents_of(const Snapshot& snapshot) {
  std::vector<const CgroupView*> views;
  for (const CgroupView& view : snapshot.cgroups) views.push_back(&view);
  return find_cgroup_shape(views).parents;
}

struct Tree {
  Snapshot snapshot = tree_snapshot();
  Frame frame = frame_of(snapshot);
  TableState state;

  std::vector<std::string> lines() {
    Table table = cgroup_table(frame, state.tree);
    arrange_table(table, state);
    std::vector<std::string> lines;
    for (const TableRow& row : table.rows) {
      const char* sign = row.fold == TableRow::Fold::Leaf ? "" : row.fold == TableRow::Fold::Open ? "-" : "+";
      lines.push_back(std::string(static_cast<std::size_t>(row.depth), ' ') + sign + table.cell(row.index, 0).text);
    }
    return lines;
  }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a subtree has what its parts have together", "[tui][tree]") {
  const Snapshot snapshot = tree_snapshot();
  const auto nodes = nodes_of(snapshot);
  const auto parents = parents_of(snapshot);
  CHECK(parents[2] == std::size_t{1});
  CHECK(parents[4] == std::size_t{0});
  CHECK_FALSE(parents[5]);
  CHECK(nodes[1].resident_bytes == 1110);
  CHECK(nodes[0].resident_bytes == 11'111);
  CHECK(nodes[0].refused == 5u);
  CHECK(nodes[1].rates.refused == 5.0);
  CHECK(nodes[1].rates.allocated_bytes == 3.0);
  REQUIRE(nodes[0].refusals.size() == 1);
  CHECK(nodes[0].refusals[0].count == 5);
  CHECK_FALSE(nodes[6].resident_bytes);  // nobody knows: not 0
  // Every node is its own and the sum of its children.
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::int64_t sum = snapshot.cgroups[i].tally.resident_bytes.value_or(0);
    for (std::size_t child = 0; child < nodes.size(); ++child)
      if (parents[child] == i) sum += nodes[child].resident_bytes.value_or(0);
    CHECK(nodes[i].resident_bytes.value_or(0) == sum);
  }
}

TEST_CASE("forged numbers do not stop the sums", "[tui][tree]") {
  Snapshot snapshot;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  snapshot.cgroups = {with(1, "/", most), with(2, "/a", most), with(3, "/b", most)};
  CHECK(nodes_of(snapshot)[0].resident_bytes == most - 2);  // 3 (2^63 - 1) modulo 2^64
}

TEST_CASE("what has gone is shown and not added up", "[tui][tree]") {
  const auto nodes = nodes_of(tree_snapshot(), 3);
  CHECK(parents_of(tree_snapshot())[3] == std::size_t{1});
  CHECK(nodes[1].resident_bytes == 110);
}

TEST_CASE("of two cgroups of one path the living one has the children", "[tui][tree]") {
  Snapshot snapshot;
  snapshot.cgroups = {with(1, "/a", 1), with(2, "/a", 10), with(3, "/a/b", 100)};
  snapshot.cgroups[0].info.dead = true;
  CHECK(parents_of(snapshot)[2] == std::size_t{1});
}

TEST_CASE("the tree is drawn depth first, in the order of the subtrees", "[tui][tree]") {
  Tree tree;
  CHECK(tree.lines() == Lines{"-/", " ab", " -a", "  -d", "   e", "  c", "…/x"});
  tree.state.reversed = true;
  CHECK(tree.lines() == Lines{"…/x", "-/", " -a", "  c", "  -d", "   e", " ab"});
  tree.state = {};
  tree.state.folded = {{2, 0}};
  CHECK(tree.lines() == Lines{"-/", " ab", " +a", "…/x"});
  tree.state.tree = false;
  CHECK(tree.lines() == Lines{"/ab", "/a/d", "/a/b/c", "/a", "…/x", "/", "/a/d/e"});
}

TEST_CASE("a filter keeps what its rows lie in", "[tui][tree]") {
  Tree tree;
  tree.state.filter = {"c", false};
  CHECK(tree.lines() == Lines{"-/", " -a", "  c"});
  tree.state.filter = {"nothing", false};
  CHECK(tree.lines().empty());
}

TEST_CASE("a folded cgroup shows that something in it is refused", "[tui][tree]") {
  Tree tree;
  Table table = cgroup_table(tree.frame, true);
  CHECK(table.rows[1].mark == '!');
  CHECK(table.rows[1].role == Role::Normal);
  CHECK(table.rows[2].role == Role::Critical);
  CHECK(table.rows[3].mark == ' ');
}

TEST_CASE("a tree that is ten thousand deep is drawn as far as a path reaches", "[tui][tree]") {
  Snapshot snapshot;
  std::string path;
  for (CgroupId id = 1; id <= 3000; ++id) snapshot.cgroups.push_back(with(id, path += "/x", 1));
  const Frame frame = frame_of(snapshot);
  Table table = cgroup_table(frame, true);
  arrange_table(table, {});
  CHECK(table.rows.size() > 2000);
  CHECK(nodes_of(snapshot)[0].resident_bytes == 3000);
}

TEST_CASE("the shape of a tree is kept until a cgroup comes, goes, dies or gets its path", "[tui][tree]") {
  CgroupShapes shapes;
  const auto parents = [&](const Snapshot& snapshot) {
    std::vector<const CgroupView*> views;
    for (const CgroupView& view : snapshot.cgroups) views.push_back(&view);
    return shapes.of(views).parents;
  };
  Snapshot snapshot = tree_snapshot();
  CHECK(parents(snapshot) == parents_of(snapshot));
  CHECK(parents(snapshot) == parents_of(snapshot));
  snapshot.cgroups[5].info.path = "/a/d/x";
  CHECK(parents(snapshot)[5] == std::size_t{3});
  snapshot.cgroups.erase(snapshot.cgroups.begin() + 1);
  CHECK(parents(snapshot) == parents_of(snapshot));
  snapshot.cgroups.push_back(with(9, "/a", 0));
  CHECK(parents(snapshot)[1] == std::size_t{6});
  snapshot.cgroups.push_back(with(10, "/a", 0));
  snapshot.cgroups[6].info.dead = true;
  CHECK(parents(snapshot)[1] == std::size_t{7});
}
