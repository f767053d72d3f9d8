// SPDX-License-Identifier: Apache-2.0
// The options that `agent` alone has. For options.cpp alone.
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "options.h"

namespace tmpfstrace {

void add_agent_options(CLI::App& agent, AgentOptions& options);

// agent: the command that was parsed. Absent: what was given goes together.
std::optional<std::string> find_agent_conflict(const CLI::App& agent, const Options& options);

}  // namespace tmpfstrace
