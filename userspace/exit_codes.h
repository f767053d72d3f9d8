// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tmpfstrace {

// Documented in docs/tmpfstrace.8. doctor tells the mode: 0 is exact. audit tells the worst that it found: 0 is
// nothing.
constexpr int exit_ok = 0;
constexpr int exit_failure = 1;
constexpr int exit_usage = 2;
constexpr int exit_privilege = 3;
constexpr int exit_damaged = 4;
constexpr int exit_doctor_syscall = 10;
constexpr int exit_doctor_poll = 11;
constexpr int exit_audit_warning = 20;
constexpr int exit_audit_critical = 21;

}  // namespace tmpfstrace
