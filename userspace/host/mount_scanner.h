// SPDX-License-Identifier: Apache-2.0
// Every tmpfs that is mounted anywhere on the host: in every mount namespace that some process lives in.
//
// Not found: namespaces kept alive by a bind mount or a descriptor alone, and those of a single thread that left its
// process (both have no /proc/PID to read).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/host_paths.h"
#include "host/mount_namespaces.h"
#include "host/mount_table.h"
#include "host/mount_watch.h"
#include "model/result.h"
#include "model/sample.h"

namespace tmpfstrace {

// Two mounts of one superblock are merged: a superblock is its major:minor, which the kernel gives to one at a time.
// SuperblockId::generation is 0: only BPF knows it. Sorted by id; mounts by (namespace, mount id).
// Mount::pid is 0 where the mount must not be entered (see mount_reach.h).
struct MountScan {
  std::vector<Superblock> superblocks;
  std::uint64_t unreadable_namespaces = 0;  // some process lives there, and none of its mountinfo could be read
  std::uint64_t unreadable_processes = 0;   // not even the namespace is known
  std::uint64_t damaged_lines = 0;
};

class MountScanner {
 public:
  explicit MountScanner(HostPaths paths) : paths_(std::move(paths)), namespaces_(paths_) {}

  // One table is read per namespace: of our own and of process 1's when the kernel says that it has changed, of others
  // at each scan on a host with few containers, in turn on one with many. It is parsed only when its bytes differ from
  // the last. now_ns: CLOCK_MONOTONIC. everywhere: in turn is not enough,
  // something is known to be new.
  Result<MountScan> scan(std::uint64_t now_ns, bool everywhere = false);

 private:
  struct Namespace {
    std::int32_t pid = 0;  // through which it was read
    std::uint64_t read_ns = 0;
    std::size_t text_size = 0;
    std::size_t text_hash = 0;
    std::optional<MountWatch> watch;
    MountTable shmem;                         // of the lines; damaged_lines: of them all
    std::vector<std::uint64_t> not_to_enter;  // mount ids, sorted
  };

  std::vector<std::uint64_t> due(std::uint64_t now_ns, bool everywhere);
  bool is_own(std::uint64_t id) const;
  Result<std::string> read_table(std::uint64_t id, std::int32_t pid, Namespace& known) const;
  Result<bool> refresh(std::uint64_t id, const Pids& pids, Namespace& known);
  void parse(std::int32_t pid, std::string text, Namespace& known) const;
  void merge();

  HostPaths paths_;
  MountNamespaces namespaces_;
  std::unordered_map<std::uint64_t, Namespace> tables_;
  std::vector<Superblock> merged_;  // of all tables
};

}  // namespace tmpfstrace
