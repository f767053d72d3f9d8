// SPDX-License-Identifier: Apache-2.0
#include "export/html_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "export/html_table.h"
#include "export/html_text.h"
#include "model/losses.h"
#include "model/quantity_text.h"
#include "model/time_text.h"

namespace tmpfstrace {
namespace {

std::string bytes_text(const std::optional<std::uint64_t>& bytes) {
  return bytes ? bytes_in_words(static_cast<double>(*bytes)) : "-";
}

const char* severity_class(Severity severity) {
  return severity == Severity::critical ? "critical" : severity == Severity::warning ? "warning" : "info";
}

std::size_t count_of(const Snapshot& snapshot, Severity severity) {
  return static_cast<std::size_t>(std::count_if(snapshot.verdicts.begin(), snapshot.verdicts.end(),
                                                [&](const Verdict& v) { return v.severity == severity; }));
}

struct Headline {
  const char* level;
  std::string text;
};

// The one thing to know.
Headline headline_of(const Snapshot& snapshot) {
  const std::size_t critical = count_of(snapshot, Severity::critical);
  const std::size_t warnings = count_of(snapshot, Severity::warning);
  if (critical > 0 && warnings > 0) return {"critical", fmt::format("{} critical, {} to watch", critical, warnings)};
  if (critical > 0) return {"critical", fmt::format("{} critical", critical)};
  if (warnings > 0) return {"warning", fmt::format("{} to watch", warnings)};
  return {"ok", "nothing is wrong with any tmpfs"};
}

std::string losses_text(const Snapshot& snapshot, LossKind kind) {
  std::string text;
  for (const auto& [name, count] : snapshot.losses)
    if (count > 0 && loss_kind(name) == kind)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count_in_words(static_cast<double>(count)), name);
  return text;
}

void add_fact(std::string& page, const char* name, const std::string& value, const char* level = "") {
  page += fmt::format("<div class=\"fact {}\"><dt>{}</dt><dd>{}</dd></div>\n", level, name, html_text(value));
}

void add_facts(std::string& page, const Snapshot& snapshot) {
  const Totals& totals = snapshot.totals;
  page += "<dl class=\"facts\">\n";
  add_fact(page, "tmpfs in use", fmt::format("{} of {}", bytes_text(totals.used_bytes), bytes_text(totals.size_bytes)));
  if (snapshot.node)
    add_fact(
        page, "memory left on the node",
        fmt::format("{} of {}", bytes_text(snapshot.node->available_bytes), bytes_text(snapshot.node->total_bytes)));
  const double refused = totals.refusals_per_second.value_or(0);
  add_fact(page, "refused now", totals.refusals_per_second ? refused == 0 ? "none" : rate_in_words(refused) : "-",
           refused > 0 ? "critical" : "");
  add_fact(page, "refused since the start",
           totals.refusals ? count_in_words(static_cast<double>(*totals.refusals)) : "-");
  const std::string lost = losses_text(snapshot, LossKind::Count);
  const std::string unreached = losses_text(snapshot, LossKind::NotReached);
  add_fact(page, "not counted", lost.empty() ? "nothing was lost" : lost, lost.empty() ? "" : "warning");
  if (!unreached.empty()) add_fact(page, "not reached", unreached, "warning");
  const Mode& mode = snapshot.mode;
  add_fact(page, "mode", mode.hooks.empty() ? mode.name : mode.name + ", by " + mode.hooks,
           mode.name == "exact" ? "" : "warning");
  page += "</dl>\n";
  if (mode.blind.empty()) return;
  page +=
      fmt::format("<details class=\"blind\"><summary>This mode does not see {} thing{}</summary>\n<p>{}</p>\n<ul>\n",
                  mode.blind.size(), mode.blind.size() == 1 ? "" : "s", html_text(mode.reason));
  for (const std::string& sentence : mode.blind) page += fmt::format("<li>{}</li>\n", html_text(sentence));
  page += "</ul></details>\n";
}

void add_verdicts(std::string& page, const Snapshot& snapshot) {
  if (snapshot.verdicts.empty()) return;
  page += "<ol class=\"verdicts\">\n";
  const std::size_t shown = std::min(snapshot.verdicts.size(), kMostPageVerdicts);
  for (std::size_t i = 0; i < shown; ++i) {
    const Verdict& verdict = snapshot.verdicts[i];
    page +=
        fmt::format("<li class=\"{}\"><span class=\"severity\">{}</span> <bdi>{}</bdi></li>\n",
                    severity_class(verdict.severity), severity_name(verdict.severity), html_text(verdict.sentence()));
  }
  page += "</ol>\n";
  if (shown < snapshot.verdicts.size())
    page += fmt::format("<p class=\"more\">and {} more</p>\n", snapshot.verdicts.size() - shown);
}

void add_head(std::string& page, const Snapshot& snapshot, const PageOptions& options) {
  const std::string host = html_text(options.host);
  const auto seconds = std::max<long long>(2, (options.interval.count() + 999) / 1000);
  page += fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}{}tmpfstrace</title>\n"
      "<link rel=\"stylesheet\" href=\"/style.css\">\n"
      "<script src=\"/live.js\" defer></script>\n"
      "<noscript><meta http-equiv=\"refresh\" content=\"{}\"></noscript>\n</head>\n<body data-interval=\"{}\">\n",
      headline_of(snapshot).level == std::string("ok") ? "" : html_text(headline_of(snapshot).text) + " - ",
      host.empty() ? "" : host + " - ", seconds, options.interval.count());
  page += fmt::format("<header><h1>tmpfstrace</h1>{}</header>\n", host.empty() ? "" : "<p><bdi>" + host + "</bdi></p>");
}

}  // namespace

std::string page_of(const Snapshot& snapshot, const PageOptions& options) {
  std::string page;
  add_head(page, snapshot, options);
  const auto [level, text] = headline_of(snapshot);
  page += "<main>\n";
  page += fmt::format("<p class=\"headline {}\">{}</p>\n", level, text);
  add_verdicts(page, snapshot);
  add_facts(page, snapshot);
  page += superblock_table_of(snapshot, kMostPageRows);
  page += fmt::format(
      "<p class=\"when\">sample {} of {} <span class=\"stale\" hidden>no new sample since then</span></p>\n",
      snapshot.sequence, format_utc(snapshot.realtime_ns));
  page += "</main>\n<footer><nav>\n";
  page += fmt::format("<a href=\"{0}\">{0}</a>\n", html_text(options.telemetry_path));
  for (const char* path : {"/api/v1/snapshot", "/healthz", "/readyz"})
    page += fmt::format("<a href=\"{0}\">{0}</a>\n", path);
  page += "<a href=\"/api/v1/events?replay=100\">/api/v1/events</a>\n</nav>\n";
  page +=
      fmt::format("<p>{}{}kernel {}</p>\n", options.version.empty() ? "" : "tmpfstrace " + html_text(options.version),
                  options.version.empty() ? "" : ", ", html_text(snapshot.kernel));
  page += "</footer>\n</body>\n</html>\n";
  return page;
}

}  // namespace tmpfstrace
