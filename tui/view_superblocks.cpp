// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "model/names.h"
#include "model/ratio.h"
#include "model/risk.h"
#include "tui/superblock_facts.h"
#include "tui/view_cells.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

struct Row {
  Listed<SuperblockView> listed;
  std::optional<Severity> severity;  // of the worst verdict about it
  const Track* track = nullptr;
  std::uint64_t now_ns = 0;

  const SuperblockView& view() const { return *listed.view; }
  const Superblock& info() const { return listed.view->info; }
  const Rates& rates() const { return listed.view->tally.rates; }
};

TableCell fill_cell(const std::optional<double>& ratio) {
  return {.text = format_percent(ratio), .value = sort_value(ratio), .role = fill_role(ratio), .bar = ratio};
}

TableCell device_cell(const Row& row) {
  const SuperblockId& id = row.info().id;
  return {.text = fmt::format("{}:{}", id.major, id.minor), .value = key_of_superblock(id).major};
}

TableCell risk_cell(const Row& row) {
  const auto risk = risk_of(row.view(), row.severity);
  if (!risk) return absent_cell();
  const char* text = "ok";
  Role role = Role::Normal;
  if (row.severity) {
    text = *row.severity == Severity::critical ? "crit" : *row.severity == Severity::warning ? "warn" : "info";
    role = *row.severity == Severity::critical  ? Role::Critical
           : *row.severity == Severity::warning ? Role::Warning
                                                : Role::Normal;
  }
  return {.text = text, .value = *risk, .role = role};
}

TableCell limit_cell(const Row& row) {
  const auto& binding = row.view().outlook.binding;
  if (binding) return text_cell(key_of(binding->kind));
  // Nothing grows: the one that is near, which is not said to be met.
  const auto nearest = nearest_limit(row.info());
  return nearest ? text_cell(fmt::format("({})", key_of(*nearest))) : absent_cell();
}

TableCell full_in_cell(const Row& row) {
  const auto& binding = row.view().outlook.binding;
  if (!binding || !binding->forecast.mid_ns) return absent_cell();
  const std::uint64_t left = *binding->forecast.mid_ns;
  if (binding->forecast.state == ForecastState::full) return {.text = "now", .value = left, .role = Role::Critical};
  constexpr std::uint64_t hour_ns = 3'600'000'000'000;
  const bool sure = binding->forecast.state == ForecastState::fills;
  return {.text = (sure ? "" : "~") + format_short_duration(left),
          .value = left,
          .role = left < hour_ns ? Role::Warning : Role::Normal};
}

// What is below a hundredth of the size is no shape.
TableCell history_cell(const Row& row) {
  constexpr double some_pages = 8 * 4096;
  const double part = static_cast<double>(row.info().size_bytes.value_or(0)) / 100;
  return spark_cell(row.track, row.now_ns, std::max(part, some_pages), row.rates().allocated_bytes);
}

TableCell inodes_cell(const Row& row) {
  return {.text = format_used_of_total(row.info().inodes_used, row.info().inodes_total),
          .value = sort_value(row.info().inodes_used)};
}

TableCell drift_cell(const Row& row) {
  const Superblock& info = row.info();
  std::string text = format_signed_bytes(info.drift_bytes);
  const bool inodes = info.drift_inodes.value_or(0) != 0;
  if (inodes) text += " " + format_signed_count(info.drift_inodes) + "i";
  const bool any = inodes || info.drift_bytes.value_or(0) != 0;
  return {.text = std::move(text), .value = sort_value(info.drift_bytes), .role = any ? Role::Warning : Role::Normal};
}

