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
namespace {

bool is_tmpfs(const struct statfs& facts) { return static_cast<unsigned long>(facts.f_type) == TMPFS_MAGIC_NUMBER; }

}  // namespace

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
  return ::fstatfs(fd, &facts) == 0 && is_tmpfs(facts);
}

bool is_device(dev_t device, const SuperblockId& id) {
  return gnu_dev_major(device) == id.major && gnu_dev_minor(device) == id.minor;
}

Result<int> ProcessRoot::open(std::int32_t pid) {
  if (fd_ && pid == pid_) return fd_.get();
  const std::string path = fmt::format("{}/{}/root", paths_.proc, pid);
  if (pid <= 0) return host_failure("open", path, ENOENT);
  fd_.reset(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd_) return host_failure("open", path, errno);
  pid_ = pid;
  return fd_.get();
}

namespace {

Result<UniqueFd> open_below(ProcessRoot& root, const Mount& mount) {
  const auto directory = root.open(mount.pid);
  if (!directory) return tl::unexpected(directory.error());
  const std::size_t start = mount.mount_point.find_first_not_of('/');
  const char* relative = start == std::string::npos ? "." : mount.mount_point.c_str() + start;
  UniqueFd fd(open_at(*directory, relative, O_PATH | O_NOFOLLOW | O_CLOEXEC, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS));
  if (!fd) return host_failure("open", mount.mount_point, errno);
  return fd;
}

struct OpenMount {
  UniqueFd fd;
  struct statfs facts {};
};

Result<OpenMount> open_and_ask(ProcessRoot& root, const Mount& mount, const SuperblockId& id) {
  auto fd = open_below(root, mount);
  if (!fd) return tl::unexpected(fd.error());
  OpenMount opened{std::move(*fd), {}};
  // statfs before stat: once it is known to be tmpfs, no answer can take long. (fstatfs of what lies on top may ask a
  // server; a mount directly on top of a tmpfs mount point and dead at once is the one case left.)
  if (::fstatfs(opened.fd.get(), &opened.facts) != 0 || !is_tmpfs(opened.facts))
    return host_failure("find the tmpfs at", mount.mount_point, EXDEV);
  struct stat facts {};
  if (::fstat(opened.fd.get(), &facts) != 0) return host_failure("stat", mount.mount_point, errno);
  if (!is_device(facts.st_dev, id)) return host_failure("find the superblock at", mount.mount_point, EXDEV);
  return opened;
}

}  // namespace

Result<UniqueFd> open_mount_point(const HostPaths& paths, const Mount& mount) {
  ProcessRoot root(paths);
  return open_below(root, mount);
}

Result<UniqueFd> open_mount(const HostPaths& paths, const Mount& mount, const SuperblockId& id) {
  ProcessRoot root(paths);
  auto opened = open_and_ask(root, mount, id);
  if (!opened) return tl::unexpected(opened.error());
  return std::move(opened->fd);
}

Result<struct statfs> statfs_mount(ProcessRoot& root, const Mount& mount, const SuperblockId& id) {
  auto opened = open_and_ask(root, mount, id);
  if (!opened) return tl::unexpected(opened.error());
  return opened->facts;
}

}  // namespace tmpfstrace
