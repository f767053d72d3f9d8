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

ProbedHost probe_host(const KernelFacts& facts);

}  // namespace tmpfstrace
