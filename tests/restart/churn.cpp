// SPDX-License-Identifier: Apache-2.0
#include "churn.h"

#include <fcntl.h>
#include <unistd.h>

#include "lib/ops.h"

namespace guest {
namespace {

constexpr auto kBetweenRounds = std::chrono::milliseconds(400);
constexpr int kFiles = 12;  // more than the superblock has inodes for

// Until it is refused, and twice more.
void fill(const std::string& path, Tally& tally) {
  const Fd fd(create(path, tally));
  if (fd.get() < 0) return;
  for (int refused = 0; refused < 3;) {
    if (put(fd.get(), pattern(), static_cast<std::size_t>(kPage), kAtPosition, tally) < 0) ++refused;
  }
}

}  // namespace

Churn::Churn(Environment& env, bool refused_paths) : env_(env), refused_paths_(refused_paths) {
  go_on();
  child_ = std::make_unique<Child>(nullptr, "churn", [this] {
    for (; control_->stop == 0; nap(kBetweenRounds)) {
      if (control_->rounds >= control_->allowed) continue;
      go_round();
      ++control_->rounds;
    }
    return 0;
  });
}

Churn::~Churn() { stop(); }

bool Churn::stop() {
  control_->stop = 1;
  const auto status = child_->wait(std::chrono::seconds(60));
  return status && *status == 0;
}

void Churn::go_round() {
  Cgroup group(env_.cgroups, "tt_churn" + std::to_string(control_->rounds));
  {
    Mount brief("size=64k,nr_inodes=8");
    run_child(&group, "churned", [&] {
      Tally& tally = control_->tally;
      fill(brief.file("full"), tally);
      for (int i = 0; refused_paths_ && i < kFiles; ++i) {
        const Fd fd(create(brief.file("f" + std::to_string(i)), tally));
      }
      fill(lasting_.file("full"), tally);
      return 0;
    });
    // By somebody else, while the cgroup lives on without a process.
    ::unlink(lasting_.file("full").c_str());
  }
  group.remove();
}

}  // namespace guest
