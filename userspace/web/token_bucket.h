// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>

namespace tmpfstrace {

// `burst` at once, and one more after each interval. The caller has the clock.
class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  TokenBucket(Duration interval, unsigned burst, Time now)
      : interval_(interval), burst_(burst), tokens_(burst), filled_(now) {}

  bool take(Time now) {
    fill(now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  bool is_full(Time now) {
    fill(now);
    return tokens_ >= burst_;
  }

 private:
  void fill(Time now) {
    if (now <= filled_) return;
    const double gained = std::chrono::duration<double>(now - filled_) / std::chrono::duration<double>(interval_);
    tokens_ = std::min(tokens_ + gained, static_cast<double>(burst_));
    filled_ = now;
  }

  Duration interval_;
  unsigned burst_;
  double tokens_;
  Time filled_;
};

}  // namespace tmpfstrace
