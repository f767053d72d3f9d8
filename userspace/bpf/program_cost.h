// SPDX-License-Identifier: Apache-2.0
// What the kernel tells of the runs of a mode's programs.
#pragma once

#include <cstdint>
#include <vector>

#include "bpf/loaded_objects.h"
#include "host/unique_fd.h"
#include "model/result.h"
#include "model/self_cost.h"

namespace tmpfstrace {

// The kernel counts runs while anybody holds a descriptor of BPF_ENABLE_STATS, or kernel.bpf_stats_enabled is 1: others
// that count are not disturbed, nor do they disturb. A process that is killed ends its window, one that is stopped does
// not. Switching on and off patches the kernel's code on all CPUs, which is why it is not done for each sample.
//
// A reading is BPF_OBJ_GET_INFO_BY_FD on programs. bpf_prog_get_info_by_fd() sums per-CPU counters and, as
// of 5.10, 6.1, 6.12 and 7, never calls bpf_disable_instrumentation(), which is what makes map operations skip kprobe
// programs (bpf/maps.bpf.h).
class ProgramCost {
 public:
  explicit ProgramCost(const LoadedObjects& objects) : objects_(objects) {}  // must outlive this

  // Fails where the privilege is missing, with EPERM: it takes CAP_SYS_ADMIN, CAP_BPF is not enough.
  Result<void> begin_window();
  bool in_window() const { return static_cast<bool>(statistics_); }
  std::uint64_t window_start_ns() const { return start_ns_; }  // CLOCK_MONOTONIC
  // Only in a window; it is over whether the programs could be read or not.
  Result<ProgramWindow> end_window();

 private:
  const LoadedObjects& objects_;
  UniqueFd statistics_;
  std::uint64_t start_ns_ = 0;
  std::vector<ProgramRuns> before_;
};

}  // namespace tmpfstrace
