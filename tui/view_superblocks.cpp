// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "model/names.h"
#include "model/ratio.h"
#include "tui/view_cells.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

TableCell fill_cell(const Superblock& superblock) {
  const std::optional<double> ratio = ratio_of(superblock.used_bytes, superblock.size_bytes);
  return {.text = format_percent(ratio), .value = sort_value(ratio), .role = fill_role(ratio), .bar = ratio};
}

TableCell inodes_cell(const Superblock& superblock) {
  return {.text = format_used_of_total(superblock.inodes_used, superblock.inodes_total),
          .value = sort_value(superblock.inodes_used),
          .role = fill_role(ratio_of(superblock.inodes_used, superblock.inodes_total)),
          .bar = {}};
}

TableCell drift_cell(const Superblock& superblock) {
  std::string text = format_signed_bytes(superblock.drift_bytes);
  const bool inodes = superblock.drift_inodes.value_or(0) != 0;
  if (inodes) text += " " + format_signed_count(superblock.drift_inodes) + "i";
  const bool any = inodes || superblock.drift_bytes.value_or(0) != 0;
  return {.text = std::move(text),
          .value = sort_value(superblock.drift_bytes),
          .role = any ? Role::Warning : Role::Normal,
          .bar = {}};
}

}  // namespace

std::string superblock_name(const Superblock& superblock) {
  if (superblock.mounts.empty()) {
    return superblock.kind == "internal" ? "(memfd, SysV)" : "(no mount)";
  }
  // The whole superblock rather than a part bound elsewhere, then a mount that can be reached, then the namespace of
  // process 1 or of the lowest pid (kdevtmpfs has /dev as its root), and only in one namespace the mount made first.
  const auto rank = [](const Mount& mount) {
    return std::tuple(mount.root != "/", mount.pid == 0, mount.pid, mount.mount_namespace, mount.mount_id);
  };
  const auto shown = std::min_element(superblock.mounts.begin(), superblock.mounts.end(),
                                      [&](const Mount& a, const Mount& b) { return rank(a) < rank(b); });
  const std::size_t others = superblock.mounts.size() - 1;
  return others == 0 ? shown->mount_point : fmt::format("{} +{}", shown->mount_point, others);
}

std::string cause_text(const std::vector<RefusalCount>& refusals) {
  const auto cause = main_cause(refusals);
  return cause ? std::string(cause_name(*cause)) : absent_text;
}

Table superblock_table(const Snapshot& snapshot) {
  Table table;
  table.columns = {
      {.title = "MOUNT", .width = 16, .max_width = 120, .align = Align::Left, .descending = false, .cut = Cut::Middle},
      {.title = "DEV", .width = 6, .max_width = 9, .priority = 7, .align = Align::Left, .descending = false},
      {.title = "SIZE", .width = 9, .priority = 2},
      {.title = "USED", .width = 9},
      {.title = "FILL", .width = 5, .max_width = 19},
      {.title = "INODES", .width = 12, .max_width = 17, .priority = 3},
      {.title = "ALLOC/s", .width = 9, .priority = 4},
      {.title = "FREE/s", .width = 9, .priority = 6},
      {.title = "WRITE/s", .width = 9, .priority = 8},
      {.title = "CREATE/s", .width = 9, .priority = 5},
      {.title = "REFUSED", .width = 8},
      {.title = "REF/s", .width = 6, .priority = 1},
      {.title = "CAUSE", .width = 6, .align = Align::Left, .descending = false},
      {.title = "DRIFT", .width = 12, .max_width = 16, .priority = 9},
  };
  table.default_sort = 4;
  table.empty_text = "no tmpfs superblock seen";
  for (const SuperblockView& view : snapshot.superblocks) {
    const Superblock& info = view.info;
    const Tally& tally = view.tally;
    TableRow row{.key = {(std::uint64_t{info.id.major} << 32) | info.id.minor, info.id.generation},
                 .cells = {text_cell(superblock_name(info)),
                           {.text = fmt::format("{}:{}", info.id.major, info.id.minor),
                            .value = (std::uint64_t{info.id.major} << 32) | info.id.minor,
                            .role = Role::Normal,
                            .bar = {}},
                           bytes_cell(info.size_bytes),
                           bytes_cell(info.used_bytes),
                           fill_cell(info),
                           inodes_cell(info),
                           byte_rate_cell(tally.rates.allocated_bytes),
                           byte_rate_cell(tally.rates.freed_bytes),
                           byte_rate_cell(tally.rates.written_bytes),
                           rate_cell(tally.rates.created),
                           count_cell(tally.refused),
                           rate_cell(tally.rates.refused),
                           text_cell(cause_text(tally.refusals)),
                           drift_cell(info)}};
    mark_row(row, tally, info.dead);
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace tmpfstrace
