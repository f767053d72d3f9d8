// SPDX-License-Identifier: Apache-2.0
#include "sources/replay_source.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "sources/recording_format.h"

namespace tmpfstrace {
namespace {

// A gap in a recording (a host that slept) is not sat out for longer than this.
constexpr double longest_pause_ms = 3'600'000;

}  // namespace

ReplaySource::ReplaySource(std::string path, LineReader lines, std::optional<double> speed)
    : path_(std::move(path)), lines_(std::move(lines)), speed_(speed) {}

Result<std::unique_ptr<ReplaySource>> ReplaySource::open(const std::string& path, std::optional<double> speed) {
  Result<LineReader> lines = LineReader::open(path);
  if (!lines) return tl::unexpected(lines.error());
  std::unique_ptr<ReplaySource> source(new ReplaySource(path, std::move(*lines), speed));
  source->read_header();
  if (source->damage()) return fail(*source->damage());
  source->ahead_ = source->read_step();
  if (source->is_over()) {
    // Nothing to play: said before a screen is taken for it.
    if (source->damage() && (speed || source->ahead_->events.empty())) return fail(*source->damage(), "", EBADMSG);
    if (speed) return fail(path + ": the recording has no sample");
  }
  return source;
}

void ReplaySource::read_header() {
  const Result<std::optional<std::string>> line = lines_.next();
  if (!line) return break_off("not a recording: " + line.error().message);
  if (!*line) return break_off("not a recording: the file is empty");
  const Result<RecordedLine> decoded = decode_line(**line);
  if (!decoded) return break_off("not a recording: " + decoded.error().message);
  if (!std::holds_alternative<RecordingHeader>(*decoded)) break_off("not a recording: it does not begin with a header");
}

Result<std::optional<Sample>> ReplaySource::next_sample() {
  Step step = ahead_ ? std::move(*ahead_) : read_step();
  ahead_.reset();
  std::move(step.events.begin(), step.events.end(), std::back_inserter(events_));
  if (step.sample) {
    current_ns_ = step.sample->monotonic_ns;
    if (speed_) ahead_ = read_step();
    step.sample->playback = Playback{is_over(), is_over() ? damage_ : ""};
  }
  return std::move(step.sample);
}

Result<void> ReplaySource::drain_events(const EventHandler& handler) {
  for (const RefusalEvent& event : std::exchange(events_, {})) handler(event);
  return {};
}

std::optional<std::chrono::milliseconds> ReplaySource::pace() const {
  if (!speed_) return std::nullopt;
  if (!ahead_ || !ahead_->sample || ahead_->sample->monotonic_ns <= current_ns_) return std::chrono::milliseconds(0);
  const double gap_ms = static_cast<double>(ahead_->sample->monotonic_ns - current_ns_) / 1e6 / *speed_;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(gap_ms, longest_pause_ms)));
}

ReplaySource::Step ReplaySource::read_step() {
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

void ReplaySource::break_off(const std::string& reason) {
  damage_ = fmt::format("line {}, byte {}: {}", std::max<std::uint64_t>(lines_.line_number(), 1), lines_.byte_offset(),
                        reason);
}

}  // namespace tmpfstrace
