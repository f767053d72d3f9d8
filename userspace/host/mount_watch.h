// SPDX-License-Identifier: Apache-2.0
// Tells whether a mount table has changed, without reading it: poll(2) on an open mountinfo (proc_pid_mounts(5)).
//
// The descriptor pins the mount namespace and the root mount of the process that it was opened through: only for a
// namespace that cannot end before us, our own or that of process 1. In any other it would keep the mounts of a
// container that has ended.
#pragma once

#include <optional>
#include <string>

#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

class MountWatch {
 public:
  // mountinfo: the path. Nothing: it cannot be opened, or is no file of procfs, whose changes poll(2) would not tell.
  static std::optional<MountWatch> open(const std::string& mountinfo);

  // Since it was opened or asked last: ask, then read.
  bool changed();

  // The whole table as it is now.
  Result<std::string> read(std::size_t max_bytes);

 private:
  explicit MountWatch(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace tmpfstrace
