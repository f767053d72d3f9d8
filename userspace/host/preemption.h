// SPDX-License-Identifier: Apache-2.0
// Can the kernel preempt itself inside a probed function? Then what an entry hook remembered may be overtaken, and the
// choice of hooks differs. Pure functions over text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tmpfstrace {

enum class Preemption { None, Voluntary, Full, Lazy, Rt, Unknown };

struct PreemptionFact {
  Preemption model = Preemption::Unknown;
  std::string source;  // "uname -v", "debugfs sched/preempt", "kernel command line", "kernel configuration", "nothing"
};

// Each is absent when its file is not there or cannot be read.
struct PreemptionTexts {
  std::optional<std::string> debugfs;  // <sys>/kernel/debug/sched/preempt: "none voluntary (full)"
  std::optional<std::string> version;  // <proc>/sys/kernel/version, as uname -v
  std::optional<std::string> cmdline;  // <proc>/cmdline
  std::optional<std::string> config;   // <boot>/config-<release>
};

// PREEMPT_RT in uname -v decides. Then debugfs, which alone knows of a change at run time. Then the words of uname -v:
// PREEMPT_DYNAMIC sends on to the command line's preempt= and the configured default; PREEMPT is Full, or Lazy where
// the configuration says so; none of them is None (or Voluntary, where the configuration says so).
PreemptionFact derive_preemption(const PreemptionTexts& texts);

std::optional<Preemption> parse_preempt_debugfs(std::string_view text);
std::optional<Preemption> parse_preempt_cmdline(std::string_view text);  // the last valid preempt=, as the kernel does
std::optional<Preemption> parse_preempt_config(std::string_view text);

// Unknown counts as preemptible: the safe side.
bool may_preempt(Preemption model);

std::string_view preemption_name(Preemption model);

}  // namespace tmpfstrace
