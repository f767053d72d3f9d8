// SPDX-License-Identifier: Apache-2.0
#include "tui/view_detail.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/names.h"
#include "model/pattern_activity.h"
#include "model/quantity_text.h"
#include "tui/event_text.h"
#include "tui/pattern_rows.h"
#include "tui/process_rows.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

void add_pattern_detail(PageText& page, const DetailContext& context, const PatternRow& row) {
  page.title(row.path());
  const Superblock& info = row.view->info;
  add_field(page, "on", superblock_name(info));
  add_field(page, "owner", owner_of(info));
  if (row.files != nullptr) {
    const FilePattern& files = *row.files;
    const std::string more = row.is_part() ? " or more: not every entry was met" : "";
    add_field(page, "files", fmt::format("{}{}", files.files, more));
    add_field(page, "of no byte", fmt::format("{}", files.empty_files));
    add_field(page, "allocated", format_bytes(std::optional(files.allocated_bytes)));
    add_field(page, "size", format_bytes(std::optional(files.size_bytes)));
    if (files.oldest_ns) add_field(page, "oldest", format_date_time(*files.oldest_ns));
    if (files.newest_ns) add_field(page, "newest", format_date_time(*files.newest_ns));
  } else {
    add_field(page, "files", "none lies there any more", Role::Dim);
  }
  page.title("Who makes them");
  if (row.activity == nullptr) return page.text("  ", "not told", Role::Dim);
  add_field(page, "made", fmt::format("{} told since the start", row.activity->created));
  add_field(page, "removed", fmt::format("{} told since the start", row.activity->removed));
  const auto share = told_share(*row.view);
  if (share && *share < 1) add_field(page, "told", format_share(share) + " of all files", Role::Warning);
  for (const FileCreator& creator : row.activity->creators)
    page.text("  ", fmt::format("{} ({}) pid {} in {}: {} made, {}", creator.comm, or_absent(creator.executable),
                                creator.tgid, cgroup_name(context.frame, creator.cgroup), creator.created,
                                !creator.lives   ? "not known whether it runs"
                                : *creator.lives ? "runs"
                                                 : "ended"));
  if (row.activity->created_by_others > 0)
    page.text("  ", fmt::format("others: {} made", row.activity->created_by_others));
}

void add_process_detail(PageText& page, const DetailContext& context, const ProcessRow& row) {
  page.title(row.comm.empty() ? "(no name)" : row.comm);
  add_field(page, "executable", or_absent(row.executable));
  add_field(page, "last pid", row.tgid == 0 ? absent_text : fmt::format("{}", row.tgid));
  add_field(page, "state", !row.lives ? absent_text : *row.lives ? "runs" : "ended");
  add_field(page, "cgroup", row.cgroup_name);
  page.title("Files that it makes");
  bool any = false;
  for (const PatternRow& files : pattern_rows(*context.frame.snapshot)) {
    if (files.activity == nullptr) continue;
    for (const FileCreator& creator : files.activity->creators) {
      if (creator.cgroup != row.cgroup || creator.comm != row.comm) continue;
      page.text("  ", fmt::format("{} of {} on {}", creator.created, files.path(), superblock_name(files.view->info)));
      any = true;
    }
  }
  if (!any) page.text("  ", "none told", Role::Dim);
  add_refusals(page, context,
               [&](const RefusalEvent& event) { return event.cgroup == row.cgroup && event.comm == row.comm; });
}

template <typename List, typename KeyOf>
auto find_row(const List& list, const RowKey& key, KeyOf key_of) {
  return std::find_if(list.begin(), list.end(), [&](const auto& item) { return key_of(item) == key; });
}

