// SPDX-License-Identifier: Apache-2.0
#include "export/html_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <vector>

#include "export/html_text.h"
#include "model/names.h"
#include "model/quantity_text.h"
#include "model/ratio.h"
#include "model/risk.h"

namespace tmpfstrace {
namespace {

constexpr const char* kAbsent = "-";
constexpr double kHighFill = 0.9;

struct Row {
  const SuperblockView* view;
  std::optional<Severity> worst;
  std::optional<double> risk;
};

// As the live view sorts them.
std::vector<Row> by_risk(const Snapshot& snapshot) {
  const auto worst = worst_verdicts(snapshot);
  std::vector<Row> rows;
  for (const SuperblockView& view : snapshot.superblocks) {
    if (view.info.dead) continue;
    const auto found = worst.find(view.info.id);
    const auto severity = found == worst.end() ? std::nullopt : std::optional(found->second);
    rows.push_back({&view, severity, risk_of(view, severity)});
  }
  const auto rank = [](const Row& row) { return std::tuple(-row.risk.value_or(-1), row.view->info.id); };
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return rank(a) < rank(b); });
  return rows;
}

// As who was refused sees it, else the shortest of the whole superblock, which is mostly the one inside a container.
std::string mount_text(const SuperblockView& view) {
  const auto& mounts = view.info.mounts;
  if (mounts.empty()) return view.info.kind == "internal" ? "(memfd, SysV)" : "(no mount)";
  const auto rank = [](const Mount& mount) {
    return std::tuple(mount.root != "/", mount.pid == 0, mount.mount_point.size(), mount.mount_point);
  };
  const auto shortest =
      std::min_element(mounts.begin(), mounts.end(), [&](const Mount& a, const Mount& b) { return rank(a) < rank(b); });
  const std::string& seen = view.outlook.refused_mount_point;
  const std::string where = seen.empty() ? shortest->mount_point : seen;
  return mounts.size() == 1 ? where : fmt::format("{} +{}", where, mounts.size() - 1);
}

// Never 100 % unless full, never 0 % unless empty.
std::string percent_text(double ratio) {
  if (ratio > 0 && ratio < 0.01) return "<1 %";
  return fmt::format("{:.0f} %", std::floor(ratio * 100));
}

std::string bytes_text(const std::optional<std::uint64_t>& bytes) {
  return bytes ? bytes_in_words(static_cast<double>(*bytes)) : kAbsent;
}

std::string rate_text(const std::optional<double>& bytes_per_second) {
  if (!bytes_per_second) return kAbsent;
  return *bytes_per_second == 0 ? "0" : bytes_in_words(*bytes_per_second) + "/s";
}

std::string limit_text(const SuperblockView& view) {
  const auto& binding = view.outlook.binding;
  return binding ? name_of(binding->kind) : kAbsent;
}

// "~": unless a clean-up comes first.
std::string full_in_text(const SuperblockView& view) {
  const auto& binding = view.outlook.binding;
  if (!binding || !binding->forecast.mid_ns) return kAbsent;
  if (binding->forecast.state == ForecastState::full) return "now";
  const char* sure = binding->forecast.state == ForecastState::fills ? "" : "~";
  return sure + duration_in_words(*binding->forecast.mid_ns);
}

class Cells {
 public:
  void text(const char* title, const std::string& value, const char* kind = "number") {
    text_ += fmt::format("<td class=\"{}{}\" data-title=\"{}\">{}</td>", kind, value == kAbsent ? " absent" : "", title,
                         html_text(value));
  }
  void name(const char* title, const std::string& value) {
    text_ += fmt::format("<td class=\"name{}\" data-title=\"{}\"><bdi>{}</bdi></td>", value == kAbsent ? " absent" : "",
                         title, html_text(value));
  }
  void fill(const char* title, const std::optional<double>& ratio) {
    if (!ratio) return text(title, kAbsent);
    const double part = std::clamp(*ratio, 0.0, 1.0);
    const char* level = *ratio >= 1 ? "critical" : *ratio >= kHighFill ? "warning" : "ok";
    text_ += fmt::format(
        "<td class=\"fill {}\" data-title=\"{}\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
        "aria-hidden=\"true\"><rect width=\"{:.0f}\" height=\"10\"/></svg><span>{}</span></td>",
        level, title, part * 100, html_text(percent_text(*ratio)));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

constexpr const char* kTitles[] = {"Risk",  "Owner",   "Mounted at", "Blocks", "Inodes",  "In use",    "Size",
                                   "Limit", "Full in", "Allocated",  "Freed",  "Refused", "Refused/s", "Cause"};

std::string row_of(const Row& row) {
  const SuperblockView& view = *row.view;
  const Superblock& info = view.info;
  const char* risk = row.worst ? severity_name(*row.worst) : row.risk ? "ok" : kAbsent;
  const auto cause = main_cause(view.tally.refusals);
  const auto refused = view.tally.refused;
  Cells cells;
  std::size_t next = 0;
  cells.text(kTitles[next++], risk, "risk");
  cells.name(kTitles[next++], info.owner == nullptr ? kAbsent : owner_text(*info.owner));
  cells.name(kTitles[next++], mount_text(view));
  cells.fill(kTitles[next++], ratio_of(info.used_bytes, info.size_bytes));
  cells.fill(kTitles[next++], ratio_of(info.inodes_used, info.inodes_total));
  cells.text(kTitles[next++], bytes_text(info.used_bytes));
  cells.text(kTitles[next++], bytes_text(info.size_bytes));
  cells.text(kTitles[next++], limit_text(view), "word");
  cells.text(kTitles[next++], full_in_text(view));
  cells.text(kTitles[next++], rate_text(view.tally.rates.allocated_bytes));
  cells.text(kTitles[next++], rate_text(view.tally.rates.freed_bytes));
  cells.text(kTitles[next++], refused ? count_in_words(static_cast<double>(*refused)) : kAbsent);
  const auto& rate = view.tally.rates.refused;
  cells.text(kTitles[next++], !rate ? kAbsent : *rate == 0 ? "0" : fmt::format("{:.3g}", *rate));
  cells.text(kTitles[next++], cause ? std::string(cause_name(*cause)) : kAbsent, "word");
  return fmt::format("<tr class=\"{}\">{}</tr>\n", row.worst ? severity_name(*row.worst) : "ok", cells.take());
}

}  // namespace

std::string superblock_table_of(const Snapshot& snapshot, std::size_t most_rows) {
  const std::vector<Row> rows = by_risk(snapshot);
  if (rows.empty()) return "<p class=\"more\">no tmpfs was seen</p>\n";
  std::string table = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (const char* title : kTitles) table += fmt::format("<th scope=\"col\">{}</th>", title);
  table += "</tr></thead>\n<tbody>\n";
  const std::size_t shown = std::min(rows.size(), most_rows);
  for (std::size_t i = 0; i < shown; ++i) table += row_of(rows[i]);
  table += "</tbody>\n</table></div>\n";
  if (shown < rows.size())
    table += fmt::format(
        "<p class=\"more\">and {} more, which are less at risk: "
        "<a href=\"/api/v1/snapshot\">all of them</a></p>\n",
        rows.size() - shown);
  return table;
}

}  // namespace tmpfstrace
