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

std::string PatternRow::path() const {
  return files != nullptr ? path_of(files->directory, files->pattern) : path_of(activity->directory, activity->pattern);
}

void add_pattern_rows(const Snapshot& snapshot, const SuperblockView& view, std::vector<PatternRow>& rows) {
  const auto add = [&](const FilePattern* files, const PatternActivity* activity, std::uint64_t key) {
    PatternRow row{{IdHash()(view.info.id), key}, &view, files, activity, snapshot.realtime_ns};
    if (key == 0) row.key.minor = hash_of_key(row.path());  // an older recording
    rows.push_back(row);
  };
  std::unordered_set<std::uint64_t> lying;
  if (view.info.survey != nullptr) {
    for (const FilePattern& files : view.info.survey->patterns) {
      if (files.key) lying.insert(*files.key);
      add(&files, find_activity(view.info, files), files.key.value_or(0));
    }
  }
  if (view.info.activity == nullptr) return;
  for (const PatternActivity& activity : view.info.activity->patterns)
    if (!lying.contains(activity.key)) add(nullptr, &activity, activity.key);
}

std::vector<PatternRow> pattern_rows(const Snapshot& snapshot) {
  std::vector<PatternRow> rows;
  for (const SuperblockView& view : snapshot.superblocks) add_pattern_rows(snapshot, view, rows);
  return rows;
}

}  // namespace tmpfstrace
