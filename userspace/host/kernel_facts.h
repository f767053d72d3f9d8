// SPDX-License-Identifier: Apache-2.0
// What the choice of hooks depends on, as far as files tell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/host_paths.h"
#include "host/preemption.h"
#include "model/result.h"

namespace tmpfstrace {

struct KernelFacts {
  std::string release;  // <proc>/sys/kernel/osrelease, as uname -r
  std::string version;  // <proc>/sys/kernel/version, as uname -v
  PreemptionFact preemption;
  std::optional<std::uint64_t> effective_capabilities;  // a bit per CAP_*, of this process
  std::optional<bool> memory_controller;                // enabled; absent when no file tells
};

// An Error only when not even release and version can be read. Everything else is absent or Unknown on failure, which
// is what the choice of hooks needs to know.
Result<KernelFacts> probe_kernel_facts(const HostPaths& paths);

std::optional<std::uint64_t> parse_effective_capabilities(std::string_view status);  // CapEff of /proc/PID/status
bool has_capability(std::uint64_t capabilities, unsigned int capability);            // capability: CAP_BPF (39) …

// /proc/cgroups: the "enabled" column of the row "memory"; absent without that row.
std::optional<bool> parse_memory_controller_v1(std::string_view proc_cgroups);

}  // namespace tmpfstrace
