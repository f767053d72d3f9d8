// SPDX-License-Identifier: Apache-2.0
#include "tui/pattern_rows.h"

#include <unordered_set>

#include "model/id_hash.h"
#include "model/pattern_activity.h"
#include "model/pattern_key.h"

namespace tmpfstrace {
namespace {

std::string path_of(const std::string& directory, const std::string& pattern) {
  return directory.ends_with('/') ? directory + pattern : directory + "/" + pattern;
}

}  // namespace

void add_pattern_rows(const Snapshot& snapshot, const SuperblockView& view, std::vector<PatternRow>& rows) {
  const auto add = [&](const FilePattern* files, const PatternActivity* activity, std::uint64_t key,
                       const std::string& directory, const std::string& pattern) {
    std::string path = path_of(directory, pattern);
    const RowKey row{IdHash()(view.info.id), key != 0 ? key : hash_of_key(path)};
    rows.push_back({row, &view, files, activity, std::move(path), snapshot.realtime_ns});
  };
  std::unordered_set<std::uint64_t> lying;
  if (view.info.survey != nullptr) {
    for (const FilePattern& files : view.info.survey->patterns) {
      if (files.key) lying.insert(*files.key);
      add(&files, find_activity(view.info, files), files.key.value_or(0), files.directory, files.pattern);
    }
  }
  if (view.info.activity == nullptr) return;
  for (const PatternActivity& activity : view.info.activity->patterns)
    if (!lying.contains(activity.key)) add(nullptr, &activity, activity.key, activity.directory, activity.pattern);
}

std::vector<PatternRow> pattern_rows(const Snapshot& snapshot) {
  std::vector<PatternRow> rows;
  for (const SuperblockView& view : snapshot.superblocks) add_pattern_rows(snapshot, view, rows);
  return rows;
}

}  // namespace tmpfstrace
