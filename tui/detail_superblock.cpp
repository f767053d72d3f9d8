// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model/pattern_activity.h"
#include "model/quantity_text.h"
#include "model/ratio.h"
#include "tui/format.h"
#include "tui/history_graphs.h"
#include "tui/pattern_rows.h"
#include "tui/superblock_facts.h"
#include "tui/view_detail.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t most_listed = 12;

const char* in_words(ForecastState state) {
  switch (state) {
    case ForecastState::no_limit: return "no limit";
    case ForecastState::not_enough_evidence: return "not enough seen to say";
    case ForecastState::not_growing: return "does not grow";
    case ForecastState::settles: return "settles below the limit";
    case ForecastState::fills_unless_cleaned: return "fills, unless a clean-up comes first";
    case ForecastState::fills: return "fills";
    case ForecastState::full: return "full";
  }
  return "";
}

std::string forecast_text(const KindForecast& kind) {
  const Forecast& forecast = kind.forecast;
  std::string text = fmt::format("{}: {}", name_of(kind.kind), in_words(forecast.state));
  if (forecast.state == ForecastState::full || !forecast.mid_ns) return text;
  text += " in " + duration_in_words(*forecast.mid_ns);
  if (forecast.low_ns && forecast.high_ns)
    text += fmt::format(" ({} to {})", duration_in_words(*forecast.low_ns), duration_in_words(*forecast.high_ns));
  return text + fmt::format(", confidence {:.0f} %", std::floor(forecast.confidence * 100));
}

GraphedLimit limit_of(const SuperblockView& view, LimitKind kind) {
  const bool blocks = kind == LimitKind::blocks;
  const auto& limit = blocks ? view.info.size_bytes : view.info.inodes_total;
  const auto& used = blocks ? view.info.used_bytes : view.info.inodes_used;
  GraphedLimit graphed;
  if (limit) graphed.limit = static_cast<double>(*limit);
  if (used) graphed.now = static_cast<double>(*used);
  if (limit) graphed.label = "limit " + (blocks ? format_bytes(limit) : format_count(limit));
  for (const KindForecast& forecast : view.outlook.forecasts)
    if (forecast.kind == kind && forecast.forecast.state != ForecastState::full)
      graphed.met_in_ns = forecast.forecast.mid_ns;
  return graphed;
}

void add_numbers(PageText& page, const SuperblockView& view) {
  const Superblock& info = view.info;
  const auto fill = ratio_of(info.used_bytes, info.size_bytes);
  const auto inode_fill = ratio_of(info.inodes_used, info.inodes_total);
  const auto bar = [&](const std::optional<double>& ratio) { return format_percent_bar(ratio, 27, page.charset()); };
  add_field(page, "blocks",
            fmt::format("{}  {} of {}", bar(fill), format_bytes(info.used_bytes), format_bytes(info.size_bytes)));
  add_field(page, "inodes",
            fmt::format("{}  {}", bar(inode_fill), format_used_of_total(info.inodes_used, info.inodes_total)));
  add_field(page, "memory room", format_bytes(memory_room(view.outlook)) + " before a writer is killed");
  const Rates& rates = view.tally.rates;
  add_field(page, "each second",
            fmt::format("{} allocated, {} freed, {} written, {} made, {} removed, {} refused",
                        format_byte_rate(rates.allocated_bytes), format_byte_rate(rates.freed_bytes),
                        format_byte_rate(rates.written_bytes), format_rate(rates.created), format_rate(rates.removed),
                        format_rate(rates.refused)));
  add_field(page, "refused",
            format_count(view.tally.refused) + " since the start, mostly " + cause_text(view.tally.refusals));
  for (const KindForecast& kind : view.outlook.forecasts) add_field(page, "outlook", forecast_text(kind));
  if (info.drift_bytes || info.drift_inodes)
    add_field(
        page, "ledger-statfs",
        fmt::format("{}, {} inodes", format_signed_bytes(info.drift_bytes), format_signed_count(info.drift_inodes)));
}

