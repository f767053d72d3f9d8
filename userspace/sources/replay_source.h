// SPDX-License-Identifier: Apache-2.0
// A recording as a source of samples, as fast as they are taken. A damaged one is played as far as it is sound;
// damage() then says where it broke. What is shown and steered is a Player.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/sample_source.h"
#include "sources/recording_reader.h"

namespace tmpfstrace {

class ReplaySource : public SampleSource {
 public:
  // Fails when the file cannot be read, is no recording, or is damaged before anything could be played.
  static Result<std::unique_ptr<ReplaySource>> open(const std::string& path);

  Result<std::optional<Sample>> next_sample() override;
  Result<void> drain_events(const EventHandler& handler) override;

  // Complete once next_sample() has returned the end.
  std::optional<std::string> damage() const {
    return reader_.damage().empty() ? std::nullopt : std::optional(path_ + ": " + reader_.damage());
  }

 private:
  ReplaySource(std::string path, RecordingReader reader) : path_(std::move(path)), reader_(std::move(reader)) {}

  std::string path_;
  RecordingReader reader_;
  std::optional<RecordingReader::Step> first_;  // read when opened
  std::vector<RefusalEvent> events_;            // ready for drain_events
};

}  // namespace tmpfstrace
