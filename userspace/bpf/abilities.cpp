// SPDX-License-Identifier: Apache-2.0
#include "bpf/abilities.h"

#include <cerrno>
#include <string>

#include "bpf/handles.h"
#include "bpf/kernel_shape.h"
#include "probe.skel.h"

namespace tmpfstrace {
namespace {

// Empty: it works. Otherwise why not; *code gets the errno.
std::string try_program(const char* name, bool kprobe, int* code) {
  const SkeletonHandle<probe_bpf> skeleton(probe_bpf::open(nullptr));
  if (!skeleton) {
    *code = errno;
    return bpf_fail("cannot open", errno).value().message;
  }
  bpf_program* program = bpf_object__find_program_by_name(skeleton->obj, name);
  bpf_program__set_autoload(program, true);
  if (const int error = probe_bpf::load(skeleton.get())) {
    *code = -error;
    return bpf_fail("the kernel refuses to load it", error).value().message;
  }
  const LinkHandle link(kprobe ? bpf_program__attach_kprobe(program, false, "shmem_destroy_inode")
                               : bpf_program__attach(program));
  if (!link) {
    *code = errno;
    return bpf_fail("the kernel refuses to attach it", errno).value().message;
  }
  *code = 0;
  return {};
}

bool is_refusal(int code) { return code == EPERM || code == EACCES; }

std::string gaps_of(const HookPlan& plan) {
  std::string text;
  for (const std::string& gap : plan.impossible) text += (text.empty() ? "" : "; ") + gap;
  return text;
}

}  // namespace

ProbedHost probe_host(const KernelFacts& facts, bool all) {
  ProbedHost host;
  HostAbilities& can = host.abilities;
  can.may_preempt = may_preempt(facts.preemption.model);
  can.preemption = preemption_name(facts.preemption.model);
  if (facts.preemption.model != Preemption::Unknown) can.preemption += ", from " + facts.preemption.source;

  auto shape = probe_kernel_shape();
  can.btf = shape.has_value();
  if (shape) {
    host.shape = std::move(*shape);
    can.no_btf_reason.clear();
    can.fentry_gaps = gaps_of(plan_hooks(host.shape, HookFlavour::Fentry));
    can.kprobe_gaps = gaps_of(plan_hooks(host.shape, HookFlavour::Kprobe));
  } else {
    can.no_btf_reason = shape.error().message;
  }

  int code = 0;
  can.no_fentry_reason = all || !can.may_preempt
                             ? try_program("p_fentry", false, &code)
                             : "it would lose events: the kernel may preempt (" + can.preemption + ")";
  can.fentry = can.no_fentry_reason.empty();
  can.missing_privilege = is_refusal(code);
  // Kprobes are what is left when fentry is not exact, and may be asked for.
  can.no_kprobes_reason = try_program("p_kprobe", true, &code);
  can.kprobes = can.no_kprobes_reason.empty();
  if (all || !(can.fentry || can.kprobes)) {
    can.no_raw_tracepoints_reason = try_program("p_raw_tp", false, &code);
    // Without a capability even the simplest program is refused; a kernel without a feature refuses only some.
    can.missing_privilege = is_refusal(code);
  }
  can.raw_tracepoints = can.no_raw_tracepoints_reason.empty();
  return host;
}

}  // namespace tmpfstrace
