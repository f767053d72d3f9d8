// SPDX-License-Identifier: Apache-2.0
// Parser of /proc/PID/mountinfo (proc_pid_mountinfo(5); the kernel's show_mountinfo()). Pure: text in, entries out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tmpfstrace {

struct MountEntry {
  std::uint64_t mount_id = 0;
  std::uint64_t parent_id = 0;
  std::uint32_t major = 0;  // of the superblock; for tmpfs it equals st_dev of every file in it
  std::uint32_t minor = 0;
  std::string root;         // path inside the superblock; ends in "//deleted" when that directory has been removed
  std::string mount_point;  // as the reading process sees it, relative to its root directory
  std::string fstype;
  std::string super_options;
};

struct MountTable {
  std::vector<MountEntry> entries;
  std::uint64_t damaged_lines = 0;  // skipped
};

MountTable parse_mount_table(std::string_view mountinfo);

// "tmpfs" and "devtmpfs" are shmem for certain; "rootfs" is shmem or ramfs, which only statfs can tell.
bool is_shmem_type(std::string_view fstype);

}  // namespace tmpfstrace
