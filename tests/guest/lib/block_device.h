// SPDX-License-Identifier: Apache-2.0
// RAM disks that the guest's init has set up, made into swap space or a file system.
#pragma once

#include <string>

#include "cgroup.h"
#include "shared_mapping.h"

namespace guest {

class SwapSpace {
 public:
  // Throws when there is no device or the kernel does not take it.
  SwapSpace();
  ~SwapSpace() { stop(); }
  SwapSpace(const SwapSpace&) = delete;
  SwapSpace& operator=(const SwapSpace&) = delete;

  bool stop();  // false when the kernel refuses
  static long used_kib();

 private:
  std::string device_;  // empty when stopped
};

// Pushes a mapped file out; throws when less than 1 MiB is in swap then. `own`: the cgroup that its pages are charged
// to.
void push_out(const SharedMapping& area, const Cgroup& own);

// A RAM disk with an ext4 file system, of this size or as large as the disk; empty, with the reason, when it cannot be
// had.
std::string ext4_device(std::string& reason, const std::string& kib = "");

}  // namespace guest
