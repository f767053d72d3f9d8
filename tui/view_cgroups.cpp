// SPDX-License-Identifier: Apache-2.0
#include "tui/view_cells.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

// "max" sorts above every number: no limit is the highest.
TableCell limit_cell(const Cgroup& cgroup) {
  if (!cgroup.memory_unlimited) return bytes_cell(cgroup.memory_max);
  return {.text = "max", .value = ~std::uint64_t{0}, .role = Role::Normal, .bar = {}};
}

std::string why_no_cgroups(const Mode& mode) {
  if (mode.name == "poll") return "no cgroup is known to hold shared memory; mode poll does not see who uses tmpfs";
  return mode.name == "syscall" ? "no cgroup has been seen to write to tmpfs yet" : "no cgroup has used tmpfs yet";
}

}  // namespace

Table cgroup_table(const Snapshot& snapshot) {
  Table table;
  table.columns = {
      {.title = "CGROUP", .width = 16, .max_width = 160, .align = Align::Left, .descending = false, .cut = Cut::Middle},
      {.title = "RESIDENT", .width = 9},
      {.title = "MEM.MAX", .width = 9, .priority = 2},
      {.title = "SHMEM", .width = 9, .priority = 3},
      {.title = "ALLOC/s", .width = 9, .priority = 4},
      {.title = "FREE/s", .width = 9, .priority = 5},
      {.title = "CREATED", .width = 8, .priority = 6},
      {.title = "REMOVED", .width = 8, .priority = 7},
      {.title = "REFUSED", .width = 8},
      {.title = "REF/s", .width = 6, .priority = 1},
      {.title = "CAUSE", .width = 6, .align = Align::Left, .descending = false},
  };
  table.default_sort = 1;
  table.empty_text = why_no_cgroups(snapshot.mode);
  for (const CgroupView& view : snapshot.cgroups) {
    const Tally& tally = view.tally;
    TableRow row{.key = {view.info.id, 0},
                 .cells = {text_cell(view.info.owner ? owner_text(*view.info.owner) : view.info.path),
                           bytes_cell(tally.resident_bytes), limit_cell(view.info), bytes_cell(view.info.shmem_bytes),
                           byte_rate_cell(tally.rates.allocated_bytes), byte_rate_cell(tally.rates.freed_bytes),
                           count_cell(tally.created), count_cell(tally.removed), count_cell(tally.refused),
                           rate_cell(tally.rates.refused), text_cell(cause_text(tally.refusals))}};
    mark_row(row, tally, view.info.dead);
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace tmpfstrace
