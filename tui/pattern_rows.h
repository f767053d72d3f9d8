// SPDX-License-Identifier: Apache-2.0
// Patterns of files: those that lie on a superblock with what was told of them, and those of which none lies there any
// more. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/snapshot.h"
#include "tui/view_state.h"

namespace tmpfstrace {

// Points into the snapshot. One of files and activity is not null.
struct PatternRow {
  RowKey key;
  const SuperblockView* view = nullptr;
  const FilePattern* files = nullptr;
  const PatternActivity* activity = nullptr;
  std::uint64_t now_ns = 0;  // CLOCK_REALTIME of the snapshot

  std::string path() const;  // of the directory and the pattern

  // Not all entries were met: there may be more files.
  bool is_part() const { return files != nullptr && !view->info.survey->complete; }
};

std::vector<PatternRow> pattern_rows(const Snapshot& snapshot);
void add_pattern_rows(const Snapshot& snapshot, const SuperblockView& view, std::vector<PatternRow>& rows);

}  // namespace tmpfstrace
