// SPDX-License-Identifier: Apache-2.0
#include "host/lock_holder.h"

#include <fmt/format.h>
#include <sys/sysmacros.h>

#include <sstream>
#include <string>

#include "host/text_file.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t kMostLocks = 4 * 1024 * 1024;

}  // namespace

std::optional<std::int32_t> find_lock_holder(const HostPaths& paths, dev_t device, ino_t inode) {
  const auto locks = read_text_file(paths.proc + "/locks", kMostLocks);
  return locks ? parse_lock_holder(*locks, device, inode) : std::nullopt;
}

// "2: FLOCK  ADVISORY  WRITE 1234 00:1b:5678 0 EOF"; "2: -> FLOCK …" waits for it.
std::optional<std::int32_t> parse_lock_holder(std::string_view locks, dev_t device, ino_t inode) {
  const std::string wanted = fmt::format("{:02x}:{:02x}:{}", major(device), minor(device), inode);
  std::istringstream lines{std::string(locks)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number, kind, manner, access, file;
    std::int32_t pid = 0;
    if (words >> number >> kind >> manner >> access >> pid >> file && kind == "FLOCK" && file == wanted && pid > 0)
      return pid;
  }
  return std::nullopt;
}

}  // namespace tmpfstrace
