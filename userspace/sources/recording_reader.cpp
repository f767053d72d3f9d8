// SPDX-License-Identifier: Apache-2.0
#include "sources/recording_reader.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "sources/recording_format.h"

namespace tmpfstrace {

Result<RecordingReader> RecordingReader::open(const std::string& path) {
  Result<LineReader> lines = LineReader::open(path);
  if (!lines) return tl::unexpected(lines.error());
  RecordingReader reader(std::move(*lines));
  reader.read_header();
  if (!reader.damage_.empty()) return fail(path + ": " + reader.damage_);
  return reader;
}

void RecordingReader::read_header() {
  const Result<std::optional<std::string>> line = lines_.next();
  if (!line) return break_off("not a recording: " + line.error().message);
  if (!*line) return break_off("not a recording: the file is empty");
  const Result<RecordedLine> decoded = decode_line(**line);
  if (!decoded) return break_off("not a recording: " + decoded.error().message);
  if (!std::holds_alternative<RecordingHeader>(*decoded)) break_off("not a recording: it does not begin with a header");
}

RecordingReader::Step RecordingReader::next() {
  Step step;
  while (damage_.empty()) {
    Result<std::optional<std::string>> line = lines_.next();
    if (!line) {
      break_off(line.error().message);
      break;
    }
    if (!*line) break;
    Result<RecordedLine> decoded = decode_line(**line);
    if (!decoded) {
      break_off(decoded.error().message);
    } else if (auto* event = std::get_if<RefusalEvent>(&*decoded)) {
      step.events.push_back(std::move(*event));
    } else if (auto* sample = std::get_if<Sample>(&*decoded)) {
      step.sample = std::move(*sample);
      break;
    } else {
      // Counters start anew there: a rate across the seam would be a lie.
      break_off("a second recording begins here");
    }
  }
  return step;
}

void RecordingReader::break_off(const std::string& reason) {
  damage_ = fmt::format("line {}, byte {}: {}", std::max<std::uint64_t>(lines_.line_number(), 1), lines_.byte_offset(),
                        reason);
}

}  // namespace tmpfstrace
