// SPDX-License-Identifier: Apache-2.0
// A process that cannot be killed, in a cgroup at its memory limit.
#pragma once

#include <functional>
#include <string>

#include "fixture.h"

namespace guest {

struct LimitedWork {
  std::function<void()> prepare;    // before the limit: opens, maps and touches whatever act needs
  std::function<void(Tally&)> act;  // at the limit: system calls on memory that is there, nothing else
};

struct LimitedRun {
  Tally tally;  // of act, complete even when the limit had to be lifted
  std::int64_t pid = 0;
  bool lifted = false;  // before act came to its end
};

// Runs the work in `member`, whose own limit or an ancestor's (`limited`) is set 4 MiB above its use. Skips the case
// where processes cannot be made unkillable.
LimitedRun run_at_limit(Fixture& f, const Cgroup& limited, const Cgroup& member, const LimitedWork& work);

// Writes to the file until three writes have been refused: from then on there is no room for a page.
void fill_to_limit(int fd, Tally& tally);

}  // namespace guest
