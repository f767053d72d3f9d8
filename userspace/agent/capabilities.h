// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/sandbox.h"
#include "model/result.h"

namespace tmpfstrace {

// Drops all capabilities but those that counting goes on to need, as far as the process has them: from every set of the
// process, and from the bounding set. Gives the names of those that are left.
Result<std::vector<std::string>> drop_capabilities(const SandboxNeeds& needs);

}  // namespace tmpfstrace
