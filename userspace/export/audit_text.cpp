// SPDX-License-Identifier: Apache-2.0
#include "export/audit_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <vector>

#include "export/json_outlook.h"
#include "export/json_parts.h"
#include "model/losses.h"
#include "model/mounts.h"
#include "model/quantity_text.h"
#include "model/ratio.h"
#include "model/time_text.h"
#include "model/verdicts.h"

namespace tmpfstrace {
namespace {

int rank(const std::optional<Severity>& worst) { return worst ? static_cast<int>(*worst) : 3; }

const char* risk_of(const std::optional<Severity>& worst) { return worst ? severity_name(*worst) : "ok"; }

struct Ranked {
  const SuperblockView* view;
  std::optional<Severity> worst;
};

std::vector<Ranked> by_risk(const Snapshot& snapshot) {
  std::vector<Ranked> ranked;
  for (const SuperblockView& view : snapshot.superblocks)
    if (!view.info.dead && view.info.kind != "internal") ranked.push_back({&view, worst_of(snapshot, view.info.id)});
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    return std::tuple(rank(a.worst), -fill_of(a.view->info)) < std::tuple(rank(b.worst), -fill_of(b.view->info));
  });
  return ranked;
}

// A mount point may hold a line end.
std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text)
    line += c >= 0 && c < ' ' ? fmt::format("\\x{:02x}", static_cast<int>(c)) : std::string(1, c);
  return line;
}

std::string percent(double ratio) { return fmt::format("{:.0f}%", std::floor(ratio * 100)); }

std::string size_text(const std::optional<std::uint64_t>& bytes) {
  return bytes ? bytes_in_words(static_cast<double>(*bytes)) : "-";
}

// What the one that writes most may still take.
std::optional<std::uint64_t> headroom_of(const SuperblockView& view) {
  return view.outlook.writers.empty() ? std::nullopt : view.outlook.writers.front().headroom;
}

}  // namespace

std::optional<Severity> worst_of(const Snapshot& snapshot, const SuperblockId& id) {
  std::optional<Severity> worst;
  for (const Verdict& verdict : snapshot.verdicts)
    if (verdict.superblock == id && (!worst || verdict.severity < *worst)) worst = verdict.severity;
  return worst;
}

std::string audit_to_text(const Snapshot& snapshot) {
  std::string text = fmt::format("{:<9}{:>6}{:>6}{:>10}{:>10}{:>10}  {}\n", "RISK", "FILL", "INODE", "USED", "SIZE",
                                 "MEM LEFT", "WHOSE AND WHERE");
  for (const auto& [view, worst] : by_risk(snapshot)) {
    const Superblock& info = view->info;
    text += fmt::format("{:<9}{:>6}{:>6}{:>10}{:>10}{:>10}  {}\n", risk_of(worst),
                        info.size_bytes ? percent(ratio_of(info.used_bytes, info.size_bytes).value_or(0)) : "-",
                        info.inodes_total ? percent(ratio_of(info.inodes_used, info.inodes_total).value_or(0)) : "-",
                        size_text(info.used_bytes), size_text(info.size_bytes), size_text(headroom_of(*view)),
                        one_line(subject_of(*view, snapshot)));
    for (const Verdict& verdict : snapshot.verdicts)
      if (verdict.superblock == info.id)
        text += fmt::format("         {}{}{}\n", one_line(verdict.finding), verdict.remedy.empty() ? "" : "; ",
                            one_line(verdict.remedy));
  }
  for (const auto& [name, count] : snapshot.losses)
    if (count != 0 && loss_kind(name) == LossKind::NotReached)
      text += fmt::format("not looked at: {} {}\n", count_in_words(static_cast<double>(count)), name);
  return text;
}

std::string audit_to_json(const Snapshot& snapshot) {
  JsonWriter json;
  write_head(json, "audit");
  json.field("time", format_utc(snapshot.realtime_ns));
  json.field("time_ns", snapshot.realtime_ns);
  json.key("superblocks");
  json.begin_array();
  for (const auto& [view, worst] : by_risk(snapshot)) {
    json.begin_object();
    json.field("risk", risk_of(worst));
    json.field("dev", device_text(view->info.id));
    json.field("kind", view->info.kind);
    json.field("subject", subject_of(*view, snapshot));
    json.field("size_bytes", view->info.size_bytes);
    json.field("used_bytes", view->info.used_bytes);
    json.field("inodes_total", view->info.inodes_total);
    json.field("inodes_used", view->info.inodes_used);
    json.field("memory_headroom_bytes", headroom_of(*view));
    json.key("verdicts");
    json.begin_array();
    for (const Verdict& verdict : snapshot.verdicts)
      if (verdict.superblock == view->info.id) write_verdict(json, verdict);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.key("not_reached");
  json.begin_object();
  for (const auto& [name, count] : snapshot.losses)
    if (loss_kind(name) == LossKind::NotReached) json.field(name, count);
  json.end_object();
  json.end_object();
  return json.take();
}

}  // namespace tmpfstrace
