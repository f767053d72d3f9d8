// SPDX-License-Identifier: Apache-2.0
// Every tmpfs that is mounted anywhere on the host: in every mount namespace that some process lives in.
//
// Not found: namespaces kept alive by a bind mount or a descriptor alone, and those of a single thread that left its
// process (both have no /proc/PID to read).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/host_paths.h"
#include "host/mount_table.h"
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
  explicit MountScanner(HostPaths paths) : paths_(std::move(paths)) {}

  // Walks /proc once. One mountinfo is read per namespace, and parsed only when its bytes differ from the last scan's.
  // (poll(2) would tell of changes, but an open mountinfo pins the root mount of its process.)
  Result<MountScan> scan();

 private:
  struct Namespace {
    std::size_t text_size = 0;
    std::size_t text_hash = 0;
    std::vector<MountEntry> shmem;
    std::vector<std::uint64_t> not_to_enter;  // mount ids, sorted
    std::uint64_t damaged_lines = 0;
  };
  using Pids = std::vector<std::int32_t>;

  // The pid through which the namespace was read; 0 when all its processes have gone; an Error when none may be read.
  Result<std::int32_t> refresh(std::uint64_t id, const Pids& pids, Namespace& known);
  void parse(std::uint64_t id, std::int32_t pid, const std::string& text, Namespace& known) const;

  HostPaths paths_;
  std::unordered_map<std::uint64_t, Namespace> cache_;
};

}  // namespace tmpfstrace
