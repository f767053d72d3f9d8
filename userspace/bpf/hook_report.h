// SPDX-License-Identifier: Apache-2.0
// Which hooks of a mode are attached, and what is not seen without the others.
#pragma once

#include <string>
#include <vector>

#include "model/self_cost.h"

namespace tmpfstrace {

struct HookReport {
  std::string name;  // "fexit shmem_fault"
  bool attached = false;
  std::string why_not;
  std::string without;  // what is not seen without it
};

// One sentence for each hook that is missing: what is not seen for want of it.
inline void add_missing_hooks(const std::vector<HookReport>& hooks, std::vector<std::string>& blind) {
  for (const HookReport& hook : hooks)
    if (!hook.attached) blind.push_back(hook.without + " (" + hook.why_not + ")");
}

// "kprobe session shmem_fault": how, and last what it is attached to.
inline std::vector<HookState> hook_states(const std::vector<HookReport>& hooks) {
  std::vector<HookState> states;
  for (const HookReport& hook : hooks) {
    const std::size_t end = hook.name.rfind(' ');
    if (end == std::string::npos) continue;
    states.push_back({hook.name.substr(end + 1), hook.name.substr(0, end), hook.attached});
  }
  return states;
}

}  // namespace tmpfstrace
