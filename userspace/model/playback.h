// SPDX-License-Identifier: Apache-2.0
// Playing a recording: what can be asked of it, where it stands, and what the whole of it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tmpfstrace {

enum class PlaybackCommand : std::uint8_t {
  toggle,          // pause, or play on
  step_forward,    // one sample, and pause
  step_back,       // the same
  first_refusal,   // to the sample, and pause; stays where it is when there is none
  next_event,      // the same
  previous_event,  // the same
  start,           // to the first sample; paused or playing as before
  faster,          // twice as fast
  slower,          // half as fast
};

inline constexpr double slowest_playback = 1.0 / 64;
inline constexpr double fastest_playback = 4096;

// One sample of a recording as a time line shows it.
struct OutlinedSample {
  std::uint64_t realtime_ns = 0;  // CLOCK_REALTIME
  std::optional<std::uint64_t>
      refused;                  // all that the ledger had counted by then; absent: nothing in it counts refusals
  std::uint64_t events = 0;     // refusals in detail between the sample before and this one
  bool limits_changed = false;  // a superblock has other limits than before
  bool operator==(const OutlinedSample&) const = default;
};

// Found by looking at a few fields of each line: a damage in the others is met only when the sample is played.
struct RecordingOutline {
  std::vector<OutlinedSample> samples;  // not empty

  // The refused total rose, or there are events or changed limits. Never the first sample.
  bool is_event(std::size_t index) const;
  bool refusals_rose(std::size_t index) const;

  // Absent: there is none.
  std::optional<std::size_t> next_event(std::size_t after) const;
  std::optional<std::size_t> previous_event(std::size_t before) const;
  std::optional<std::size_t> first_refusal() const;  // more refusals than the first sample has
};

// Where a replay stands with the sample that is shown.
struct Playback {
  bool ended = false;  // it is the last one; told only by a replay that keeps the recorded pace
  std::string damage;  // why it ended before the end of the recording; empty: it did not
  bool paused = false;
  double speed = 1;                                 // recorded seconds that pass in one
  std::uint64_t position = 0;                       // of the sample, from 0
  std::uint64_t begin_ns = 0;                       // CLOCK_REALTIME of the first sample
  std::optional<std::uint64_t> end_ns;              // of the last one; absent: not known yet
  std::shared_ptr<const RecordingOutline> outline;  // null: not known yet
  std::optional<double> reading;  // how much of the recording the outline knows, 0 to 1; absent: all, or none was made
  std::optional<double> seeking;  // on the way to another sample while this one is shown, 0 to 1; absent: it is not
  bool operator==(const Playback&) const = default;
};

}  // namespace tmpfstrace
