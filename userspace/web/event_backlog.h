// SPDX-License-Identifier: Apache-2.0
// The newest events, bounded in number and bytes. Each reader has a place in it and no queue of its own: what went over
// its head it has lost, and is told how many that were.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace tmpfstrace {

class EventBacklog {
 public:
  static constexpr std::size_t kMostEvents = 1024;
  static constexpr std::size_t kMostBytes = 1 << 20;

  void add(std::string line);

  // The place of a reader who gets the last `replay` events first, as far as they are here.
  std::uint64_t place_for(std::size_t replay) const;
  bool has_more(std::uint64_t place) const { return place < end(); }

  // Lines from `place` on, each with its newline, about `most_bytes` and at least one; moves the place. Events that
  // were lost in between stand in front of them as {"type":"lost","count":n} and are added to `lost`.
  std::string read(std::uint64_t& place, std::size_t most_bytes, std::uint64_t& lost) const;

 private:
  std::uint64_t end() const { return first_ + lines_.size(); }

  std::deque<std::string> lines_;
  std::uint64_t first_ = 0;  // number of the first of them
  std::size_t bytes_ = 0;
};

// The line that says so, without its newline.
std::string lost_line(std::uint64_t count);

}  // namespace tmpfstrace
