// SPDX-License-Identifier: Apache-2.0
// Parser of /proc/PID/mountinfo (proc_pid_mountinfo(5); the kernel's show_mountinfo()). Pure: text in, entries out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tmpfstrace {

// A view of the table's text: lives as long as the table.
struct MountEntry {
  std::uint64_t mount_id = 0;
  std::uint64_t parent_id = 0;
  std::uint32_t major = 0;  // of the superblock; for tmpfs it equals st_dev of every file in it
  std::uint32_t minor = 0;
  std::string_view root;         // path inside the superblock; ends in "//deleted" when that directory has been removed
  std::string_view mount_point;  // as the reading process sees it, relative to its root directory
  std::string_view fstype;
  std::string_view super_options;
};

struct MountTable {
  std::vector<MountEntry> entries;
  std::uint64_t damaged_lines = 0;          // skipped
  std::unique_ptr<const std::string> text;  // without escapes; moves with the table, and stays where it is
};

MountTable parse_mount_table(std::string mountinfo);

// Those entries in a table of their own, with no more text than theirs.
MountTable copy_of(const std::vector<const MountEntry*>& entries);

// "tmpfs" and "devtmpfs" are shmem for certain; "rootfs" is shmem or ramfs, which only statfs can tell.
bool is_shmem_type(std::string_view fstype);

}  // namespace tmpfstrace
