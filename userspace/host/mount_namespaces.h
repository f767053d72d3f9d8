// SPDX-License-Identifier: Apache-2.0
// Which mount namespaces there are, and which processes live in each.
//
// Where a process lives is asked once it is seen and some times more, as a runtime's process changes its namespace soon
// after its start if at all; then every ten seconds or so: twenty thousand processes would be most of a scan.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "host/host_paths.h"
#include "model/result.h"

namespace tmpfstrace {

using Pids = std::vector<std::int32_t>;

class MountNamespaces {
 public:
  explicit MountNamespaces(HostPaths paths) : paths_(std::move(paths)) {}

  // now_ns: CLOCK_MONOTONIC. ask_all: every process is asked. An Error: there is no /proc.
  Result<void> refresh(std::uint64_t now_ns, bool ask_all);

  // By inode number of /proc/PID/ns/mnt; pids ascending: the lowest is most often the namespace's init.
  const std::map<std::uint64_t, Pids>& members() const { return members_; }
  std::uint64_t unreadable_processes() const { return unreadable_; }  // whose namespace is not known

 private:
  struct Process {
    std::uint64_t mount_namespace = 0;  // 0: it has none (a zombie), or it cannot be known
    bool unreadable = false;
    std::uint64_t first_seen_ns = 0;
    std::uint64_t ask_again_ns = 0;
    std::uint64_t scan = 0;  // in which it was listed last
  };

  void ask(std::int32_t pid, std::uint64_t now_ns, Process& process) const;

  HostPaths paths_;
  std::unordered_map<std::int32_t, Process> processes_;
  std::map<std::uint64_t, Pids> members_;
  std::uint64_t unreadable_ = 0;
  std::uint64_t scans_ = 0;
};

}  // namespace tmpfstrace
