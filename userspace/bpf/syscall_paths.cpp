// SPDX-License-Identifier: Apache-2.0
#include "bpf/syscall_paths.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "bpf/decode.h"
#include "host/mount_access.h"
#include "host/process_maps.h"
#include "host/text_file.h"

namespace tmpfstrace {
namespace {

constexpr int kMostLinks = 40;  // the kernel's own limit
constexpr int kPathFlags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
#ifndef RESOLVE_CACHED
constexpr unsigned long long RESOLVE_CACHED = 0x20;
#endif

// One component, without following it. -1 and errno.
int open_component(int directory, const char* name) {
  const int fd = open_at(directory, name, kPathFlags, RESOLVE_CACHED);
  if (fd >= 0 || errno != EINVAL) return fd;
  return ::openat(directory, name, kPathFlags);  // before 5.12
}

// A last component that was never looked up: elsewhere than on tmpfs it does not matter, and counts as absent.
int open_unless_remote(int directory, const char* name) {
  if (is_on_tmpfs(directory)) return ::openat(directory, name, kPathFlags);
  errno = ENOENT;
  return -1;
}

// From what the kernel remembers: a file system that asks a server does not ask it now.
Result<struct statx> stat_cached(int fd, std::string_view name) {
  struct statx facts {};
  if (::statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &facts) != 0)
    return fail_errno("stat", name, errno);
  return facts;
}

// fstatfs is asked of links only, and a link that is followed has just been walked by the failed call.
bool is_on_proc(int fd) {
  struct statfs facts {};
  return ::fstatfs(fd, &facts) == 0 && facts.f_type == PROC_SUPER_MAGIC;
}

std::string name_of(int fd) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), target.data(), target.size());
  if (length <= 0) return {};
  const std::string path(target.data(), static_cast<std::size_t>(length));
  return path.size() == 1 ? path : path.substr(path.rfind('/') + 1);
}

class Walk {
 public:
  Walk(UniqueFd root, UniqueFd start, std::string path)
      : root_(std::move(root)), at_(std::move(start)), rest_(std::move(path)) {
    if (rest_.starts_with('/')) at_.reset(::fcntl(root_.get(), F_DUPFD_CLOEXEC, 0));
  }

  // The directory that holds the last component, whose name is left in `last`; the object itself when wanted.
  Result<ResolvedPath> run(bool follow_last, bool want_object);

 private:
  Result<void> step(const std::string& name);
  bool is_root(int fd) const;
  std::string take_component();

  UniqueFd root_;
  UniqueFd at_;
  std::string rest_;
  int links_ = 0;
};

std::string Walk::take_component() {
  const std::size_t begin = rest_.find_first_not_of('/');
  if (begin == std::string::npos) {
    rest_.clear();
    return {};
  }
  const std::size_t end = std::min(rest_.find('/', begin), rest_.size());
  std::string name = rest_.substr(begin, end - begin);
  const std::size_t next = rest_.find_first_not_of('/', end);
  rest_ = next == std::string::npos ? std::string() : rest_.substr(next);
  return name;
}

bool Walk::is_root(int fd) const {
  const auto here = stat_cached(fd, ".");
  const auto root = stat_cached(root_.get(), "/");
  return here && root && here->stx_dev_major == root->stx_dev_major && here->stx_dev_minor == root->stx_dev_minor &&
         here->stx_ino == root->stx_ino;
}

// Enters `name`; a symbolic link puts its target before what is left of the path.
Result<void> Walk::step(const std::string& name) {
  if (name == ".." && is_root(at_.get())) return {};
  UniqueFd next(open_component(at_.get(), name.c_str()));
  if (!next) return fail_errno("follow", name, errno);
  const auto facts = stat_cached(next.get(), name);
  if (!facts) return tl::unexpected(facts.error());
  if (!S_ISLNK(facts->stx_mode)) {
    at_ = std::move(next);
    return {};
  }
  if (++links_ > kMostLinks) return fail_errno("follow", name, ELOOP);
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlinkat(next.get(), "", target.data(), target.size());
  if (length <= 0) return fail_errno("read the link", name, length < 0 ? errno : ENOENT);
  // Links of /proc lead by their object, not by their text.
  if (is_on_proc(next.get())) return fail_errno("follow", name, EXDEV);
  std::string path(target.data(), static_cast<std::size_t>(length));
  if (path.starts_with('/')) at_.reset(::fcntl(root_.get(), F_DUPFD_CLOEXEC, 0));
  rest_ = rest_.empty() ? path : path + "/" + rest_;
  return {};
}

