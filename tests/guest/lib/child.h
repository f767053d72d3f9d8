// SPDX-License-Identifier: Apache-2.0
// A process of the workload: its own cgroup, its own name, results in shared memory.
#pragma once

#include <sys/mman.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <new>
#include <optional>
#include <string>

#include "cgroup.h"
#include "util.h"

namespace guest {

// One T in memory that children made later share with their parent.
template <typename T>
class Shared {
 public:
  Shared() {
    void* area = ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (area == MAP_FAILED) throw_errno("mmap");
    value_ = new (area) T{};
  }
  ~Shared() { ::munmap(static_cast<void*>(value_), sizeof(T)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  T& operator*() const { return *value_; }
  T* operator->() const { return value_; }

 private:
  T* value_ = nullptr;
};

class Child {
 public:
  // group may be null: the parent's cgroup. The body's result becomes the exit code.
  Child(const Cgroup* group, const std::string& comm, const std::function<int()>& body);
  ~Child();  // kills what still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  // The wait status, or nothing when it still runs after the timeout.
  std::optional<int> wait(std::chrono::milliseconds timeout);
  void kill();

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

// A process born in a cgroup of v2: it is never moved, and a move waits for a grace period of RCU, thousands of times.
// Between clone3 and _exit the body may only make system calls: the C library knows nothing of this child.
// The exit code, or -1 where the kernel cannot do it.
int run_born_in(const Cgroup& group, int (*body)(void*), void* argument);

// Runs the body to its end; throws when it did not end with 0.
void run_child(const Cgroup* group, const std::string& comm, const std::function<int()>& body);

}  // namespace guest
