// SPDX-License-Identifier: Apache-2.0
// A recording as a source of samples. A damaged one is played as far as it is sound; damage() then says where it broke.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/sample_source.h"
#include "sources/line_reader.h"

namespace tmpfstrace {

class ReplaySource : public SampleSource {
 public:
  // speed: how many recorded seconds pass in one; absent: as fast as it can. Fails when the file cannot be read, is no
  // recording, is damaged before anything could be played, or, with a speed, has no sample to show.
  static Result<std::unique_ptr<ReplaySource>> open(const std::string& path, std::optional<double> speed);

  Result<std::optional<Sample>> next_sample() override;
  Result<void> drain_events(const EventHandler& handler) override;
  std::optional<std::chrono::milliseconds> pace() const override;

  // Complete once next_sample() has returned the end.
  std::optional<std::string> damage() const {
    return damage_.empty() ? std::nullopt : std::optional(path_ + ": " + damage_);
  }

 private:
  // A sample and the events before it. The last one of a recording may have events alone.
  struct Step {
    std::vector<RefusalEvent> events;
    std::optional<Sample> sample;
  };

  ReplaySource(std::string path, LineReader lines, std::optional<double> speed);

  void read_header();
  bool is_over() const { return ahead_ && !ahead_->sample; }
  Step read_step();
  void break_off(const std::string& reason);

  std::string path_;
  LineReader lines_;
  std::optional<double> speed_;
  std::uint64_t current_ns_ = 0;      // monotonic, of the sample returned last
  std::optional<Step> ahead_;         // read early: the first one, and all when the pace depends on it
  std::vector<RefusalEvent> events_;  // ready for drain_events
  std::string damage_;                // "line 3, byte 162: the last line is cut"; empty while the recording is sound
};

}  // namespace tmpfstrace
