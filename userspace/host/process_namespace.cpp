// SPDX-License-Identifier: Apache-2.0
#include "host/process_namespace.h"

#include <sys/stat.h>

#include <string>

namespace tmpfstrace {

std::optional<std::uint64_t> mount_namespace_of(const HostPaths& paths, std::int32_t pid) {
  struct stat facts {};
  if (::stat((paths.proc + "/" + std::to_string(pid) + "/ns/mnt").c_str(), &facts) != 0) return std::nullopt;
  return facts.st_ino;
}

}  // namespace tmpfstrace
