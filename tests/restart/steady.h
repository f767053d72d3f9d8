// SPDX-License-Identifier: Apache-2.0
// Three cgroups, each with a full superblock of its own, that are refused writes and files all the time: what mode
// syscall counts.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "lib/child.h"
#include "lib/fixture.h"
#include "lib/mount.h"

namespace guest {

class Steady {
 public:
  static constexpr int kWorkers = 3;

  explicit Steady(Environment& env);

  bool stop();
  Tally tally() const;  // at rest
  const Mount& mount(int index) const { return *mounts_[static_cast<std::size_t>(index)]; }
  const Cgroup& cgroup(int index) const { return *cgroups_[static_cast<std::size_t>(index)]; }
  const Tally& tally_of(int index) const { return control_->tally[index]; }

 private:
  struct Control {
    std::atomic<int> stop;
    Tally tally[kWorkers];
  };

  Shared<Control> control_;
  std::vector<std::unique_ptr<Mount>> mounts_;
  std::vector<std::unique_ptr<Cgroup>> cgroups_;
  std::vector<std::unique_ptr<Child>> workers_;
};

}  // namespace guest
