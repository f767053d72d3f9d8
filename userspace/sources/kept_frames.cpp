// SPDX-License-Identifier: Apache-2.0
#include "sources/kept_frames.h"

#include <algorithm>
#include <utility>

namespace tmpfstrace {

void KeptFrames::add(std::vector<RefusalEvent> events, std::shared_ptr<const Snapshot> snapshot) {
  for (RefusalEvent& event : events) events_.push_back(std::make_shared<const RefusalEvent>(std::move(event)));
  const std::size_t rows = snapshot->superblocks.size() + snapshot->cgroups.size() + snapshot->ledger.size();
  frames_.push_back({std::move(snapshot), events_before_ + events_.size(), rows});
  rows_ += rows;
  do {
    const std::uint64_t first_shown =
        frames_.front().events_seen - std::min<std::uint64_t>(frames_.front().events_seen, most_events_shown);
    while (events_before_ < first_shown) {
      events_.pop_front();
      ++events_before_;
    }
  } while (is_over_a_limit() && drop_oldest());
}

bool KeptFrames::is_over_a_limit() const {
  return frames_.size() > limits_.frames || rows_ > limits_.rows || events_.size() > limits_.events + most_events_shown;
}

bool KeptFrames::drop_oldest() {
  if (frames_.size() == 1) return false;
  rows_ -= frames_.front().rows;
  frames_.pop_front();
  ++first_;
  return true;
}

PlayedFrame KeptFrames::frame(std::uint64_t position) const {
  const Kept& kept = frames_[position - first_];
  const std::uint64_t shown = std::min<std::uint64_t>(kept.events_seen, most_events_shown);
  const auto end = events_.begin() + static_cast<std::ptrdiff_t>(kept.events_seen - events_before_);
  return {kept.snapshot, {end - static_cast<std::ptrdiff_t>(shown), end}, kept.events_seen};
}

}  // namespace tmpfstrace
