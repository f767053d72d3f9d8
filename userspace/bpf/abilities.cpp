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

std::string gaps_of(const HookPlan& plan) {
  std::string text;
  for (const std::string& gap : plan.impossible) text += (text.empty() ? "" : "; ") + gap;
  return text;
}

}  // namespace

ProbedHost probe_host(const KernelFacts& facts) {
  ProbedHost host;
  HostAbilities& can = host.abilities;
  can.may_preempt = may_preempt(facts.preemption.model);
  can.preemption = std::string(preemption_name(facts.preemption.model)) + ", from " + facts.preemption.source;

  int codes[3] = {};
  can.no_fentry_reason = try_program("p_fentry", false, &codes[0]);
  can.fentry = can.no_fentry_reason.empty();
  can.no_kprobes_reason = try_program("p_kprobe", true, &codes[1]);
  can.kprobes = can.no_kprobes_reason.empty();
  can.no_raw_tracepoints_reason = try_program("p_raw_tp", false, &codes[2]);
  can.raw_tracepoints = can.no_raw_tracepoints_reason.empty();
  // Without a capability even the simplest program is refused; a kernel without a feature refuses only some.
  can.missing_privilege = codes[2] == EPERM || codes[2] == EACCES;

  auto shape = probe_kernel_shape();
  can.btf = shape.has_value();
  if (!shape) {
    can.no_btf_reason = shape.error().message;
    return host;
  }
  host.shape = std::move(*shape);
  can.fentry_gaps = gaps_of(plan_hooks(host.shape, HookFlavour::Fentry));
  can.kprobe_gaps = gaps_of(plan_hooks(host.shape, HookFlavour::Kprobe));
  return host;
}

}  // namespace tmpfstrace
