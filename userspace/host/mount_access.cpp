// SPDX-License-Identifier: Apache-2.0
#include "host/mount_access.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <cerrno>

#include "host/text_file.h"

namespace tmpfstrace {

int open_at(int directory, const char* name, int flags, unsigned long long resolve) {
  open_how how{};
  how.flags = static_cast<unsigned int>(flags);
  how.resolve = resolve;
  // With RESOLVE_IN_ROOT the kernel answers EAGAIN when a rename or mount anywhere raced with a "..".
  for (int attempt = 0;; ++attempt) {
    const long fd = ::syscall(SYS_openat2, directory, name, &how, sizeof(how));
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR) || attempt == 8) return static_cast<int>(fd);
  }
}

bool is_on_tmpfs(int fd) {
  struct statfs facts {};
  return ::fstatfs(fd, &facts) == 0 && static_cast<unsigned long>(facts.f_type) == TMPFS_MAGIC_NUMBER;
}

bool is_device(dev_t device, const SuperblockId& id) {
  return gnu_dev_major(device) == id.major && gnu_dev_minor(device) == id.minor;
}

Result<UniqueFd> open_mount_point(const HostPaths& paths, const Mount& mount) {
  const std::string root_path = fmt::format("{}/{}/root", paths.proc, mount.pid);
  if (mount.pid <= 0) return host_failure("reach", mount.mount_point, ENOENT);
  const UniqueFd root(::open(root_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return host_failure("open", root_path, errno);

  const std::size_t start = mount.mount_point.find_first_not_of('/');
  const std::string relative = start == std::string::npos ? "." : mount.mount_point.substr(start);
  UniqueFd fd(
      open_at(root.get(), relative.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS));
  if (!fd) return host_failure("open", root_path + mount.mount_point, errno);
  return fd;
}

Result<UniqueFd> open_mount(const HostPaths& paths, const Mount& mount, const SuperblockId& id) {
  auto fd = open_mount_point(paths, mount);
  if (!fd) return fd;
  // statfs before stat: once it is known to be tmpfs, no answer can take long. (fstatfs of what lies on top may ask a
  // server; a mount directly on top of a tmpfs mount point and dead at once is the one case left.)
  struct stat facts {};
  if (!is_on_tmpfs(fd->get())) return host_failure("find the tmpfs at", mount.mount_point, EXDEV);
  if (::fstat(fd->get(), &facts) != 0) return host_failure("stat", mount.mount_point, errno);
  if (!is_device(facts.st_dev, id)) return host_failure("find the superblock at", mount.mount_point, EXDEV);
  return fd;
}

}  // namespace tmpfstrace
