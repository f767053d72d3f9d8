// SPDX-License-Identifier: Apache-2.0
#include "host/seed_visit.h"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include <cerrno>

namespace tmpfstrace {

SeedVisit::SeedVisit(const struct stat& facts, int fd, const char* name, int flags)
    : major_(gnu_dev_major(facts.st_dev)),
      minor_(gnu_dev_minor(facts.st_dev)),
      inode_(facts.st_ino),
      fd_(fd),
      name_(name),
      flags_(flags) {}

int SeedVisit::restat() const {
  struct stat facts {};
  if (::fstatat(fd_, name_, &facts, flags_) != 0) return errno;
  const bool same =
      facts.st_ino == inode_ && gnu_dev_major(facts.st_dev) == major_ && gnu_dev_minor(facts.st_dev) == minor_;
  return same ? 0 : ESTALE;
}

}  // namespace tmpfstrace
