// SPDX-License-Identifier: Apache-2.0
// `tmpfstrace agent`: one process that counts, and one that serves and holds nothing (web/web_server.h).
#pragma once

#include <optional>

#include "options.h"
#include "signals.h"
#include "sources/config.h"
#include "sources/live_source.h"

namespace tmpfstrace {

// Until a signal ends it. Gives the exit status; what went wrong has been said.
int run_agent(const Options& options, const LiveOptions& live, const std::optional<Config>& config, Signals& signals);

}  // namespace tmpfstrace
