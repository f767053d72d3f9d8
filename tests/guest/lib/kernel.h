// SPDX-License-Identifier: Apache-2.0
// What the running kernel can do, found out by trying.
#pragma once

#include <string>

namespace guest {

struct Kernel {
  std::string release;
  std::string preempt;  // "none", "voluntary", "full", "lazy", "unknown"
  int cpus = 1;
  bool charges_xattrs = false;  // extended attributes take from the inode budget
  bool user_xattrs = false;
  bool madvise_populate = false;
  bool madvise_collapse = false;
  bool quota = false;
  bool batched_memory_stat = false;  // memory.stat lags by a per-CPU batch that no reader can flush
};

Kernel probe_kernel();

}  // namespace guest
