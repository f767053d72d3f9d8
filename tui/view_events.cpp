// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/names.h"
#include "tui/view_cells.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

// A file's name with the last component of its directory: all that the kernel tells cheaply.
std::string file_name(const RefusalEvent& event) {
  if (event.file.empty()) return absent_text;
  return event.directory.empty() || event.directory == "/" ? event.file : event.directory + "/" + event.file;
}

std::string or_absent(const std::string& text) { return text.empty() ? absent_text : text; }

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

}  // namespace

Table event_table(const EventLog& log, const Snapshot& snapshot) {
  Table table;
  table.columns = {
      {.title = "TIME", .width = 8, .align = Align::Left},
      {.title = "CGROUP", .width = 13, .max_width = 90, .align = Align::Left, .descending = false, .cut = Cut::Middle},
      {.title = "MOUNT",
       .width = 12,
       .max_width = 50,
       .priority = 3,
       .align = Align::Left,
       .descending = false,
       .cut = Cut::Middle},
      {.title = "COMM/PID",
       .width = 15,
       .max_width = 26,
       .priority = 2,
       .align = Align::Left,
       .descending = false,
       .cut = Cut::Middle},
      {.title = "OP", .width = 9, .priority = 1, .align = Align::Left, .descending = false},
      {.title = "CAUSE", .width = 6, .align = Align::Left, .descending = false},
      {.title = "ERRNO", .width = 6, .align = Align::Left, .descending = false},
      {.title = "ASKED", .width = 9, .priority = 4},
      {.title = "FILE", .width = 12, .max_width = 512, .align = Align::Left, .descending = false, .cut = Cut::Middle},
  };
  table.default_sort = 0;
  table.empty_text = why_no_events(snapshot);
  for (const LoggedEvent& logged : log.events()) {
    const RefusalEvent& event = logged.event;
    std::optional<std::uint64_t> asked;
    if (event.bytes_asked > 0) asked = event.bytes_asked;
    TableRow row{
        .key = {logged.number, 0},
        .cells = {
            {.text = format_clock(event.realtime_ns), .value = event.monotonic_ns, .role = Role::Normal, .bar = {}},
            text_cell(event.owner ? owner_text(*event.owner) : or_absent(event.cgroup_path)),
            text_cell(or_absent(event.mount_point)),
            text_cell(fmt::format("{}/{}", event.comm, event.tgid)),
            text_cell(std::string(operation_name(event.operation))),
            text_cell(std::string(cause_name(event.cause))),
            text_cell(event.error.empty() ? "short" : event.error),
            bytes_cell(asked),
            text_cell(file_name(event))}};
    const bool recent = is_recent(event, snapshot);
    row.mark = recent ? '!' : ' ';
    row.role = recent ? Role::Critical : Role::Normal;
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace tmpfstrace