// False: there is no such object any more.
bool add_detail(PageText& page, const DetailContext& context, const RowKey& key) {
  const Frame& frame = context.frame;
  switch (context.state.view) {
    case View::Superblocks: {
      const SuperblockView* view = find_superblock(frame, key);
      if (view != nullptr) add_superblock_detail(page, context, *view);
      return view != nullptr;
    }
    case View::Cgroups: {
      const CgroupView* view = find_cgroup(frame, key.major);
      if (view != nullptr) add_cgroup_detail(page, context, *view);
      return view != nullptr;
    }
    case View::Events: {
      const auto& events = frame.events.events();
      const auto found = find_row(events, key, [](const LoggedEvent& event) { return RowKey{event.number, 0}; });
      if (found != events.end()) add_event_detail(page, context, *found->event);
      return found != events.end();
    }
    case View::Files: {
      const auto rows = pattern_rows(*frame.snapshot);
      const auto found = find_row(rows, key, [](const PatternRow& row) { return row.key; });
      if (found != rows.end()) add_pattern_detail(page, context, *found);
      return found != rows.end();
    }
    case View::Processes: {
      const auto rows = process_rows(frame);
      const auto found = find_row(rows, key, [](const ProcessRow& row) { return row.key; });
      if (found != rows.end()) add_process_detail(page, context, *found);
      return found != rows.end();
    }
    case View::Notices: {
      const auto& notices = frame.notices.notices();
      const auto found = find_row(notices, key, [](const Notice& notice) { return RowKey{notice.number, 0}; });
      if (found == notices.end()) return false;
      page.title(format_date_time(found->realtime_ns) + "  " + found->kind);
      page.text("  ", found->text);
      return true;
    }
  }
  return false;
}

}  // namespace

void add_field(PageText& page, const std::string& name, const std::string& value, Role role) {
  page.text(fmt::format("  {:<14} ", name), value, role);
}

void add_refusal_line(PageText& page, const RefusalEvent& event) {
  const std::string error = event.error.empty() ? "cut short" : event.error;
  const std::string asked = event.bytes_asked == 0 ? "" : " of " + format_bytes(std::optional(event.bytes_asked));
  page.text("  ",
            fmt::format("{}  {}{} {} ({})  {}/{}  {}", format_clock(event.realtime_ns), operation_name(event.operation),
                        asked, error, cause_name(event.cause), event.comm, event.tgid, file_text(event)));
  for (const std::string& frame : event.stack) page.add({{"      " + frame, Role::Dim}});
}

void add_event_detail(PageText& page, const DetailContext&, const RefusalEvent& event) {
  page.title(fmt::format("{} refused at {}", operation_name(event.operation), format_date_time(event.realtime_ns)));
  add_field(page, "cause", std::string(cause_name(event.cause)), Role::Critical);
  add_field(page, "got", event.error.empty() ? "cut short" : event.error);
  add_field(page, "cgroup", or_absent(event.cgroup_path));
  if (event.owner) add_field(page, "owner", owner_text(*event.owner));
  add_field(page, "mount", or_absent(event.mount_point));
  add_field(page, "superblock", fmt::format("{}:{}", event.superblock.major, event.superblock.minor));
  add_field(page, "process", fmt::format("{}, pid {}, thread {}", event.comm, event.tgid, event.tid));
  add_field(page, "file", file_text(event));
  if (event.inode != 0) add_field(page, "inode", fmt::format("{}", event.inode));
  if (event.bytes_asked != 0) {
    add_field(page, "asked for", format_bytes(std::optional(event.bytes_asked)));
    add_field(page, "got of it", format_bytes(std::optional(event.bytes_done)));
  }
  page.title("Stack, innermost first");
  if (event.stack.empty()) page.text("  ", "not known", Role::Dim);
  for (const std::string& frame : event.stack) page.text("  ", frame);
}

std::vector<PageLine> detail_lines(const Frame& frame, const ViewState& state, GridSize size, Charset charset) {
  PageText page(size.columns, charset);
  const DetailContext context{frame, state, size, charset};
  if (!state.detail || !add_detail(page, context, *state.detail))
    page.text("", "it is there no more; Esc leads back", Role::Dim);
  return page.take();
}

}  // namespace tmpfstrace
