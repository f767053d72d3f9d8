// SPDX-License-Identifier: Apache-2.0
#include "web/event_backlog.h"

#include <algorithm>

namespace tmpfstrace {

std::string lost_line(std::uint64_t count) { return R"({"type":"lost","count":)" + std::to_string(count) + "}"; }

void EventBacklog::add(std::string line) {
  bytes_ += line.size();
  lines_.push_back(std::move(line));
  while (lines_.size() > 1 && (lines_.size() > kMostEvents || bytes_ > kMostBytes)) {
    bytes_ -= lines_.front().size();
    lines_.pop_front();
    ++first_;
  }
}

std::uint64_t EventBacklog::place_for(std::size_t replay) const {
  return end() - std::min<std::uint64_t>(replay, lines_.size());
}

std::string EventBacklog::read(std::uint64_t& place, std::size_t most_bytes, std::uint64_t& lost) const {
  std::string text;
  if (place < first_) {
    lost += first_ - place;
    text = lost_line(first_ - place) + "\n";
    place = first_;
  }
  while (place < end()) {
    const std::string& line = lines_[place - first_];
    if (!text.empty() && text.size() + line.size() + 1 > most_bytes) break;
    text += line;
    text += '\n';
    ++place;
  }
  return text;
}

}  // namespace tmpfstrace
