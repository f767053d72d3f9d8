// SPDX-License-Identifier: Apache-2.0
// A recording that is watched: played at a pace, held, and gone through forwards and backwards. What is shown at a
// sample is what playing straight through shows there: on the way to it every sample is analysed, if need be from the
// first on.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "model/analyst.h"
#include "model/playback.h"
#include "model/played_frame.h"
#include "model/result.h"
#include "sources/kept_frames.h"
#include "sources/recording_outliner.h"
#include "sources/recording_reader.h"

namespace tmpfstrace {

struct PlayerOptions {
  double speed = 1;
  bool events = true;  // take notice of refusals in detail
  VerdictThresholds thresholds = {};
  KeptFrames::Limits kept = {};
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
  // Called with every snapshot that is made, also on the way to another one; from the first on again where that leads
  // back. May be empty.
  std::function<void(const std::shared_ptr<const Snapshot>&)> on_snapshot = {};
};

class Player {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Fails when the file cannot be read, is no recording or has no sample to show.
  static Result<std::unique_ptr<Player>> open(const std::string& path, PlayerOptions options);

  // What changed by a call: the frame that is shown, or only where the replay stands.
  enum class News : std::uint8_t { none, playback, frame };

  void set_on_snapshot(std::function<void(const std::shared_ptr<const Snapshot>&)> handler) {
    options_.on_snapshot = std::move(handler);
  }

  // Carried out at once, or begun: then work() goes on with it.
  News steer(PlaybackCommand command);

  // Plays what is due, at most so many samples; or goes on for some ten milliseconds with what takes long. An error:
  // the recording cannot be opened any more.
  Result<News> work(std::uint64_t most_samples = UINT64_MAX);

  // When work() has something to do, which may be now; absent: not before the next command.
  std::optional<Time> due() const;

  // What is shown. Not before the first work().
  PlayedFrame frame() const;
  Playback playback() const;

  std::uint64_t played() const { return played_; }  // samples shown, or passed because they came too fast to be shown

  // Where it broke; absent: what was played so far is sound.
  std::optional<std::string> damage() const;

 private:
  using Step = RecordingReader::Step;

  // To a sample that is not kept, while the one before is shown.
  struct Seek {
    std::uint64_t target = 0;
    std::uint64_t from = 0;  // sample taken first, for the progress
  };

  Player(std::string path, RecordingReader reader, PlayerOptions options);

  void take_sample();
  void end_after(std::uint64_t samples);
  std::optional<std::chrono::nanoseconds> gap() const;
  std::optional<Time> next_sample_at() const;
  News play(std::uint64_t most_samples);
  News show(std::uint64_t position);
  Playback playback_at(std::uint64_t position) const;

  News toggle();
  News change_speed(double factor);
  News step_to(std::uint64_t target);
  News find(PlaybackCommand command);
  News go_to(std::uint64_t target);
  Result<News> seek();
  Result<void> restart();
  News read_outline();
  News report();
  std::uint64_t heading() const { return seek_ ? seek_->target : shown_; }
  bool is_last(std::uint64_t position) const { return sound_samples_ && position + 1 >= *sound_samples_; }
  bool is_slice_over(Time begin) const { return options_.now() - begin >= slice_; }

  static constexpr std::chrono::milliseconds slice_{30};

  std::string path_;
  PlayerOptions options_;
  RecordingReader reader_;
  Step ahead_;  // the sample after the last one taken; none: that was the last
  Analyst analyst_;
  KeptFrames kept_;
  std::optional<PlayedFrame> current_;
  std::uint64_t shown_ = 0;
  Time shown_at_;  // when its time began
  bool paused_ = false;
  double speed_ = 1;
  std::uint64_t begin_ns_ = 0;
  std::optional<Seek> seek_;
  bool must_restart_ = false;
  std::optional<PlaybackCommand> wanted_;  // its sample is looked for in the part of the outline that is not known yet
  std::optional<RecordingOutliner> outliner_;  // while it is at work
  bool outline_has_turn_ = false;
  std::shared_ptr<const RecordingOutline> outline_;
  std::optional<std::uint64_t> sound_samples_;  // once the end was met
  Time reported_at_;
  std::uint64_t played_ = 0;
  std::string damage_;
};

}  // namespace tmpfstrace
