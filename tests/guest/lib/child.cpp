// SPDX-License-Identifier: Apache-2.0
#include "child.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <stdexcept>

namespace guest {
namespace {

constexpr int kBroken = 99;

[[noreturn]] void live(const Cgroup* group, const std::string& comm, const std::function<int()>& body) {
  int code = kBroken;
  try {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, comm.c_str());
    if (group != nullptr) group->join();
    code = body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", comm.c_str(), error.what());
  }
  ::_exit(code);
}

}  // namespace

Child::Child(const Cgroup* group, const std::string& comm, const std::function<int()>& body) {
  std::fflush(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw_errno("fork");
  if (pid_ == 0) live(group, comm, body);
}

Child::~Child() { kill(); }

std::optional<int> Child::wait(std::chrono::milliseconds timeout) {
  poll_until(timeout, [this] {
    int status = 0;
    if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
    return status_.has_value();
  });
  return status_;
}

void Child::kill() {
  if (status_) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  if (::waitpid(pid_, &status, 0) == pid_) status_ = status;
}

int run_born_in(const Cgroup& group, int (*body)(void*), void* argument) {
  const Fd directory(::open(group.directory().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  clone_args args{};
  args.flags = CLONE_INTO_CGROUP;
  args.exit_signal = SIGCHLD;
  args.cgroup = static_cast<std::uint64_t>(directory.get());
  const long pid = ::syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) ::_exit(body(argument));
  int status = 0;
  if (pid < 0 || ::waitpid(static_cast<pid_t>(pid), &status, 0) != pid || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

void run_child(const Cgroup* group, const std::string& comm, const std::function<int()>& body) {
  Child child(group, comm, body);
  const auto status = child.wait(std::chrono::seconds(60));
  if (!status) throw std::runtime_error(comm + " did not end in time");
  if (*status != 0) throw std::runtime_error(comm + " ended with wait status " + std::to_string(*status));
}

}  // namespace guest
