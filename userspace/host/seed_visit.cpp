// SPDX-License-Identifier: Apache-2.0
#include "host/seed_visit.h"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include <cerrno>

namespace tmpfstrace {

SeedVisit::SeedVisit(const struct stat& facts, int fd, const char* name, int flags, Place place)
    : facts_(facts),
      major_(gnu_dev_major(facts.st_dev)),
      minor_(gnu_dev_minor(facts.st_dev)),
      fd_(fd),
      name_(name),
      flags_(flags),
      place_(place) {}

int SeedVisit::restat() const {
  struct stat facts {};
  if (::fstatat(fd_, name_, &facts, flags_) != 0) return errno;
  return facts.st_ino == facts_.st_ino && facts.st_dev == facts_.st_dev ? 0 : ESTALE;
}

std::optional<std::uint64_t> SeedVisit::birth_ns() const {
  struct statx facts {};
  if (::statx(fd_, name_, flags_, STATX_BTIME, &facts) != 0) return std::nullopt;
  const auto& birth = facts.stx_btime;
  if ((facts.stx_mask & STATX_BTIME) == 0 || facts.stx_ino != facts_.st_ino || birth.tv_sec < 0) return std::nullopt;
  return static_cast<std::uint64_t>(birth.tv_sec) * 1'000'000'000 + birth.tv_nsec;
}

}  // namespace tmpfstrace
