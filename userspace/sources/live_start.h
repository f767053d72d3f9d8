// SPDX-License-Identifier: Apache-2.0
// From nothing to a running mode: probe, decide, attach.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "bpf/abilities.h"
#include "bpf/ledger_source.h"
#include "host/cgroup_layout.h"
#include "host/clock.h"
#include "host/host_paths.h"
#include "host/kernel_facts.h"
#include "sources/live_pins.h"
#include "sources/live_source.h"

namespace tmpfstrace {

struct LiveStart {
  HostPaths paths;
  KernelFacts facts;
  CgroupHierarchy hierarchy;
  ProbedHost probed;
  ModeDecision decision;
  std::vector<HookReport> failed_hooks;            // of better modes that did not start
  std::optional<LivePins> pins;                    // --pin, and not polling; locked until the ledger has ended
  std::unique_ptr<LedgerSource> ledger;            // null when polling
  bool resumed = false;                            // the ledger is of an earlier run, which knew what existed before
  std::optional<std::uint64_t> counting_since_ns;  // CLOCK_REALTIME; absent: polling
  bool proc_is_initial = true;                     // the programs' process numbers are those of /proc
  Mode mode;
  std::uint64_t (*clock_ns)(clockid_t) = read_clock_ns;  // REALTIME, MONOTONIC, BOOTTIME
};

// report: probe everything, for `doctor`.
Result<LiveStart> start_live(const LiveOptions& options, bool report);

// The source of samples over what was started, after it has looked up what exists. Tests hand in a host, a ledger and a
// clock of their own.
Result<std::unique_ptr<SampleSource>> make_live_source(const LiveOptions& options, LiveStart start);

}  // namespace tmpfstrace
