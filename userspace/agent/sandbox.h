// SPDX-License-Identifier: Apache-2.0
// What the process that counts gives up when it has attached its programs, irrevocably: capabilities, whatever a
// program gains by being started (no_new_privs), and system calls. docs/agent.md has the same list.
#pragma once

#include <string>
#include <vector>

#include "model/result.h"

namespace tmpfstrace {

struct SandboxNeeds {
  bool web = false;            // starts the web server's process anew when it has ended
  bool alerts = false;         // talks to an Alertmanager or a webhook
  bool program_times = false;  // has the kernel measure what the programs take, now and then
};

// Of the calling thread and those it will start: to be called while there is no other. Gives the names of the
// capabilities that are left. An error names what could not be given up.
Result<std::vector<std::string>> enter_sandbox(const SandboxNeeds& needs);

}  // namespace tmpfstrace