constexpr std::array columns = {
    ColumnOf<Row>{name_column("mount", "MOUNT", "where it is mounted, and at how many places more", 16, 120),
                  [](const Row& row) { return text_cell(superblock_name(row.info())); }},
    ColumnOf<Row>{name_column("owner", "OWNER", "pod, container or unit that it belongs to", 16, 44, 5, SortKey::Name),
                  [](const Row& row) { return text_cell(owner_of(row.info())); }},
    ColumnOf<Row>{{.id = "device",
                   .title = "DEV",
                   .meaning = "device number, as in mountinfo",
                   .width = 6,
                   .max_width = 9,
                   .priority = 14,
                   .align = Align::Left,
                   .descending = false,
                   .hidden = true},
                  device_cell},
    ColumnOf<Row>{{.id = "risk",
                   .title = "RISK",
                   .meaning = "the worst that is said of it; sorted by that, then by what is full first",
                   .width = 5,
                   .priority = 3,
                   .align = Align::Left},
                  risk_cell},
    ColumnOf<Row>{{.id = "fill", .title = "FILL", .meaning = "blocks in use", .width = 5, .max_width = 15},
                  [](const Row& row) { return fill_cell(ratio_of(row.info().used_bytes, row.info().size_bytes)); }},
    ColumnOf<Row>{
        {.id = "inode_fill", .title = "IUSE", .meaning = "inodes in use", .width = 5, .max_width = 15, .priority = 6},
        [](const Row& row) { return fill_cell(ratio_of(row.info().inodes_used, row.info().inodes_total)); }},
    ColumnOf<Row>{{.id = "used",
                   .title = "USED",
                   .meaning = "bytes in use",
                   .width = 9,
                   .priority = 4,
                   .sort_key = SortKey::Used},
                  [](const Row& row) { return bytes_cell(row.info().used_bytes); }},
    ColumnOf<Row>{{.id = "size", .title = "SIZE", .meaning = "its limit in bytes", .width = 9, .priority = 9},
                  [](const Row& row) { return bytes_cell(row.info().size_bytes); }},
    ColumnOf<Row>{{.id = "memory_room",
                   .title = "MEMROOM",
                   .meaning = "what its writers' memory limits leave them",
                   .width = 9,
                   .priority = 8,
                   .descending = false},
                  [](const Row& row) { return bytes_cell(memory_room(row.view().outlook)); }},
    ColumnOf<Row>{word_column("limit", "LIMIT",
                              "the limit that is met first; in brackets: the nearest, while nothing grows", 8, 2),
                  limit_cell},
    ColumnOf<Row>{{.id = "full_in",
                   .title = "FULLIN",
                   .meaning = "time until that limit; ~: unless a clean-up comes first",
                   .width = 7,
                   .priority = 1,
                   .descending = false},
                  full_in_cell},
    ColumnOf<Row>{{.id = "allocated",
                   .title = "ALLOC/s",
                   .meaning = "bytes allocated a second",
                   .width = 9,
                   .priority = 10,
                   .sort_key = SortKey::Rate},
                  [](const Row& row) { return byte_rate_cell(row.rates().allocated_bytes); }},
    ColumnOf<Row>{{.id = "freed", .title = "FREE/s", .meaning = "bytes freed a second", .width = 9, .priority = 12},
                  [](const Row& row) { return byte_rate_cell(row.rates().freed_bytes); }},
    ColumnOf<Row>{{.id = "written",
                   .title = "WRITE/s",
                   .meaning = "bytes written a second",
                   .width = 9,
                   .priority = 13,
                   .hidden = true},
                  [](const Row& row) { return byte_rate_cell(row.rates().written_bytes); }},
    ColumnOf<Row>{{.id = "created",
                   .title = "CREATE/s",
                   .meaning = "files and directories made a second",
                   .width = 9,
                   .priority = 13,
                   .hidden = true},
                  [](const Row& row) { return rate_cell(row.rates().created); }},
    ColumnOf<Row>{{.id = "refused",
                   .title = "REFUSED",
                   .meaning = "operations refused since the start",
                   .width = 8,
                   .sort_key = SortKey::Refused},
                  [](const Row& row) { return count_cell(row.view().tally.refused); }},
    ColumnOf<Row>{{.id = "refused_rate", .title = "REF/s", .meaning = "the same a second", .width = 6, .priority = 11},
                  [](const Row& row) { return rate_cell(row.rates().refused); }},
    ColumnOf<Row>{word_column("cause", "CAUSE", "of most of the refusals", 6),
                  [](const Row& row) { return text_cell(cause_text(row.view().tally.refusals)); }},
    ColumnOf<Row>{{.id = "history",
                   .title = "LAST 5m",
                   .meaning = "bytes in use, from their least to their most; sorted by what is allocated now",
                   .width = 8,
                   .max_width = 20,
                   .priority = 7,
                   .align = Align::Right},
                  history_cell},
    ColumnOf<Row>{{.id = "inodes",
                   .title = "INODES",
                   .meaning = "inodes in use, and the limit",
                   .width = 12,
                   .max_width = 17,
                   .priority = 15,
                   .hidden = true},
                  inodes_cell},
    ColumnOf<Row>{{.id = "drift",
                   .title = "DRIFT",
                   .meaning = "our ledger less statfs: 0 at rest",
                   .width = 12,
                   .max_width = 16,
                   .priority = 16,
                   .hidden = true},
                  drift_cell},
};

constexpr std::size_t risk_column = 3;
static_assert(columns[risk_column].column.id == "risk");

}  // namespace

Table superblock_table(const Frame& frame) {
  Table table;
  const Snapshot& snapshot = *frame.snapshot;
  const auto key = [](const SuperblockView& view) { return key_of_superblock(view.info.id); };
  const Changes& changes = changes_of(frame);
  const auto worst = worst_verdicts(snapshot);
  auto rows = std::make_shared<std::vector<Row>>();
  for (const auto& listed :
       list_objects(snapshot.superblocks, changes.new_superblocks, changes.gone_superblocks, key)) {
    const auto found = worst.find(listed.view->info.id);
    const Track* track = frame.tracks == nullptr ? nullptr : frame.tracks->of_superblock(listed.key);
    TableRow row{.key = listed.key, .index = rows->size()};
    mark_row(row, listed.view->tally.rates.refused, listed.view->info.dead || listed.gone, listed.is_new);
    table.rows.push_back(row);
    rows->push_back({.listed = listed,
                     .severity = found == worst.end() || listed.gone ? std::nullopt : std::optional(found->second),
                     .track = track,
                     .now_ns = snapshot.monotonic_ns});
  }
  set_columns<Row>(table, columns, std::move(rows));
  table.default_sort = risk_column;
  table.empty_text = "no tmpfs superblock seen";
  return table;
}

}  // namespace tmpfstrace
