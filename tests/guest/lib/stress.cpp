// SPDX-License-Identifier: Apache-2.0
#include "stress.h"

#include <limits>

namespace guest {
namespace {

constexpr auto kRestTimeout = std::chrono::seconds(300);

std::unique_ptr<Mount> stress_mount(int index) {
  switch (index) {
    case 0: return std::make_unique<Mount>("size=512k,nr_inodes=20000");
    case 1: return std::make_unique<Mount>("size=1m,nr_inodes=30");
    default: return std::make_unique<Mount>("size=5m,nr_inodes=20000,huge=always");
  }
}

}  // namespace

Stress::Stress(Environment& env, std::uint64_t seed, bool page_out) {
  plan_.seed = seed;
  plan_.page_out = page_out;
  plan_.xattrs = env.kernel.charges_xattrs;
  for (int i = 0; i < kStressMounts; ++i) {
    mounts_.push_back(stress_mount(i));
    plan_.roots[i] = mounts_.back()->path();
  }
  for (int i = 0; i < kStressCgroups; ++i) {
    cgroups_.push_back(std::make_unique<Cgroup>(env.cgroups, "tt_stress" + std::to_string(i)));
  }
  for (int i = 0; i < kStressWorkers; ++i) {
    workers_.push_back(std::make_unique<Child>(cgroups_[static_cast<std::size_t>(i % kStressCgroups)].get(),
                                               "stress" + std::to_string(i),
                                               [this, i] { return stress_worker(plan_, *control_, i); }));
  }
}

Stress::~Stress() {
  end();
  workers_.clear();
}

void Stress::order(std::uint64_t allowed) {
  control_->allowed = allowed;
  ++control_->epoch;
}

bool Stress::wait_for_rest() {
  const std::uint64_t epoch = control_->epoch;
  return poll_until(kRestTimeout, [&] {
    for (const StressSlot& slot : control_->slots) {
      if (slot.parked != epoch) return false;
    }
    return true;
  });
}

bool Stress::run_to(std::uint64_t ops_per_worker) {
  order(ops_per_worker);
  return wait_for_rest();
}

void Stress::run_freely() { order(std::numeric_limits<std::uint64_t>::max()); }

bool Stress::pause() {
  order(0);
  return wait_for_rest();
}

void Stress::end() {
  control_->stop = 1;
  for (const auto& worker : workers_) worker->wait(std::chrono::seconds(20));
}

void Stress::remove_all() const {
  for (const auto& mount : mounts_) remove_tree(mount->path());
}

std::vector<const Mount*> Stress::mounts() const {
  std::vector<const Mount*> all;
  for (const auto& mount : mounts_) all.push_back(mount.get());
  return all;
}

PlaceTallies Stress::tallies(int group) const {
  PlaceTallies sums{};
  for (int worker = group; worker < kStressWorkers; worker += kStressCgroups) {
    for (std::size_t place = 0; place < sums.size(); ++place) sums[place] += control_->slots[worker].tally[place];
  }
  return sums;
}

std::uint64_t Stress::done() const {
  std::uint64_t sum = 0;
  for (const StressSlot& slot : control_->slots) sum += slot.done;
  return sum;
}

}  // namespace guest
