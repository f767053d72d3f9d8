// SPDX-License-Identifier: Apache-2.0
// Who has locked a file by flock(2).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "host/host_paths.h"

namespace tmpfstrace {

// Absent: nobody, or a process of another pid namespace.
std::optional<std::int32_t> find_lock_holder(const HostPaths& paths, dev_t device, ino_t inode);

// Of the text of /proc/locks.
std::optional<std::int32_t> parse_lock_holder(std::string_view locks, dev_t device, ino_t inode);

}  // namespace tmpfstrace
