// SPDX-License-Identifier: Apache-2.0
// Which files lie on the superblocks, by name pattern, and who makes them: the surveys joined with what was told.
#include <fmt/format.h>

#include <algorithm>

#include "model/id_hash.h"
#include "model/pattern_activity.h"
#include "model/pattern_key.h"
#include "model/quantity_text.h"
#include "tui/view_cells.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

std::string path_of(const std::string& directory, const std::string& pattern) {
  return directory.ends_with('/') ? directory + pattern : directory + "/" + pattern;
}

// "+" behind a number: there are at least so many.
TableCell at_least_cell(std::uint64_t count, bool is_part) {
  TableCell cell = count_cell(count);
  if (is_part) cell.text += "+";
  return cell;
}

TableCell age_cell(const std::optional<std::uint64_t>& since_ns, std::uint64_t now_ns) {
  if (!since_ns) return text_cell(absent_text);
  const std::uint64_t age = now_ns - std::min(now_ns, *since_ns);
  return {.text = duration_in_words(age), .value = age, .role = Role::Normal, .bar = {}};
}

// Of the last minutes, and of all files where a part was told: "~".
TableCell per_minute_cell(const PatternActivity& activity, const SuperblockView& view) {
  const std::uint64_t recent_ns = view.info.activity->recent_ns;
  const auto share = told_share(view);
  if (recent_ns == 0 || !share || *share == 0) return text_cell(absent_text);
  const double minutes = static_cast<double>(recent_ns) / 60e9;
  const double rate = static_cast<double>(activity.created_recently) / *share / minutes;
  return {.text = (*share < 1 ? "~" : "") + format_rate(rate), .value = rate, .role = Role::Normal, .bar = {}};
}

TableCell told_cell(std::uint64_t count, const std::optional<double>& share) {
  return at_least_cell(count, share.value_or(0) < 1);
}

class FileRows {
 public:
  FileRows(Table& table, const Snapshot& snapshot, const SuperblockView& view)
      : table_(table), snapshot_(snapshot), view_(view) {}

  void add() {
    if (view_.info.survey != nullptr)
      for (const FilePattern& files : view_.info.survey->patterns)
        add_row(&files, find_activity(view_.info, files), files.key.value_or(0), files.directory, files.pattern);
    if (view_.info.activity == nullptr) return;
    for (const PatternActivity& activity : view_.info.activity->patterns)
      if (!lies_there(activity)) add_row(nullptr, &activity, activity.key, activity.directory, activity.pattern);
  }

 private:
  bool lies_there(const PatternActivity& activity) const {
    if (view_.info.survey == nullptr) return false;
    const auto& patterns = view_.info.survey->patterns;
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const FilePattern& files) { return files.key == activity.key; });
  }

  void add_row(const FilePattern* files, const PatternActivity* activity, std::uint64_t key,
               const std::string& directory, const std::string& pattern) {
    const std::string path = path_of(directory, pattern);
    const bool is_part = files != nullptr && !view_.info.survey->complete;
    const TableCell absent = text_cell(absent_text);
    const std::string creator = activity == nullptr ? std::string() : main_creator(*activity);
    TableRow row{.key = {IdHash()(view_.info.id), key != 0 ? key : hash_of_key(path)},
                 .cells = {text_cell(view_.info.owner ? owner_text(*view_.info.owner) : superblock_name(view_.info)),
                           text_cell(path), files == nullptr ? absent : at_least_cell(files->files, is_part),
                           files == nullptr ? absent : bytes_cell(std::optional(files->allocated_bytes)),
                           files == nullptr ? absent : at_least_cell(files->empty_files, is_part),
                           files == nullptr ? absent : age_cell(files->oldest_ns, snapshot_.realtime_ns),
                           activity == nullptr ? absent : told_cell(activity->created, told_share(view_)),
                           activity == nullptr ? absent : told_cell(activity->removed, told_share(view_)),
                           activity == nullptr ? absent : per_minute_cell(*activity, view_),
                           text_cell(creator.empty() ? absent_text : creator)}};
    mark_row(row, view_.tally, view_.info.dead);
    table_.rows.push_back(std::move(row));
  }

  Table& table_;
  const Snapshot& snapshot_;
  const SuperblockView& view_;
};

}  // namespace

Table file_table(const Snapshot& snapshot) {
  Table table;
  table.columns = {
      {.title = "WHOSE", .width = 12, .max_width = 70, .align = Align::Left, .descending = false, .cut = Cut::Middle},
      {.title = "FILES LIKE",
       .width = 14,
       .max_width = 120,
       .align = Align::Left,
       .descending = false,
       .cut = Cut::Middle},
      {.title = "FILES", .width = 8},
      {.title = "BYTES", .width = 9},
      {.title = "EMPTY", .width = 8, .priority = 5},
      {.title = "OLDEST", .width = 11, .priority = 3},
      {.title = "MADE", .width = 8, .priority = 4},
      {.title = "REMOVED", .width = 8, .priority = 2},
      {.title = "MADE/min", .width = 9, .priority = 1},
      {.title = "BY", .width = 10, .max_width = 40, .priority = 1, .align = Align::Left, .descending = false},
  };
  table.default_sort = 3;
  table.empty_text = "no superblock has been looked at yet: one is with each sample";
  for (const SuperblockView& view : snapshot.superblocks) FileRows(table, snapshot, view).add();
  return table;
}

}  // namespace tmpfstrace
