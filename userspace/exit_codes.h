// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tmpfstrace {

// Documented in docs/tmpfstrace.8. doctor has its own: 0 exact, 10 syscall, 11 poll.
constexpr int exit_ok = 0;
constexpr int exit_failure = 1;
constexpr int exit_usage = 2;
constexpr int exit_privilege = 3;
constexpr int exit_damaged = 4;

}  // namespace tmpfstrace
