// SPDX-License-Identifier: Apache-2.0
// What the environment's tool said it lost, over all its starts, and what of it must not be. Second instances (late,
// tiny, loud...) are left out: what they may lose is for the cases that start them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace guest {

class Losses {
 public:
  using Counts = std::map<std::string, std::int64_t>;

  // The tool was started: it counts from 0 again.
  void restart() { last_.clear(); }
  // What it says now.
  void add(const Counts& now);
  // What came since the last call and may not come in this case; empty when nothing did.
  std::string unexpected(const std::string& test);
  // All that are not 0.
  std::string text() const;

 private:
  Counts last_;
  Counts sum_;
  Counts judged_;
};

}  // namespace guest
