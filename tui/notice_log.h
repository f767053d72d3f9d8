// SPDX-License-Identifier: Apache-2.0
// What happened, in the order in which it did: verdicts that came and went, limits that changed, and what watching
// itself met. Bounded. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "model/snapshot.h"
#include "tui/tracks.h"

namespace tmpfstrace {

struct Notice {
  std::uint64_t number = 0;  // identity of the row; counts from 1 and never comes again
  std::uint64_t realtime_ns = 0;
  Severity severity = Severity::info;
  std::string kind;  // "found", "over", "limit", "loss", "mode", "mount", "screen"
  std::string text;
};

class NoticeLog {
 public:
  explicit NoticeLog(std::size_t capacity = 500) : capacity_(capacity) {}

  void push(std::uint64_t realtime_ns, Severity severity, std::string kind, std::string text);

  // What is different between two snapshots. before: null for the first. changes: since before; null: not known.
  void observe(const Snapshot* before, const Snapshot& now, const Changes* changes = nullptr);

  // A recording was set back: what happened later has not happened yet.
  void forget_from(std::uint64_t realtime_ns);
  void forget_after(std::uint64_t realtime_ns) { forget_from(realtime_ns + 1); }

  const std::deque<Notice>& notices() const { return notices_; }  // oldest first
  std::uint64_t pushed() const { return pushed_; }

 private:
  std::size_t capacity_;
  std::uint64_t pushed_ = 0;
  std::deque<Notice> notices_;
};

}  // namespace tmpfstrace
