// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <fmt/format.h>

#include "model/names.h"
#include "tui/event_text.h"
#include "tui/view_cells.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

using Row = RefusalEvent;

bool is_recent(const RefusalEvent& event, const Snapshot& snapshot) {
  return snapshot.interval_ns && event.monotonic_ns + *snapshot.interval_ns > snapshot.monotonic_ns;
}

// Without details nothing may sound as if nothing had been refused.
std::string why_no_events(const Snapshot& snapshot) {
  const std::optional<std::uint64_t> refusals = snapshot.totals.refusals;
  if (snapshot.mode.name == "poll") return "mode poll sees no refusals";
  if (refusals.value_or(0) == 0) return "no refusal since the start";
  return fmt::format("{} refused since the start, none of them kept in detail", format_count(refusals));
}

TableCell asked_cell(const Row& event) {
  return bytes_cell(event.bytes_asked > 0 ? std::optional(event.bytes_asked) : std::nullopt);
}

constexpr std::array columns = {
    ColumnOf<Row>{{.id = "time", .title = "TIME", .meaning = "UTC", .width = 8, .align = Align::Left},
                  [](const Row& event) {
                    return TableCell{.text = format_clock(event.realtime_ns), .value = event.monotonic_ns};
                  }},
    ColumnOf<Row>{name_column("cgroup", "CGROUP", "who was refused", 13, 90, 0, SortKey::Name),
                  [](const Row& event) { return text_cell(who_text(event)); }},
    ColumnOf<Row>{name_column("mount", "MOUNT", "where", 12, 50, 3),
                  [](const Row& event) { return text_cell(or_absent(event.mount_point)); }},
    ColumnOf<Row>{name_column("process", "COMM/PID", "the process", 15, 26, 2),
                  [](const Row& event) { return text_cell(fmt::format("{}/{}", event.comm, event.tgid)); }},
    ColumnOf<Row>{word_column("operation", "OP", "what it did", 9, 1),
                  [](const Row& event) { return text_cell(std::string(operation_name(event.operation))); }},
    ColumnOf<Row>{word_column("cause", "CAUSE", "the limit that was met", 6),
                  [](const Row& event) { return text_cell(std::string(cause_name(event.cause))); }},
    ColumnOf<Row>{word_column("error", "ERRNO", "what it got", 6),
                  [](const Row& event) { return text_cell(event.error.empty() ? "short" : event.error); }},
    ColumnOf<Row>{{.id = "asked", .title = "ASKED", .meaning = "bytes asked for", .width = 9, .priority = 4},
                  asked_cell},
    ColumnOf<Row>{name_column("file", "FILE", "the file, with the last part of its directory", 12, 512),
                  [](const Row& event) { return text_cell(file_text(event)); }},
};

}  // namespace

Table event_table(const Frame& frame) {
  Table table;
  const Snapshot& snapshot = *frame.snapshot;
  for (const auto& column : columns) table.columns.push_back(column.column);
  table.default_sort = 0;
  table.empty_text = why_no_events(snapshot);
  const auto& events = frame.events.events();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool recent = is_recent(*events[i].event, snapshot);
    table.rows.push_back({.key = {events[i].number, 0},
                          .index = i,
                          .mark = recent ? '!' : ' ',
                          .role = recent ? Role::Critical : Role::Normal});
  }
  table.cell = [&events](std::size_t index, std::size_t column) { return columns[column].cell(*events[index].event); };
  return table;
}

}  // namespace tmpfstrace
