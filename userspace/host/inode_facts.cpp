// SPDX-License-Identifier: Apache-2.0
#include "host/inode_facts.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace tmpfstrace {
namespace {

// A time before 1970, which whoever owns the file may set, counts as 1970.
std::uint64_t nanoseconds(const struct statx_timestamp& time) {
  return time.tv_sec < 0 ? 0 : static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

int read_inode_facts(int fd, const char* name, int flags, InodeFacts& facts) {
  struct statx told {};
  if (::statx(fd, name, flags, STATX_BASIC_STATS | STATX_BTIME, &told) != 0) return errno;
  facts.major = told.stx_dev_major;
  facts.minor = told.stx_dev_minor;
  facts.inode = told.stx_ino;
  facts.mode = told.stx_mode;
  facts.links = told.stx_nlink;
  facts.size_bytes = told.stx_size;
  facts.allocated_bytes = told.stx_blocks * 512;
  facts.changed_ns = nanoseconds(told.stx_ctime);
  facts.born_ns.reset();
  if ((told.stx_mask & STATX_BTIME) != 0) facts.born_ns = nanoseconds(told.stx_btime);
  return 0;
}

}  // namespace tmpfstrace
