// SPDX-License-Identifier: Apache-2.0
#include "host/mount_watch.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

#include "host/text_file.h"

namespace tmpfstrace {

std::optional<MountWatch> MountWatch::open(const std::string& mountinfo) {
  UniqueFd fd(::open(mountinfo.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct statfs facts {};
  if (!fd || ::fstatfs(fd.get(), &facts) != 0 || facts.f_type != PROC_SUPER_MAGIC) return std::nullopt;
  return MountWatch(std::move(fd));
}

bool MountWatch::changed() {
  pollfd watched{.fd = fd_.get(), .events = POLLPRI, .revents = 0};
  // Where poll(2) fails the table has to be read to know.
  return ::poll(&watched, 1, 0) != 0;
}

Result<std::string> MountWatch::read(std::size_t max_bytes) {
  if (::lseek(fd_.get(), 0, SEEK_SET) != 0) return host_failure("read", "mountinfo", errno);
  return read_text_fd(fd_.get(), "mountinfo", max_bytes);
}

}  // namespace tmpfstrace
