// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "tui/format.h"
#include "tui/history_graphs.h"
#include "tui/view_detail.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

std::string limit_text(const std::optional<std::uint64_t>& limit, bool unlimited) {
  return unlimited ? "max" : format_bytes(limit);
}

void add_memory(PageText& page, const DetailContext& context, const CgroupView& view) {
  const Cgroup& info = view.info;
  add_field(page, "memory",
            fmt::format("{} of {}, high {}", format_bytes(info.memory_current),
                        limit_text(info.memory_max, info.memory_unlimited), format_bytes(info.memory_high)));
  const auto& binding = view.headroom.binding;
  const auto& cgroups = context.frame.snapshot->cgroups;
  const std::string whose =
      binding && *binding < cgroups.size() ? "the limit of " + cgroups[*binding].info.path : "the node's memory";
  add_field(page, "memory room",
            view.headroom.bytes ? format_bytes(view.headroom.bytes) + ", by " + whose : std::string(absent_text));
  add_field(page, "shmem", format_bytes(info.shmem_bytes) + " as memory.stat says, with all in it");
  add_field(page, "swap", fmt::format("{} of {}", format_bytes(info.swap_current), format_bytes(info.swap_max)));
  add_field(page, "OOM kills", format_count(info.oom_kills));
}

void add_numbers(PageText& page, const Tally& tally) {
  add_field(page, "resident", format_bytes(tally.resident_bytes) + " of tmpfs, its own");
  add_field(page, "files",
            fmt::format("{} made, {} removed", format_count(tally.created), format_count(tally.removed)));
  add_field(page, "each second",
            fmt::format("{} allocated, {} freed, {} written, {} refused", format_byte_rate(tally.rates.allocated_bytes),
                        format_byte_rate(tally.rates.freed_bytes), format_byte_rate(tally.rates.written_bytes),
                        format_rate(tally.rates.refused)));
  add_field(page, "refused", format_count(tally.refused) + " since the start, mostly " + cause_text(tally.refusals));
}

void add_superblocks(PageText& page, const DetailContext& context, CgroupId id) {
  constexpr std::size_t most = 20;
  std::vector<const LedgerView*> rows;
  for (const LedgerView& row : context.frame.snapshot->ledger)
    if (row.cgroup == id) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](const LedgerView* a, const LedgerView* b) {
    const auto left = a->tally.resident_bytes.value_or(0);
    const auto right = b->tally.resident_bytes.value_or(0);
    return left != right ? left > right : a->superblock < b->superblock;
  });
  page.title("What it uses");
  if (rows.empty()) page.text("  ", "nothing is counted for it", Role::Dim);
  for (std::size_t i = 0; i < std::min(rows.size(), most); ++i) {
    const Tally& tally = rows[i]->tally;
    const SuperblockView* superblock = find_superblock(context.frame, key_of_superblock(rows[i]->superblock));
    page.text("  ",
              fmt::format("{:>9} resident  {:>9}/s allocated  {:>7} refused  {}", format_bytes(tally.resident_bytes),
                          format_byte_rate(tally.rates.allocated_bytes), format_count(tally.refused),
                          superblock == nullptr ? "a superblock that has gone" : superblock_name(superblock->info)));
  }
  if (rows.size() > most) page.text("  ", fmt::format("and {} more", rows.size() - most));
}

}  // namespace

void add_cgroup_detail(PageText& page, const DetailContext& context, const CgroupView& view) {
  const Cgroup& info = view.info;
  page.title(info.path + (info.dead ? "  gone" : ""));
  add_field(page, "cgroup id", fmt::format("{}", info.id));
  if (info.owner) add_field(page, "owner", owner_text(*info.owner));
  for (const Verdict& verdict : context.frame.snapshot->verdicts)
    if (verdict.cgroup != 0 && verdict.cgroup == info.id)
      page.text("  ", verdict.sentence(), verdict.severity == Severity::critical ? Role::Critical : Role::Warning);
  add_memory(page, context, view);
  add_numbers(page, view.tally);
  page.add(PageLine{});
  const Tracks* tracks = context.frame.tracks;
  page.add(history_lines({.track = tracks == nullptr ? nullptr : tracks->of_cgroup({info.id, 0}),
                          .now_ns = context.frame.snapshot->monotonic_ns,
                          .window = context.state.history_window,
                          .bytes = {},
                          .inodes = {},
                          .columns = context.size.columns,
                          .rows = context.size.rows,
                          .charset = context.charset}));
  add_superblocks(page, context, info.id);
  add_refusals(page, context, [&](const RefusalEvent& event) { return event.cgroup == info.id; });
}

}  // namespace tmpfstrace
