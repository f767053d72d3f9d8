// SPDX-License-Identifier: Apache-2.0
#include "metrics/reference.h"

#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace tmpfstrace {
namespace {

constexpr std::string_view introduction = R"MARKDOWN(# Metrics

What `tmpfstrace agent` serves under `/metrics`, in the text format of Prometheus or in OpenMetrics 1.0, as the scraper asks. This page is made by `make docs` from the tables that the code serves from.

- A metric that is not known is not there: a mode that does not count allocations has no `allocated_bytes`, a tmpfs without a limit no `size_bytes`. It is never 0 instead.
- Served are the superblocks that are worth a place: that use 1 MiB or 1,000 inodes or more (`--metrics.min-used`), that were refused something, or with which something is wrong. `--metrics.all` serves all. What is
  served once stays until the superblock has gone, under the labels that it began with.
- At most 1,000 have series of their own (`--metrics.max-superblocks`); the others are summed up under `owner="(others)"`, and counted in `tmpfstrace_series_folded`.
- A counter that appears while others are served begins with what it was one sample before. So `increase()` sees what brought it here, in the interval after that.
- Counters are the kernel's, since tmpfstrace began to count: with `--pin` that outlasts the process, else they begin at 0 with it. Counters of a container are sums over its cgroups, and hold after a restart what those that live then have counted.
- Labels are names, never a file's path or a process: `device` (of the superblock, as statfs and `/proc/PID/mountinfo` tell it), `mount` (its shortest mount point, mostly the one inside the container), `owner` (in words), `namespace`, `pod`,
  `container`, `volume`, `operation`, `cause` ([json.md](json.md)), `limit`, `kind` and `severity` ([alerts.md](alerts.md)). A label without a value is left out. Of a PodMonitor they want `honorLabels: true`.
- The file of a refusal, its process and its stack are in the [JSON lines](json.md) and under `/api/v1/events`.

)MARKDOWN";

struct Section {
  std::string_view title;
  std::string_view prefix;
};

// The first that fits.
constexpr Section sections[] = {{"Superblocks", "tmpfstrace_superblock_"},
                                {"Refusals by cause", "tmpfstrace_refusals"},
                                {"Who holds and who is refused", "tmpfstrace_container_"},
                                {"What is wrong", "tmpfstrace_problem"},
                                {"tmpfstrace itself", ""}};

// These two are of the map, not of a superblock.
bool is_of_map(std::string_view name) { return name.starts_with("tmpfstrace_superblock_rows"); }

const Section& section_of(const MetricInfo& info) {
  for (const Section& section : sections)
    if (std::string_view(info.name).starts_with(section.prefix) && !(is_of_map(info.name) && !section.prefix.empty()))
      return section;
  return sections[std::size(sections) - 1];
}

std::string labels_text(std::string_view labels) {
  std::string text;
  while (!labels.empty()) {
    const std::string_view label = labels.substr(0, labels.find(' '));
    fmt::format_to(std::back_inserter(text), "{}`{}`", text.empty() ? "" : ", ", label);
    labels.remove_prefix(std::min(label.size() + 1, labels.size()));
  }
  return text;
}

void add_heading(std::string& text, std::string_view title) {
  fmt::format_to(std::back_inserter(text), "## {}\n\n| Metric | Type | Labels | What it is |\n|---|---|---|---|\n",
                 title);
}

void add_row(std::string& text, const MetricInfo& info) {
  fmt::format_to(std::back_inserter(text), "| `{}` | {} | {} | {} |\n", info.name, type_name(info.type),
                 labels_text(info.labels), info.help);
}

}  // namespace

std::string metrics_reference(std::span<const MetricInfo> of_web) {
  std::string text(introduction);
  for (const Section& section : sections) {
    add_heading(text, section.title);
    for (const MetricInfo& info : metric_table())
      if (&section_of(info) == &section) add_row(text, info);
    text += '\n';
  }
  add_heading(text, "The process that serves");
  for (const MetricInfo& info : of_web) add_row(text, info);
  return text;
}

}  // namespace tmpfstrace
