// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tmpfstrace {

// Documented in docs/tmpfstrace.8. doctor tells the mode: 0 is exact.
constexpr int exit_ok = 0;
constexpr int exit_failure = 1;
constexpr int exit_usage = 2;
constexpr int exit_privilege = 3;
constexpr int exit_damaged = 4;
constexpr int exit_doctor_syscall = 10;
constexpr int exit_doctor_poll = 11;

}  // namespace tmpfstrace
