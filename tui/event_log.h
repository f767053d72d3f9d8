// SPDX-License-Identifier: Apache-2.0
// The latest refusals, bounded: a storm of them must not make the tool grow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "model/played_frame.h"
#include "model/sample.h"

namespace tmpfstrace {

struct LoggedEvent {
  std::uint64_t number = 0;                   // identity of the row; counts from 1 and never comes again
  std::shared_ptr<const RefusalEvent> event;  // never null; shared by the copies of a log
};

class EventLog {
 public:
  // pushed: that many were before, and are not kept.
  explicit EventLog(std::size_t capacity = most_events_shown, std::uint64_t pushed = 0)
      : capacity_(capacity), pushed_(pushed) {}

  void push(RefusalEvent event) {
    if (events_.size() >= capacity_ && !events_.empty()) events_.pop_front();
    events_.push_back({++pushed_, std::make_shared<const RefusalEvent>(std::move(event))});
  }

  const std::deque<LoggedEvent>& events() const { return events_; }  // oldest first
  std::uint64_t pushed() const { return pushed_; }

  // Of one log and a copy of it, some events later or after a reset.
  bool is_same(const EventLog& other) const {
    return pushed_ == other.pushed_ && events_.size() == other.events_.size();
  }

 private:
  std::size_t capacity_;
  std::uint64_t pushed_;
  std::deque<LoggedEvent> events_;
};

}  // namespace tmpfstrace
