// SPDX-License-Identifier: Apache-2.0
#include "web/event_stream.h"

#include <algorithm>
#include <cstring>

namespace tmpfstrace {

bool EventStream::has_more(Time now) const {
  return !piece_.empty() || (backlog_ != nullptr && backlog_->has_more(place_)) || now - read_at_ >= kHeartbeat;
}

std::size_t EventStream::read(char* buffer, std::size_t most, Time now) {
  if (piece_.empty()) piece_ = backlog_->read(place_, kPieceBytes, *lost_);
  if (piece_.empty() && now - read_at_ >= kHeartbeat) piece_.assign(1, '\n');
  if (piece_.empty()) return 0;
  const std::size_t size = std::min(most, piece_.size());
  std::memcpy(buffer, piece_.data(), size);
  piece_.erase(0, size);
  read_at_ = now;
  return size;
}

}  // namespace tmpfstrace
