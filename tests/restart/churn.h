// SPDX-License-Identifier: Apache-2.0
// Cgroups and superblocks that come, are refused something, and end, while nobody waits for the tool.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "lib/child.h"
#include "lib/fixture.h"
#include "lib/mount.h"

namespace guest {

class Churn {
 public:
  // Refused paths: also files that are refused, on superblocks that are gone soon; only mode exact counts those in
  // time.
  Churn(Environment& env, bool refused_paths);
  ~Churn();

  // The tool has given back rows: there is room for more rounds, however slow its next start is.
  void go_on() { control_->allowed = control_->rounds + kRoundsAhead; }

  // At rest; the last round is over.
  bool stop();
  Tally tally() const { return control_->tally; }
  std::uint64_t rounds() const { return control_->rounds; }

 private:
  static constexpr std::uint64_t kRoundsAhead = 30;

  struct Control {
    std::atomic<int> stop;
    std::atomic<std::uint64_t> rounds;
    std::atomic<std::uint64_t> allowed;
    Tally tally;
  };

  void go_round();

  Environment& env_;
  bool refused_paths_;
  Mount lasting_{"size=64k,nr_inodes=100"};  // outlives the cgroups that write to it
  Shared<Control> control_;
  std::unique_ptr<Child> child_;
};

}  // namespace guest
