// SPDX-License-Identifier: Apache-2.0
#include "host/process_namespace.h"

#include <sys/stat.h>

#include <string>

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kInitialPidNamespace = 0xEFFFFFFC;  // PROC_PID_INIT_INO of linux/proc_ns.h

std::optional<std::uint64_t> inode_of(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  return facts.st_ino;
}

}  // namespace

bool is_initial_pid_namespace(const HostPaths& paths) {
  auto inode = inode_of(paths.proc + "/1/ns/pid");
  if (!inode) inode = inode_of(paths.proc + "/self/ns/pid");
  return inode == kInitialPidNamespace;
}

std::optional<std::uint64_t> mount_namespace_of(const HostPaths& paths, std::int32_t pid) {
  return inode_of(paths.proc + "/" + std::to_string(pid) + "/ns/mnt");
}

std::optional<std::uint64_t> own_mount_namespace(const HostPaths& paths) {
  return inode_of(paths.proc + "/self/ns/mnt");
}

}  // namespace tmpfstrace