void add_mounts(PageText& page, const Superblock& info) {
  page.title("Mounted at");
  if (info.mounts.empty()) page.text("  ", "no mount is known", Role::Dim);
  std::size_t shown = 0;
  for (const Mount& mount : info.mounts) {
    if (++shown > most_listed) break;
    const std::string part = mount.root == "/" ? "" : " (its " + mount.root + ")";
    const std::string reached = mount.pid == 0 ? "not reached" : fmt::format("by pid {}", mount.pid);
    page.text("  ", fmt::format("{}{}  {}, namespace {}  {}", mount.mount_point, part, reached, mount.mount_namespace,
                                mount.options));
  }
  if (info.mounts.size() > most_listed) page.text("  ", fmt::format("and {} more", info.mounts.size() - most_listed));
}

void add_cgroups(PageText& page, const DetailContext& context, const SuperblockView& view) {
  std::vector<const LedgerView*> rows;
  for (const LedgerView& row : context.frame.snapshot->ledger)
    if (row.superblock == view.info.id) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](const LedgerView* a, const LedgerView* b) {
    const auto left = a->tally.resident_bytes.value_or(0);
    const auto right = b->tally.resident_bytes.value_or(0);
    return left != right ? left > right : a->cgroup < b->cgroup;
  });
  page.title("Cgroups that use it");
  if (rows.empty()) page.text("  ", "none is known", Role::Dim);
  for (std::size_t i = 0; i < std::min(rows.size(), most_listed); ++i) {
    const Tally& tally = rows[i]->tally;
    page.text("  ", fmt::format("{:>9} resident  {:>9}/s allocated  {:>7} refused  {}",
                                format_bytes(tally.resident_bytes), format_byte_rate(tally.rates.allocated_bytes),
                                format_count(tally.refused), cgroup_name(context.frame, rows[i]->cgroup)));
  }
  if (rows.size() > most_listed) page.text("  ", fmt::format("and {} more", rows.size() - most_listed));
}

void add_patterns(PageText& page, const DetailContext& context, const SuperblockView& view) {
  page.title("Files");
  std::vector<PatternRow> rows;
  add_pattern_rows(*context.frame.snapshot, view, rows);
  if (rows.empty()) page.text("  ", "not looked at yet", Role::Dim);
  for (std::size_t i = 0; i < std::min(rows.size(), most_listed); ++i) {
    const PatternRow& row = rows[i];
    const std::string creator = row.activity == nullptr ? "" : main_creator(*row.activity);
    const auto files = row.files == nullptr ? std::optional<std::uint64_t>() : std::optional(row.files->files);
    const auto bytes =
        row.files == nullptr ? std::optional<std::uint64_t>() : std::optional(row.files->allocated_bytes);
    page.text("  ", fmt::format("{:>9} in {:>7}{} files  {}{}", format_bytes(bytes), format_count(files),
                                row.is_part() ? "+" : "", row.path(), creator.empty() ? "" : "  by " + creator));
  }
  if (rows.size() > most_listed) page.text("  ", fmt::format("and {} more (view 4)", rows.size() - most_listed));
}

}  // namespace

void add_superblock_detail(PageText& page, const DetailContext& context, const SuperblockView& view) {
  const Superblock& info = view.info;
  // The owner first: a pod's path is as long as a screen is wide.
  page.title(fmt::format("{}{}  {} {}:{}{}", info.owner ? owner_of(info) + "  " : "", superblock_name(info), info.kind,
                         info.id.major, info.id.minor, info.dead ? "  gone" : ""));
  for (const Verdict& verdict : context.frame.snapshot->verdicts)
    if (verdict.superblock == info.id)
      page.text("  ", verdict.sentence(),
                verdict.severity == Severity::critical  ? Role::Critical
                : verdict.severity == Severity::warning ? Role::Warning
                                                        : Role::Normal);
  add_numbers(page, view);
  page.add(PageLine{});
  const Tracks* tracks = context.frame.tracks;
  page.add(history_lines({.track = tracks == nullptr ? nullptr : tracks->of_superblock(key_of_superblock(info.id)),
                          .now_ns = context.frame.snapshot->monotonic_ns,
                          .window = context.state.history_window,
                          .bytes = limit_of(view, LimitKind::blocks),
                          .inodes = limit_of(view, LimitKind::inodes),
                          .columns = context.size.columns,
                          .rows = context.size.rows,
                          .charset = context.charset}));
  add_mounts(page, info);
  add_cgroups(page, context, view);
  add_patterns(page, context, view);
  add_refusals(page, context, [&](const RefusalEvent& event) {
    return event.superblock.major == info.id.major && event.superblock.minor == info.id.minor;
  });
}

}  // namespace tmpfstrace
