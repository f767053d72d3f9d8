// SPDX-License-Identifier: Apache-2.0
#include "host/host_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "host/text_file.h"

namespace tmpfstrace {
namespace {

// O_NONBLOCK: a FIFO in the place of a file does not stop us.
constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

// glibc has no wrapper. No magic links: those of /proc lead out of any root.
int open_in_root(int root, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how));
}

// O_NOFOLLOW looks at the last component only: each is opened by itself. "." and ".." do not come in our paths.
int open_without_links(int root, const std::string& path, int flags) {
  UniqueFd directory;
  for (std::size_t begin = 0;;) {
    const std::size_t end = path.find('/', begin);
    const std::string part = path.substr(begin, end == std::string::npos ? end : end - begin);
    const bool last = end == std::string::npos;
    const int step = last ? flags : O_PATH | O_DIRECTORY | O_CLOEXEC;
    const int fd = ::openat(directory ? directory.get() : root, part.c_str(), step | O_NOFOLLOW);
    if (fd < 0 || last) return fd;
    directory = UniqueFd(fd);
    begin = end + 1;
  }
}

}  // namespace

bool is_absent(const Error& error) { return error.code == ENOENT || error.code == ENOTDIR; }

Result<HostRoot> HostRoot::open(const std::string& directory, LinkPolicy links) {
  auto root = tmpfstrace::open_directory(directory);
  if (!root) return tl::unexpected(root.error());
  if (links == LinkPolicy::InRoot) {
    const UniqueFd probe(open_in_root(root->get(), ".", kFlags | O_DIRECTORY));
    if (!probe) links = LinkPolicy::NoLinks;
  }
  return HostRoot(std::move(*root), links);
}

Result<UniqueFd> HostRoot::open_below(const std::string& path, int flags) const {
  UniqueFd fd(links_ == LinkPolicy::InRoot ? open_in_root(root_.get(), path, flags)
                                           : open_without_links(root_.get(), path, flags));
  if (!fd) return host_failure("open", path, errno);
  return fd;
}

Result<std::string> HostRoot::read_file(const std::string& path, std::size_t max_bytes) const {
  const auto fd = open_below(path, kFlags);
  if (!fd) return tl::unexpected(fd.error());
  struct stat facts {};
  if (::fstat(fd->get(), &facts) != 0) return host_failure("stat", path, errno);
  if (!S_ISREG(facts.st_mode)) return host_failure("read", path, EINVAL);
  return read_text_fd(fd->get(), path, max_bytes);
}

Result<UniqueFd> HostRoot::open_directory(const std::string& path) const {
  return open_below(path, kFlags | O_DIRECTORY);
}

}  // namespace tmpfstrace
