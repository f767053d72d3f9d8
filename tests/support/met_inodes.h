// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "host/inode_visit.h"

namespace tmpfstrace::test {

// Every inode met, how often, and that each can be stat'ed again.
struct MetInodes {
  std::map<std::uint64_t, int> inodes;
  int restat_failures = 0;
  InodeVisitor visitor() {
    return [this](const InodeVisit& visit) {
      ++inodes[visit.inode()];
      if (visit.restat() != 0) ++restat_failures;
      return true;
    };
  }
};

}  // namespace tmpfstrace::test
