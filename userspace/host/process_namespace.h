// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "host/host_paths.h"

namespace tmpfstrace {

// Inode number of the process's mount namespace; absent when the process is gone or may not be looked at.
std::optional<std::uint64_t> mount_namespace_of(const HostPaths& paths, std::int32_t pid);

}  // namespace tmpfstrace
