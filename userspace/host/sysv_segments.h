// SPDX-License-Identifier: Apache-2.0
// SysV shared memory that nobody has attached: no descriptor and no mapping of any process leads to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "host/host_paths.h"
#include "host/inode_visit.h"

namespace tmpfstrace {

// A line of /proc/sysvipc/shm; absent for its heading.
struct SysvSegment {
  int id = 0;
  std::uint64_t attached = 0;  // how many times
};
std::optional<SysvSegment> parse_sysv_segment(std::string_view line);

// Has the segments of our own IPC namespace that are in nobody's address space in ours, to read, as long as it lives:
// they are mappings of a process then, as any other. That is an attach to the kernel: it shows in ipcs -p and ipcs -t.
class DetachedSegments {
 public:
  DetachedSegments(const HostPaths& paths, WalkCounts& counts);
  ~DetachedSegments();
  DetachedSegments(const DetachedSegments&) = delete;
  DetachedSegments& operator=(const DetachedSegments&) = delete;

 private:
  std::vector<const void*> areas_;
};

}  // namespace tmpfstrace
