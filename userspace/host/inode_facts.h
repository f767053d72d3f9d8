// SPDX-License-Identifier: Apache-2.0
// What statx(2) says of an inode, in one call: stat(2) does not tell its birth.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace tmpfstrace {

struct InodeFacts {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint64_t inode = 0;
  mode_t mode = 0;
  std::uint32_t links = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t allocated_bytes = 0;
  // CLOCK_REALTIME.
  std::uint64_t changed_ns = 0;
  std::optional<std::uint64_t> born_ns;  // absent: this kernel keeps none for this file system

  bool is_same_device(const InodeFacts& other) const { return major == other.major && minor == other.minor; }
  bool is_same_inode(const InodeFacts& other) const { return is_same_device(other) && inode == other.inode; }
};

// 0 or a positive errno. Flags as for fstatat().
int read_inode_facts(int fd, const char* name, int flags, InodeFacts& facts);

}  // namespace tmpfstrace
