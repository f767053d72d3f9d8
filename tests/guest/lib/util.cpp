// SPDX-License-Identifier: Apache-2.0
#include "util.h"

#include <fcntl.h>
#include <time.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <system_error>

namespace guest {

void throw_errno(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

std::string read_text(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t got = fd.get() < 0 ? -1 : ::read(fd.get(), buffer, sizeof buffer);
    if (got <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

bool write_text(const std::string& path, const std::string& text) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd.get() >= 0 && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::int64_t read_key(const std::string& path, const std::string& key) {
  std::istringstream lines(read_text(path));
  std::string name;
  std::string value;
  while (lines >> name >> value) {
    if (name == key) return std::strtoll(value.c_str(), nullptr, 10);
  }
  return -1;
}

std::uint64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

void nap(std::chrono::milliseconds time) {
  const timespec wait{time.count() / 1000, (time.count() % 1000) * 1'000'000};
  ::nanosleep(&wait, nullptr);
}

Fd open_file(const std::string& path, int flags, unsigned mode) {
  Fd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (fd.get() < 0) throw_errno("open " + path);
  return fd;
}

}  // namespace guest