Result<ResolvedPath> Walk::run(bool follow_last, bool want_object) {
  while (true) {
    const std::string name = take_component();
    if (name.empty()) return ResolvedPath{std::move(at_), {}, {}};  // "/", or a link to a directory
    if (!rest_.empty()) {
      if (auto entered = step(name); !entered) return tl::unexpected(entered.error());
      continue;
    }
    std::string directory = name_of(at_.get());
    UniqueFd last(open_component(at_.get(), name.c_str()));
    // What does not exist need not be remembered: tmpfs itself can be asked, it waits for nobody.
    if (!last && errno == EAGAIN) last.reset(open_unless_remote(at_.get(), name.c_str()));
    if (!last && (want_object || errno != ENOENT)) return fail_errno("follow", name, errno);
    if (!last) return ResolvedPath{std::move(at_), name, std::move(directory)};
    const auto facts = stat_cached(last.get(), name);
    if (!facts) return tl::unexpected(facts.error());
    if (follow_last && S_ISLNK(facts->stx_mode)) {
      if (auto entered = step(name); !entered) return tl::unexpected(entered.error());
      continue;
    }
    return ResolvedPath{std::move(want_object ? last : at_), name, std::move(directory)};
  }
}

Result<UniqueFd> open_link(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!fd) return fail_errno("open", path, errno);
  return fd;
}

}  // namespace

Result<ResolvedPath> resolve_path(const HostPaths& paths, const SyscallRecord& record, const StartCheck& is_start) {
  // By thread: a thread may have a root, a directory and descriptors of its own.
  const std::string task =
      fmt::format("{}/{}/task/{}", paths.proc, record.details.event.tgid, record.details.event.tid);
  const bool absolute = record.path.starts_with('/');
  auto root = open_link(task + "/root");
  if ((!root || !is_start(root->get())) && absolute && (record.flags & SYSCALL_PATH_OWN_ROOT)) root = open_link("/");
  if (!root) return tl::unexpected(root.error());
  if (absolute && !is_start(root->get())) return fail("the root directory of " + task + " is another by now");
  UniqueFd start;
  if (!absolute) {
    auto opened = open_link(record.dirfd == AT_FDCWD ? task + "/cwd" : fmt::format("{}/fd/{}", task, record.dirfd));
    if (!opened) return tl::unexpected(opened.error());
    if (!is_start(opened->get())) return fail("the directory of " + task + " is another by now");
    start = std::move(*opened);
  }
  Walk walk(std::move(*root), std::move(start), record.path);
  return walk.run((record.flags & SYSCALL_PATH_FOLLOW) != 0, (record.flags & SYSCALL_PATH_OBJECT) != 0);
}

std::string start_directory_name(const HostPaths& paths, const SyscallRecord& record) {
  const std::string task =
      fmt::format("{}/{}/task/{}", paths.proc, record.details.event.tgid, record.details.event.tid);
  const auto fd = open_link(record.dirfd == AT_FDCWD ? task + "/cwd" : fmt::format("{}/fd/{}", task, record.dirfd));
  return fd ? name_of(fd->get()) : std::string();
}

Result<ResolvedPath> resolve_fault(const HostPaths& paths, const SyscallRecord& record) {
  const std::string process = fmt::format("{}/{}", paths.proc, record.details.event.tgid);
  std::optional<Mapping> mapped;
  auto scanned = read_lines(process + "/maps", [&](std::string_view line) {
    const auto mapping = parse_mapping(line);
    if (!mapping || record.address < mapping->range.begin || record.address >= mapping->range.end) return true;
    mapped = mapping;
    return false;
  });
  if (!scanned) return tl::unexpected(scanned.error());
  if (!mapped || mapped->inode == 0) return fail_errno("find the mapping in", process + "/maps", ENOENT);
  // The link leads to the file by its object, deleted or not; it asks no file system.
  auto fd = open_link(fmt::format("{}/map_files/{:x}-{:x}", process, mapped->range.begin, mapped->range.end));
  if (!fd) return tl::unexpected(fd.error());
  struct stat facts {};
  if (!is_on_tmpfs(fd->get())) return ResolvedPath{};
  if (::fstat(fd->get(), &facts) != 0) return fail_errno("stat the mapping of", process, errno);
  const std::uint64_t offset = mapped->offset + (record.address - mapped->range.begin) / kPageBytes * kPageBytes;
  if (offset >= static_cast<std::uint64_t>(facts.st_size)) return ResolvedPath{};
  std::string file = name_of(fd->get());
  return ResolvedPath{std::move(*fd), std::move(file), {}};
}

}  // namespace tmpfstrace
