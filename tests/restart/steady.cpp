// SPDX-License-Identifier: Apache-2.0
#include "steady.h"

#include <unistd.h>

#include "lib/ops.h"

namespace guest {
namespace {

constexpr auto kBetweenOperations = std::chrono::milliseconds(8);

int be_refused(const Mount& mount, std::atomic<int>& stop, Tally& tally) {
  const Fd fd(create(mount.file("file"), tally));
  for (std::uint64_t i = 0; stop == 0; ++i) {
    // Fills up, is refused for a while, and begins anew.
    if (i % 64 == 0 && ::ftruncate(fd.get(), 0) != 0) return 1;
    if (i % 64 == 0) ::lseek(fd.get(), 0, SEEK_SET);
    put(fd.get(), pattern(), 3000, kAtPosition, tally);
    const Fd more(create(mount.file("f" + std::to_string(i)), tally));
    nap(kBetweenOperations);
  }
  return 0;
}

}  // namespace

Steady::Steady(Environment& env) {
  for (int i = 0; i < kWorkers; ++i) {
    mounts_.push_back(std::make_unique<Mount>("size=64k,nr_inodes=10"));
    cgroups_.push_back(std::make_unique<Cgroup>(env.cgroups, "tt_steady" + std::to_string(i)));
    workers_.push_back(std::make_unique<Child>(cgroups_.back().get(), "steady" + std::to_string(i), [this, i] {
      return be_refused(mount(i), control_->stop, control_->tally[i]);
    }));
  }
}

bool Steady::stop() {
  control_->stop = 1;
  bool good = true;
  for (const auto& worker : workers_) {
    const auto status = worker->wait(std::chrono::seconds(60));
    good = good && status && *status == 0;
  }
  return good;
}

Tally Steady::tally() const {
  Tally sum;
  for (int i = 0; i < kWorkers; ++i) sum += control_->tally[i];
  return sum;
}

}  // namespace guest
