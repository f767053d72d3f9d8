// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "host/host_paths.h"

namespace tmpfstrace {

// Does <proc> number processes as the kernel's programs do, from the initial pid namespace? Looked up by its process 1,
// else by this one.
bool is_initial_pid_namespace(const HostPaths& paths);

// Inode number of the process's mount namespace; absent when the process is gone or may not be looked at.
std::optional<std::uint64_t> mount_namespace_of(const HostPaths& paths, std::int32_t pid);
std::optional<std::uint64_t> own_mount_namespace(const HostPaths& paths);

}  // namespace tmpfstrace
