// SPDX-License-Identifier: Apache-2.0
// One reader of /api/v1/events.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "web/event_backlog.h"

namespace tmpfstrace {

class EventStream {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kHeartbeat{15};
  static constexpr std::size_t kPieceBytes = 16 << 10;

  EventStream() = default;
  // `lost` counts what the reader misses. Both outlive the stream.
  EventStream(const EventBacklog& backlog, std::size_t replay, Time now, std::uint64_t& lost)
      : open(true), backlog_(&backlog), lost_(&lost), place_(backlog.place_for(replay)), read_at_(now) {}

  // What comes next, at most `most` bytes, moved into `buffer`: lines, an empty line as a sign of life when there was
  // nothing for 15 s, or 0: nothing yet.
  std::size_t read(char* buffer, std::size_t most, Time now);
  bool has_more(Time now) const;
  // It had something to take, and has not, for so long.
  bool is_stuck(Time now, std::chrono::milliseconds patience) const {
    return has_more(now) && now - read_at_ > kHeartbeat + patience;
  }

  bool open = false;
  bool ended = false;  // the next read is to be its last
  bool suspended = false;

 private:
  const EventBacklog* backlog_ = nullptr;
  std::uint64_t* lost_ = nullptr;
  std::uint64_t place_ = 0;
  std::string piece_;  // read from the backlog and not yet handed over
  Time read_at_{};
};

}  // namespace tmpfstrace
