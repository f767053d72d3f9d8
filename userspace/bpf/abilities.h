// SPDX-License-Identifier: Apache-2.0
// What this host allows, found by trying: empty programs are loaded and attached, then removed.
#pragma once

#include "bpf/hook_plan.h"
#include "bpf/mode_plan.h"
#include "host/kernel_facts.h"

namespace tmpfstrace {

struct ProbedHost {
  HostAbilities abilities;
  KernelShape shape;
};

// Each try costs a load of the kernel's type information. `all`: try everything, for a report; otherwise only what the
// choice can depend on (fentry is not tried where the kernel may preempt it, nor what is worse than what works).
ProbedHost probe_host(const KernelFacts& facts, bool all);

}  // namespace tmpfstrace
