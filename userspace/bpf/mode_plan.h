// SPDX-License-Identifier: Apache-2.0
// Which mode to run and why. Pure: probed facts in, a decision and its reason out; every combination is unit-tested.
#pragma once

#include <string>

#include "model/result.h"

namespace tmpfstrace {

struct HostAbilities {
  bool btf = false;  // the kernel carries its type information
  std::string no_btf_reason;
  bool may_preempt = true;  // the kernel may preempt a tracing program, which then loses events
  std::string preemption;   // "voluntary (uname -v)"
  bool fentry = false;      // an empty fentry program on a shmem function loads and attaches
  std::string no_fentry_reason;
  bool kprobes = false;  // the same with a kprobe
  std::string no_kprobes_reason;
  bool raw_tracepoints = false;
  std::string no_raw_tracepoints_reason;
  std::string fentry_gaps;  // what a plan with fentry lacks to be exact; empty: nothing
  std::string kprobe_gaps;
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

const char* run_mode_name(RunMode mode);
const char* run_hooks_name(RunHooks hooks);

}  // namespace tmpfstrace
