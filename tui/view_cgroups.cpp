// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "tui/cgroup_tree.h"
#include "tui/view_cells.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

struct Row {
  Listed<CgroupView> listed;
  const CgroupView* parent = nullptr;  // in a tree
  CgroupNode sum = {};                 // of the subtree; in a list its own
  const Track* track = nullptr;
  std::uint64_t now_ns = 0;

  const Cgroup& info() const { return listed.view->info; }
};

// "max" sorts above every number: no limit is the highest.
TableCell limit_cell(const Row& row) {
  const Cgroup& cgroup = row.info();
  if (!cgroup.memory_unlimited) return bytes_cell(cgroup.memory_max);
  return {.text = "max", .value = ~std::uint64_t{0}};
}

TableCell history_cell(const Row& row) {
  constexpr double some_pages = 64 * 4096;
  return spark_cell(row.track, row.now_ns, some_pages, row.listed.view->tally.rates.allocated_bytes);
}

std::string last_component(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || slash + 1 == path.size() ? path : path.substr(slash + 1);
}

// In a tree the path down to it is on the screen already, and so is the owner where that has the same.
std::string name_of(const CgroupView& view, const CgroupView* parent) {
  const std::string owner = view.info.owner ? owner_text(*view.info.owner) : "";
  if (parent == nullptr) return owner.empty() ? view.info.path : owner;
  const bool same = parent->info.owner && view.info.owner && owner_text(*parent->info.owner) == owner;
  return owner.empty() || same ? last_component(view.info.path) : owner;
}

constexpr std::array columns = {
    ColumnOf<Row>{name_column("cgroup", "CGROUP", "its owner, else its path", 16, 160, 0, SortKey::Name),
                  [](const Row& row) { return text_cell(name_of(*row.listed.view, row.parent)); }},
    ColumnOf<Row>{{.id = "resident",
                   .title = "RESIDENT",
                   .meaning = "bytes of tmpfs that it allocated and that are not freed; in the tree with all in it",
                   .width = 9,
                   .sort_key = SortKey::Used},
                  [](const Row& row) { return bytes_cell(row.sum.resident_bytes); },
                  [](const Row& row) { return sort_value(row.sum.resident_bytes); }},
    ColumnOf<Row>{{.id = "own_resident",
                   .title = "OWN",
                   .meaning = "the same without what lies in it",
                   .width = 9,
                   .priority = 9,
                   .hidden = true},
                  [](const Row& row) { return bytes_cell(row.listed.view->tally.resident_bytes); }},
    ColumnOf<Row>{{.id = "memory_max", .title = "MEM.MAX", .meaning = "its memory limit", .width = 9, .priority = 2},
                  limit_cell},
    ColumnOf<Row>{{.id = "memory_room",
                   .title = "MEMROOM",
                   .meaning = "how much more memory it may take before somebody in it is killed",
                   .width = 9,
                   .priority = 4,
                   .descending = false},
                  [](const Row& row) { return bytes_cell(row.listed.view->headroom.bytes); }},
    ColumnOf<Row>{{.id = "shmem",
                   .title = "SHMEM",
                   .meaning = "shmem of memory.stat: what the kernel charges it for, with all in it",
                   .width = 9,
                   .priority = 3},
                  [](const Row& row) { return bytes_cell(row.info().shmem_bytes); }},
    ColumnOf<Row>{{.id = "allocated",
                   .title = "ALLOC/s",
                   .meaning = "bytes allocated a second",
                   .width = 9,
                   .priority = 5,
                   .sort_key = SortKey::Rate},
                  [](const Row& row) { return byte_rate_cell(row.sum.rates.allocated_bytes); }},
    ColumnOf<Row>{{.id = "freed", .title = "FREE/s", .meaning = "bytes freed a second", .width = 9, .priority = 6},
                  [](const Row& row) { return byte_rate_cell(row.sum.rates.freed_bytes); }},
    ColumnOf<Row>{
        {.id = "created", .title = "CREATED", .meaning = "files and directories made", .width = 8, .priority = 7},
        [](const Row& row) { return count_cell(row.sum.created); }},
    ColumnOf<Row>{
        {.id = "removed", .title = "REMOVED", .meaning = "files and directories removed", .width = 8, .priority = 8},
        [](const Row& row) { return count_cell(row.sum.removed); }},
    ColumnOf<Row>{{.id = "refused",
                   .title = "REFUSED",
                   .meaning = "operations refused since the start",
                   .width = 8,
                   .sort_key = SortKey::Refused},
                  [](const Row& row) { return count_cell(row.sum.refused); }},
    ColumnOf<Row>{{.id = "refused_rate", .title = "REF/s", .meaning = "the same a second", .width = 6, .priority = 1},
                  [](const Row& row) { return rate_cell(row.sum.rates.refused); }},
    ColumnOf<Row>{word_column("cause", "CAUSE", "of most of the refusals", 6),
                  [](const Row& row) { return text_cell(cause_text(row.sum.refusals)); }},
    ColumnOf<Row>{{.id = "history",
                   .title = "LAST 5m",
                   .meaning = "its own resident bytes, from their least to their most",
                   .width = 8,
                   .max_width = 20,
                   .priority = 9},
                  history_cell},
};

std::string why_no_cgroups(const Mode& mode) {
  if (mode.name == "poll") return "no cgroup is known to hold shared memory; mode poll does not see who uses tmpfs";
  return mode.name == "syscall" ? "no cgroup has been seen to write to tmpfs yet" : "no cgroup has used tmpfs yet";
}

}  // namespace

Table cgroup_table(const Frame& frame, bool tree) {
  Table table;
  const Snapshot& snapshot = *frame.snapshot;
  const auto key = [](const CgroupView& view) { return RowKey{view.info.id, 0}; };
  const Changes& changes = changes_of(frame);
  const auto listed = list_objects(snapshot.cgroups, changes.new_cgroups, changes.gone_cgroups, key);
  std::vector<const CgroupView*> views;
  for (const auto& object : listed) views.push_back(object.view);
  static const CgroupShape flat;
  CgroupShapes own;
  const CgroupShape& shape = !tree ? flat : (frame.shapes == nullptr ? own : *frame.shapes).of(views);
  std::vector<CgroupNode> nodes = tree ? sum_cgroup_tree(views, shape, snapshot.cgroups.size()) : list_cgroups(views);
  auto rows = std::make_shared<std::vector<Row>>();
  for (std::size_t i = 0; i < listed.size(); ++i) {
    const CgroupView& view = *listed[i].view;
    TableRow row{.key = listed[i].key, .index = i};
    if (tree) row.parent = shape.parents[i];
    mark_row(row, view.tally.rates.refused, view.info.dead || listed[i].gone, listed[i].is_new);
    // One that is folded must not hide that something in it is refused.
    if (tree && nodes[i].rates.refused.value_or(0) > 0) row.mark = '!';
    table.rows.push_back(row);
    rows->push_back({.listed = listed[i],
                     .parent = row.parent ? views[*row.parent] : nullptr,
                     .sum = std::move(nodes[i]),
                     .track = frame.tracks == nullptr ? nullptr : frame.tracks->of_cgroup(listed[i].key),
                     .now_ns = snapshot.monotonic_ns});
  }
  set_columns<Row>(table, columns, std::move(rows));
  table.default_sort = 1;
  table.is_tree = tree;
  table.empty_text = why_no_cgroups(snapshot.mode);
  return table;
}

}  // namespace tmpfstrace
