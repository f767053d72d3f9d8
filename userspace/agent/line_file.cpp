// SPDX-License-Identifier: Apache-2.0
#include "agent/line_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>

namespace tmpfstrace {
namespace {

// A reader of standard output that is slower loses lines; samples go on.
constexpr int patience_ms = 500;

}  // namespace

Result<LineFile> LineFile::open(LineFileOptions options) {
  LineFile file(std::move(options));
  if (file.is_stdout()) {
    // A description of its own, so that O_NONBLOCK is not set for whoever shares standard output; a socket has none.
    file.file_ = UniqueFd(::open("/proc/self/fd/1", O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (!file.file_) file.file_ = UniqueFd(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!file.file_) return fail_errno("write to", "standard output", errno);
    return file;
  }
  if (Result<void> opened = file.reopen(); !opened) return tl::unexpected(opened.error());
  return file;
}

Result<void> LineFile::reopen() {
  if (is_stdout()) return {};
  UniqueFd file(::open(options_.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) return fail_errno("open", options_.path, errno);
  file_ = std::move(file);
  bytes_ = static_cast<std::uint64_t>(status.st_size);
  return {};
}

Result<void> LineFile::write_line(const std::string& text) {
  std::string line = (line_is_open_ ? "\n" : "") + text + "\n";
  Result<void> written;
  if (options_.max_bytes != 0 && !is_stdout() && bytes_ != 0 && bytes_ + line.size() > options_.max_bytes)
    written = rotate();
  if (written) written = write_all(line);
  if (written) {
    failing_ = false;
    return {};
  }
  ++lost_;
  return std::exchange(failing_, true) ? Result<void>() : written;
}

// PATH.(N-1) is overwritten by the one before it, and so on: rename(2) leaves no moment without the file.
Result<void> LineFile::rotate() {
  const auto name = [this](std::uint32_t number) {
    return number == 0 ? options_.path : options_.path + "." + std::to_string(number);
  };
  for (std::uint32_t number = options_.files - 1; number > 0; --number) {
    if (::rename(name(number - 1).c_str(), name(number).c_str()) != 0 && errno != ENOENT)
      return fail_errno("rotate", name(number - 1), errno);
  }
  if (options_.files == 1 && ::unlink(options_.path.c_str()) != 0 && errno != ENOENT)
    return fail_errno("rotate", options_.path, errno);
  return reopen();
}

Result<void> LineFile::write_all(std::string_view text) {
  const std::string& name = is_stdout() ? "standard output" : options_.path;
  while (!text.empty()) {
    pollfd ready{file_.get(), POLLOUT, 0};
    if (is_stdout() && poll(&ready, 1, patience_ms) == 0) return fail_errno("write to", name, ETIMEDOUT);
    const ssize_t written = ::write(file_.get(), text.data(), text.size());
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written < 0) return fail_errno("write to", name, errno);
    bytes_ += static_cast<std::uint64_t>(written);
    text.remove_prefix(static_cast<std::size_t>(written));
    line_is_open_ = !text.empty();
  }
  return {};
}

}  // namespace tmpfstrace
