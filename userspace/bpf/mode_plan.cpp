// SPDX-License-Identifier: Apache-2.0
#include "bpf/mode_plan.h"

#include <cerrno>

namespace tmpfstrace {
namespace {

// Why fentry would not be exact here; empty: it would.
std::string against_fentry(const HostAbilities& host) {
  if (!host.btf) return "no kernel type information: " + host.no_btf_reason;
  if (!host.fentry) return "fentry: " + host.no_fentry_reason;
  if (!host.fentry_gaps.empty()) return "fentry: " + host.fentry_gaps;
  if (host.may_preempt) return "fentry would lose events: the kernel may preempt (" + host.preemption + ")";
  if (!host.fentry_failure.empty()) return "fentry did not start: " + host.fentry_failure;
  return {};
}

std::string against_kprobes(const HostAbilities& host) {
  if (!host.btf) return "no kernel type information: " + host.no_btf_reason;
  if (!host.kprobes) return "kprobes: " + host.no_kprobes_reason;
  if (!host.kprobe_gaps.empty()) return "kprobes: " + host.kprobe_gaps;
  if (!host.kprobe_failure.empty()) return "kprobes did not start: " + host.kprobe_failure;
  return {};
}

std::string against_syscall(const HostAbilities& host) {
  if (!host.btf) return "no kernel type information: " + host.no_btf_reason;
  if (!host.raw_tracepoints) return "raw tracepoints: " + host.no_raw_tracepoints_reason;
  if (!host.syscall_failure.empty()) return "raw tracepoints did not start: " + host.syscall_failure;
  return {};
}

tl::unexpected<Error> refuse(const HostAbilities& host, const std::string& wish, const std::string& why) {
  return fail("this host cannot run " + wish + ": " + why,
              host.missing_privilege ? "run as root, or give it CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN"
                                     : "leave the choice to the program (auto), or see `tmpfstrace doctor`",
              host.missing_privilege ? EPERM : 0);
}

Result<ModeDecision> decide_exact(const HostAbilities& host, const std::string& wanted_hooks) {
  const std::string fentry = against_fentry(host);
  const std::string kprobes = against_kprobes(host);
  if (wanted_hooks == "fentry") {
    if (!fentry.empty()) return refuse(host, "--hooks fentry", fentry);
    return ModeDecision{RunMode::Exact, RunHooks::Fentry, "fentry was asked for"};
  }
  if (wanted_hooks == "kprobe") {
    if (!kprobes.empty()) return refuse(host, "--hooks kprobe", kprobes);
    return ModeDecision{RunMode::Exact, RunHooks::Kprobe, "kprobes were asked for"};
  }
  if (fentry.empty())
    return ModeDecision{RunMode::Exact, RunHooks::Fentry,
                        "fentry works and the kernel does not preempt it (" + host.preemption + ")"};
  if (kprobes.empty()) return ModeDecision{RunMode::Exact, RunHooks::Kprobe, "kprobes, because " + fentry};
  return refuse(host, "the exact mode", fentry == kprobes ? fentry : fentry + "; " + kprobes);
}

}  // namespace

Result<ModeDecision> decide_mode(const HostAbilities& host, const std::string& wanted_mode,
                                 const std::string& wanted_hooks) {
  if (wanted_mode == "exact" || (wanted_mode == "auto" && wanted_hooks != "auto"))
    return decide_exact(host, wanted_hooks);
  if (wanted_mode == "poll") return ModeDecision{RunMode::Poll, RunHooks::None, "polling was asked for"};
  const std::string syscall = against_syscall(host);
  if (wanted_mode == "syscall") {
    if (!syscall.empty()) return refuse(host, "the syscall mode", syscall);
    return ModeDecision{RunMode::Syscall, RunHooks::RawTracepoint, "the syscall mode was asked for"};
  }
  auto exact = decide_exact(host, wanted_hooks);
  if (exact) return exact;
  if (syscall.empty())
    return ModeDecision{RunMode::Syscall, RunHooks::RawTracepoint, "not exact, because " + exact.error().message};
  return ModeDecision{RunMode::Poll, RunHooks::None, "no BPF, because " + exact.error().message + "; " + syscall};
}

bool may_fall_back(const std::string& wanted_mode, const std::string& wanted_hooks) {
  return wanted_mode == "auto" && wanted_hooks == "auto";
}

void add_failure(HostAbilities& host, const ModeDecision& decision, const std::string& why) {
  switch (decision.hooks) {
    case RunHooks::Fentry: host.fentry_failure = why; return;
    case RunHooks::Kprobe: host.kprobe_failure = why; return;
    case RunHooks::RawTracepoint: host.syscall_failure = why; return;
    case RunHooks::None: return;
  }
}

const char* run_mode_name(RunMode mode) {
  switch (mode) {
    case RunMode::Exact: return "exact";
    case RunMode::Syscall: return "syscall";
    case RunMode::Poll: return "poll";
  }
  return "?";
}

const char* run_hooks_name(RunHooks hooks) {
  switch (hooks) {
    case RunHooks::None: return "";
    case RunHooks::Fentry: return "fentry";
    case RunHooks::Kprobe: return "kprobe";
    case RunHooks::RawTracepoint: return "raw_tracepoint";
  }
  return "?";
}

}  // namespace tmpfstrace
