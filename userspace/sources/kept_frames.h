// SPDX-License-Identifier: Apache-2.0
// The latest of what was played, so that a step back costs nothing. Bounded by number and by size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "model/played_frame.h"

namespace tmpfstrace {

class KeptFrames {
 public:
  struct Limits {
    std::size_t frames = 256;
    std::size_t rows = 100'000;   // of all snapshots: superblocks, cgroups and what is between them
    std::size_t events = 20'000;  // beyond those that the oldest frame shows
  };

  KeptFrames() : KeptFrames(Limits()) {}
  explicit KeptFrames(const Limits& limits) : limits_(limits) {}

  // Of the next sample; the latest one is always kept. events: between the sample before and this one.
  void add(std::vector<RefusalEvent> events, std::shared_ptr<const Snapshot> snapshot);

  bool has(std::uint64_t position) const { return position >= first_ && position - first_ < frames_.size(); }
  std::uint64_t end() const { return first_ + frames_.size(); }  // position of the next sample

  // Of a position that it has.
  const Snapshot& snapshot(std::uint64_t position) const { return *frames_[position - first_].snapshot; }
  PlayedFrame frame(std::uint64_t position) const;

 private:
  struct Kept {
    std::shared_ptr<const Snapshot> snapshot;
    std::uint64_t events_seen = 0;
    std::size_t rows = 0;
  };

  bool is_over_a_limit() const;
  bool drop_oldest();  // false: only the latest is left

  Limits limits_;
  std::deque<Kept> frames_;
  std::uint64_t first_ = 0;  // position of the oldest
  std::size_t rows_ = 0;
  std::deque<std::shared_ptr<const RefusalEvent>> events_;
  std::uint64_t events_before_ = 0;  // and not kept
};

}  // namespace tmpfstrace
