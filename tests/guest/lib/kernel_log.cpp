// SPDX-License-Identifier: Apache-2.0
#include "kernel_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace guest {
namespace {

// As the kernel writes them: "BUG: soft lockup", "kernel BUG at", "WARNING: CPU: 0", "rcu: INFO: rcu_sched detected
// stalls", "INFO: task x:1 blocked for more than 120 seconds".
constexpr std::array kComplaints = {
    "BUG: ",  "BUG at ", "WARNING: ", "Oops",   "general protection fault", "blocked for more than",
    " stall", "lockup",  "LOCKUP",    "UBSAN: "};

bool is_complaint(const std::string& line) {
  for (const char* words : kComplaints) {
    if (line.find(words) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

KernelLog::KernelLog() : log_(open_file("/dev/kmsg", O_RDONLY | O_NONBLOCK)) {
  if (::lseek(log_.get(), 0, SEEK_END) < 0) throw_errno("seek in /dev/kmsg");
}

std::string KernelLog::complaints() {
  std::string found;
  const auto add = [&](const std::string& line) { found += (found.empty() ? "" : " | ") + line; };
  for (;;) {
    // One record a read: "priority,sequence,time,flags;text", then lines of properties.
    std::array<char, 8192> record;
    const ssize_t got = ::read(log_.get(), record.data(), record.size());
    if (got < 0 && errno == EAGAIN) return found;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EPIPE) {
      add("records were overwritten before they were read");
      continue;
    }
    if (got <= 0) throw_errno("read of /dev/kmsg");
    const std::string text(record.data(), static_cast<std::size_t>(got));
    const std::size_t start = text.find(';') + 1;
    const std::string line = text.substr(start, text.find('\n', start) - start);
    if (is_complaint(line)) add(line);
  }
}

}  // namespace guest
