// SPDX-License-Identifier: Apache-2.0
// A bounded memory of one gauge: dense where it is young, thinned where it is old, from the first point to the last.
//
// An exponential histogram: at most PerLevel points of each level are kept; of one more, the two oldest of the level
// become one (the older of them) of the next. So an age of 2^k samples is known to about one part in PerLevel, and a
// day of samples a second takes the same memory as a minute. When all is full the oldest point goes: with 80 points,
// 5 a level, after some 300,000.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tmpfstrace {

struct HistoryPoint {
  std::uint64_t time_ns = 0;
  double value = 0;
};

template <std::size_t Capacity, std::size_t PerLevel>
class History {
 public:
  // time_ns must not be less than that of the point before.
  void add(const HistoryPoint& point) {
    if (size_ == Capacity) erase(0);
    points_[size_] = point;
    levels_[size_] = 0;
    ++size_;
    thin();
  }

  void clear() { size_ = 0; }

  std::span<const HistoryPoint> points() const { return {points_.data(), size_}; }

 private:
  // Levels never rise towards the young end, so that those of one level lie side by side.
  void thin() {
    std::size_t end = size_;
    while (end > 0) {
      std::size_t begin = end;
      while (begin > 0 && levels_[begin - 1] == levels_[end - 1]) --begin;
      if (end - begin <= PerLevel) return;
      ++levels_[begin];
      erase(begin + 1);
      end = begin + 1;
    }
  }

  void erase(std::size_t index) {
    std::copy(points_.begin() + static_cast<std::ptrdiff_t>(index) + 1,
              points_.begin() + static_cast<std::ptrdiff_t>(size_),
              points_.begin() + static_cast<std::ptrdiff_t>(index));
    std::copy(levels_.begin() + static_cast<std::ptrdiff_t>(index) + 1,
              levels_.begin() + static_cast<std::ptrdiff_t>(size_),
              levels_.begin() + static_cast<std::ptrdiff_t>(index));
    --size_;
  }

  std::array<HistoryPoint, Capacity> points_{};
  std::array<std::uint8_t, Capacity> levels_{};
  std::size_t size_ = 0;
};

}  // namespace tmpfstrace
