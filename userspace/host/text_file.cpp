// SPDX-License-Identifier: Apache-2.0
#include "host/text_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "host/text_parse.h"

namespace tmpfstrace {

namespace {

constexpr std::size_t kMaxLine = 64U << 10;

// Reads until the end of the file; on_chunk returns false to stop. 0 or errno.
template <typename OnChunk>
int read_chunks(int fd, OnChunk on_chunk) {
  std::array<char, 32U << 10> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): only what was read is used
  while (true) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return 0;
    if (!on_chunk(std::string_view(buffer.data(), static_cast<std::size_t>(got)))) return 0;
  }
}

}  // namespace

tl::unexpected<Error> host_failure(std::string_view action, std::string_view subject, int code) {
  std::string hint;
  if (code == EACCES || code == EPERM) hint = "run as root, or grant CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH";
  return fail_errno(action, subject, code, std::move(hint));
}

Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes) {
  return read_text_file_at(AT_FDCWD, path, max_bytes);
}

Result<std::string> read_text_file_at(int directory, const std::string& name, std::size_t max_bytes) {
  const UniqueFd fd(::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return host_failure("open", name, errno);
  return read_text_fd(fd.get(), name, max_bytes);
}

Result<std::string> read_text_fd(int fd, const std::string& name, std::size_t max_bytes) {
  std::string text;
  const int code = read_chunks(fd, [&](std::string_view chunk) {
    text.append(chunk);
    return text.size() <= max_bytes;
  });
  if (code != 0) return host_failure("read", name, code);
  if (text.size() > max_bytes) return host_failure("read", name, EFBIG);
  return text;
}

Result<void> read_lines(const std::string& path, const std::function<bool(std::string_view)>& on_line) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return host_failure("open", path, errno);
  std::string partial;
  bool stopped = false;
  const int code = read_chunks(fd.get(), [&](std::string_view chunk) {
    while (!chunk.empty() && !stopped) {
      const std::size_t end = chunk.find('\n');
      const std::string_view piece = chunk.substr(0, end);
      if (partial.empty() && end != std::string_view::npos) {
        stopped = !on_line(piece);
      } else {
        partial.append(piece.substr(0, kMaxLine - std::min(kMaxLine, partial.size())));
        if (end != std::string_view::npos) {
          stopped = !on_line(partial);
          partial.clear();
        }
      }
      chunk.remove_prefix(end == std::string_view::npos ? chunk.size() : end + 1);
    }
    return !stopped;
  });
  if (code != 0) return host_failure("read", path, code);
  if (!stopped && !partial.empty()) on_line(partial);
  return {};
}

Result<UniqueFd> open_directory(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return host_failure("open", path, errno);
  return fd;
}

Result<void> list_directory(int directory,
                            const std::function<bool(std::string_view name, unsigned char type)>& on_entry) {
  alignas(dirent64) std::array<char, 32U << 10> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): as above
  while (true) {
    const ssize_t got = ::getdents64(directory, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return host_failure("list", "a directory", errno);
    if (got == 0) return {};
    for (ssize_t at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      at += entry->d_reclen;
      const std::string_view name(entry->d_name);
      if (name == "." || name == "..") continue;
      if (!on_entry(name, entry->d_type)) return {};
    }
  }
}

Result<bool> path_exists(const std::string& path) {
  if (::faccessat(AT_FDCWD, path.c_str(), F_OK, 0) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return host_failure("look at", path, errno);
}

Result<std::vector<std::int32_t>> list_processes(const std::string& proc) {
  auto directory = open_directory(proc);
  if (!directory) return tl::unexpected(directory.error());
  std::vector<std::int32_t> pids;
  auto listed = list_directory(directory->get(), [&](std::string_view name, unsigned char) {
    if (const auto pid = parse_pid(name)) pids.push_back(*pid);
    return true;
  });
  if (!listed) return tl::unexpected(listed.error());
  std::sort(pids.begin(), pids.end());
  return pids;
}

}  // namespace tmpfstrace
