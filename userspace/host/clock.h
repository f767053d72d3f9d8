// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <time.h>

#include <cstdint>

namespace tmpfstrace {

// Nanoseconds of a clock that every kernel has: CLOCK_REALTIME, CLOCK_MONOTONIC.
std::uint64_t read_clock_ns(clockid_t clock);

}  // namespace tmpfstrace
