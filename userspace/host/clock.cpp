// SPDX-License-Identifier: Apache-2.0
#include "host/clock.h"

namespace tmpfstrace {

std::uint64_t read_clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace tmpfstrace
