// SPDX-License-Identifier: Apache-2.0
// Small things every part of the guest test needs: files, time, polling, an owned descriptor.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace guest {

inline constexpr std::int64_t kPage = 4096;
inline constexpr std::int64_t kHugePage = 2 << 20;

[[noreturn]] void throw_errno(const std::string& what);

// Empty when it cannot be read: callers ask for files that some kernels lack.
std::string read_text(const std::string& path);
// False with errno set; never creates.
bool write_text(const std::string& path, const std::string& text);
// The value after "key " in a flat key-value file such as memory.stat; -1 when the key is absent.
std::int64_t read_key(const std::string& path, const std::string& key);

std::uint64_t monotonic_ns();
void nap(std::chrono::milliseconds time);

template <typename Condition>
bool poll_until(std::chrono::milliseconds timeout, Condition&& condition) {
  const std::uint64_t end = monotonic_ns() + static_cast<std::uint64_t>(timeout.count()) * 1'000'000;
  while (!condition()) {
    if (monotonic_ns() > end) return false;
    nap(std::chrono::milliseconds(2));
  }
  return true;
}

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Fd() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// Throws when the file cannot be opened: set-up that must succeed for a case to mean anything.
Fd open_file(const std::string& path, int flags, unsigned mode = 0600);

}  // namespace guest
