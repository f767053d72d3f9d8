// SPDX-License-Identifier: Apache-2.0
#include "sources/recording_outliner.h"

#include <optional>

namespace tmpfstrace {

Result<RecordingOutliner> RecordingOutliner::open(const std::string& path) {
  Result<LineReader> lines = LineReader::open(path);
  if (!lines) return tl::unexpected(lines.error());
  RecordingOutliner outliner(std::move(*lines));
  (void)outliner.lines_.next();  // the header: whoever plays the recording has judged it
  return outliner;
}

bool RecordingOutliner::read(const std::function<bool()>& pause) {
  for (;;) {
    const Result<std::optional<std::string>> line = lines_.next();
    if (!line || !*line || !builder_.add_line(**line)) return true;
    if (pause()) return false;
  }
}

}  // namespace tmpfstrace
