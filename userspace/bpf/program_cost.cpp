// SPDX-License-Identifier: Apache-2.0
#include "bpf/program_cost.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <cstddef>

#include "bpf/handles.h"
#include "host/clock.h"

namespace tmpfstrace {
namespace {

Result<std::vector<ProgramRuns>> read_runs(const LoadedObjects& objects) {
  std::vector<ProgramRuns> all;
  for (const KernelObject& program : objects.programs()) {
    bpf_prog_info info{};
    __u32 length = sizeof(info);
    if (bpf_obj_get_info_by_fd(program.fd, &info, &length) != 0)
      return bpf_fail("cannot read the statistics of the BPF program " + program.name, errno);
    if (length < offsetof(bpf_prog_info, run_cnt) + sizeof(info.run_cnt))
      return fail("the kernel has no statistics of BPF programs (before 5.1)");
    all.push_back({program.name, info.run_cnt, info.run_time_ns});
  }
  return all;
}

}  // namespace

Result<void> ProgramCost::begin_window() {
  UniqueFd statistics(bpf_enable_stats(BPF_STATS_RUN_TIME));
  if (!statistics)
    return bpf_fail("cannot switch on the kernel's statistics of BPF programs", errno,
                    "it takes CAP_SYS_ADMIN, and Linux 5.8 or later");
  auto before = read_runs(objects_);
  if (!before) return tl::unexpected(before.error());
  before_ = std::move(*before);
  statistics_ = std::move(statistics);
  start_ns_ = read_clock_ns(CLOCK_MONOTONIC);  // switching on takes its time
  return {};
}

Result<ProgramWindow> ProgramCost::end_window() {
  auto after = read_runs(objects_);
  const std::uint64_t end_ns = read_clock_ns(CLOCK_MONOTONIC);
  statistics_.reset();
  if (!after) return tl::unexpected(after.error());
  return window_between(start_ns_, before_, end_ns, std::move(*after));
}

}  // namespace tmpfstrace
