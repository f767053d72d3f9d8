// SPDX-License-Identifier: Apache-2.0
// A process of its own in a mount namespace of its own, for tests on a real tmpfs. Needs root; tests skip without.
#pragma once

#include <sys/types.h>

#include <functional>

namespace tmpfstrace::test {

// Forks a child that leaves the mount namespace, makes mounts private, runs prepare() and then waits until this object
// goes. pid() is 0 when any of it was refused.
class PrivateNamespace {
 public:
  explicit PrivateNamespace(const std::function<bool()>& prepare);
  PrivateNamespace(const PrivateNamespace&) = delete;
  PrivateNamespace& operator=(const PrivateNamespace&) = delete;
  ~PrivateNamespace();

  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  int hold_ = -1;  // the child ends when this end of the pipe closes
};

bool mount_tmpfs(const char* where, const char* options);

}  // namespace tmpfstrace::test
