// SPDX-License-Identifier: Apache-2.0
// Random operations by six processes in three cgroups on three mounts, which stop at a word for a checkpoint.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "child.h"
#include "fixture.h"
#include "mount.h"

namespace guest {

inline constexpr int kStressMounts = 3;
inline constexpr int kStressCgroups = 3;
inline constexpr int kStressWorkers = 6;

// Where a worker is active: on the mounts, and by memfds on the kernel's internal one.
inline constexpr int kInternal = kStressMounts;
inline constexpr int kStressPlaces = kStressMounts + 1;
using PlaceTallies = std::array<Tally, kStressPlaces>;

struct alignas(64) StressSlot {
  std::atomic<std::uint64_t> done;    // operations that did something or were refused
  std::atomic<std::uint64_t> parked;  // the epoch in which the worker came to rest
  PlaceTallies tally;
};

struct StressControl {
  std::atomic<std::uint64_t> allowed;  // operations of each worker
  std::atomic<std::uint64_t> epoch;    // goes up with every order
  std::atomic<int> stop;
  std::atomic<int> pause_ms;  // after each operation, where somebody else needs the processors as well
  StressSlot slots[kStressWorkers];
};

struct StressPlan {
  std::string roots[kStressMounts];
  bool xattrs = false;  // only where they are charged: elsewhere they change nothing
  bool page_out = false;
  std::uint64_t seed = 0;
};

// The body of one worker.
int stress_worker(const StressPlan& plan, StressControl& control, int index);

class Stress {
 public:
  // page_out: the workers push pages out to swap as well.
  Stress(Environment& env, std::uint64_t seed, bool page_out = false);
  ~Stress();

  // So that a tool can load its programs meanwhile on few processors.
  void slow_down(int pause_ms = 8) { control_->pause_ms = pause_ms; }
  // Each worker goes on until it has done this many operations in all, then rests. False when one died or hangs.
  bool run_to(std::uint64_t ops_per_worker);
  void run_freely();
  bool pause();
  void end();  // the workers leave; their open files go with them
  void remove_all() const;

  std::vector<const Mount*> mounts() const;
  const Cgroup& cgroup(int index) const { return *cgroups_[static_cast<std::size_t>(index)]; }
  PlaceTallies tallies(int group) const;  // at rest
  std::uint64_t done() const;

 private:
  void order(std::uint64_t allowed);
  bool wait_for_rest();

  StressPlan plan_;
  Shared<StressControl> control_;
  std::vector<std::unique_ptr<Mount>> mounts_;
  std::vector<std::unique_ptr<Cgroup>> cgroups_;
  std::vector<std::unique_ptr<Child>> workers_;
};

}  // namespace guest
