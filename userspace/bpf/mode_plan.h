// SPDX-License-Identifier: Apache-2.0
// Which mode to run and why. Pure: probed facts in, a decision and its reason out; every combination is unit-tested.
#pragma once

#include <string>

#include "model/result.h"

namespace tmpfstrace {

inline constexpr const char* kNotTried = "not tried";

struct HostAbilities {
  bool btf = false;  // the kernel carries its type information
  std::string no_btf_reason = kNotTried;
  bool may_preempt = true;  // the kernel may preempt a tracing program, which then loses events
  std::string preemption;   // "voluntary, from uname -v"; "unknown"; empty: not tried
  bool fentry = false;      // an empty fentry program on a shmem function loads and attaches
  std::string no_fentry_reason = kNotTried;
  bool kprobes = false;  // the same with a kprobe
  std::string no_kprobes_reason = kNotTried;
  bool raw_tracepoints = false;
  std::string no_raw_tracepoints_reason = kNotTried;
  std::string fentry_gaps;  // what a plan with fentry lacks to be exact; empty: nothing
  std::string kprobe_gaps;
  // The probes passed, and the mode did not start all the same: why. Empty: it was not tried, or runs.
  std::string fentry_failure;
  std::string kprobe_failure;
  std::string syscall_failure;
  bool missing_privilege = false;  // something above was refused for want of a capability
};

enum class RunMode { Exact, Syscall, Poll };
enum class RunHooks { None, Fentry, Kprobe, RawTracepoint };

struct ModeDecision {
  RunMode mode = RunMode::Poll;
  RunHooks hooks = RunHooks::None;
  std::string reason;  // one sentence for people
};

// wanted_mode: "auto", "exact", "syscall", "poll"; wanted_hooks: "auto", "fentry", "kprobe". A wish that this host
// cannot grant is an error that says why; it is never silently replaced.
Result<ModeDecision> decide_mode(const HostAbilities& host, const std::string& wanted_mode,
                                 const std::string& wanted_hooks);

// Nothing in particular was asked for: what fails to start may be replaced by the next best.
bool may_fall_back(const std::string& wanted_mode, const std::string& wanted_hooks);

// Takes note that what was decided did not start, so that the next decision is another one.
void add_failure(HostAbilities& host, const ModeDecision& decision, const std::string& why);

const char* run_mode_name(RunMode mode);
const char* run_hooks_name(RunHooks hooks);

}  // namespace tmpfstrace
