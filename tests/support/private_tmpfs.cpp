// SPDX-License-Identifier: Apache-2.0
#include "private_tmpfs.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace tmpfstrace::test {

bool mount_tmpfs(const char* where, const char* options) { return ::mount("test", where, "tmpfs", 0, options) == 0; }

PrivateNamespace::PrivateNamespace(const std::function<bool()>& prepare) {
  std::array<int, 2> ready{};
  std::array<int, 2> hold{};
  if (::pipe2(ready.data(), O_CLOEXEC) != 0) return;
  if (::pipe2(hold.data(), O_CLOEXEC) != 0) {
    ::close(ready[0]);
    ::close(ready[1]);
    return;
  }
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ready[0]);
    ::close(hold[1]);
    const bool done =
        ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 && prepare();
    char byte = done ? 1 : 0;
    if (::write(ready[1], &byte, 1) == 1 && ::read(hold[0], &byte, 1) == 0) ::_exit(0);
    ::_exit(1);
  }
  ::close(ready[1]);
  ::close(hold[0]);
  char byte = 0;
  const bool done = child > 0 && ::read(ready[0], &byte, 1) == 1 && byte == 1;
  ::close(ready[0]);
  hold_ = hold[1];
  if (done) {
    pid_ = child;
    return;
  }
  ::close(hold_);
  hold_ = -1;
  if (child > 0) ::waitpid(child, nullptr, 0);
}

PrivateNamespace::~PrivateNamespace() {
  if (hold_ < 0) return;
  ::close(hold_);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace tmpfstrace::test
