// SPDX-License-Identifier: Apache-2.0
// What a workload saw with its own eyes: return values and signals. Plain data, so that it can live in shared memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace guest {

enum Kind { kRegular, kDirectory, kSymlink, kTmpfile, kLink, kOther, kKinds };
inline constexpr std::array<const char*, kKinds> kKindNames = {"regular", "directory", "symlink",
                                                               "tmpfile", "link",      "other"};

enum Op {
  kWrite,
  kFault,
  kFallocate,
  kCreate,
  kMkdir,
  kMknod,
  kSymlinkOp,
  kLinkOp,
  kTmpfileOp,
  kSplice,
  kXattr,
  kMadvise,
  kRename,
  kOps
};
inline constexpr std::array<const char*, kOps> kOpNames = {"write", "fault",   "fallocate", "create",  "mkdir",
                                                           "mknod", "symlink", "link",      "tmpfile", "splice",
                                                           "xattr", "madvise", "rename"};

enum Cause { kBlocks, kInodes, kQuota, kMemcg, kMemory, kCauses };
inline constexpr std::array<const char*, kCauses> kCauseNames = {"blocks", "inodes", "quota", "memcg", "memory"};

using Refusals = std::array<std::array<std::int64_t, kCauses>, kOps>;

struct Tally {
  std::int64_t written = 0;
  std::int64_t calls = 0;         // returned 0 or more
  std::int64_t failed_calls = 0;  // returned an errno
  std::int64_t shorts = 0;
  std::array<std::int64_t, kKinds> created{};
  Refusals refused{};

  void operator+=(const Tally& other) {
    written += other.written;
    calls += other.calls;
    failed_calls += other.failed_calls;
    shorts += other.shorts;
    for (std::size_t k = 0; k < kKinds; ++k) created[k] += other.created[k];
    for (std::size_t o = 0; o < kOps; ++o) {
      for (std::size_t c = 0; c < kCauses; ++c) refused[o][c] += other.refused[o][c];
    }
  }
};

}  // namespace guest
