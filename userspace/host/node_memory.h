// SPDX-License-Identifier: Apache-2.0
// The node's memory: the last limit, behind those of superblocks and cgroups (proc_meminfo(5)).
#pragma once

#include <optional>
#include <string_view>

#include "host/host_paths.h"
#include "model/sample.h"

namespace tmpfstrace {

// Absent when MemTotal or MemAvailable is not in it.
std::optional<NodeMemory> parse_meminfo(std::string_view meminfo);

std::optional<NodeMemory> read_node_memory(const HostPaths& paths);

}  // namespace tmpfstrace
