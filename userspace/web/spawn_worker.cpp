// SPDX-License-Identifier: Apache-2.0
#include "web/spawn_worker.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "web/web_worker.h"

namespace tmpfstrace {
namespace {

constexpr int kAboveAll = 256;  // where no descriptor of the worker is

// What posix_spawn needs, given back whatever happens.
struct SpawnSettings {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
  SpawnSettings() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
};

}  // namespace

Result<SpawnedWorker> spawn_web_worker(const std::vector<int>& listeners) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail_errno("make", "a socket pair", errno);
  SpawnedWorker worker;
  worker.socket.reset(ends[0]);
  const UniqueFd theirs(ends[1]);
  ::shutdown(ends[0], SHUT_RD);

  // In two steps: the number that one is to have may be another's now.
  std::vector<UniqueFd> moved;
  SpawnSettings settings;
  posix_spawn_file_actions_adddup2(&settings.files, theirs.get(), STDIN_FILENO);
  posix_spawn_file_actions_addopen(&settings.files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  int target = kFirstWebListener;
  for (const int listener : listeners) {
    moved.emplace_back(::fcntl(listener, F_DUPFD_CLOEXEC, kAboveAll));
    if (!moved.back()) return fail_errno("hand over", "a socket", errno);
    posix_spawn_file_actions_adddup2(&settings.files, moved.back().get(), target++);
  }
  // A group of its own: the terminal's signals are for us. The signals that we block must be able to end it.
  sigset_t nothing;
  sigemptyset(&nothing);
  posix_spawnattr_setsigmask(&settings.attributes, &nothing);
  posix_spawnattr_setpgroup(&settings.attributes, 0);
  posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  char name[] = "tmpfstrace";
  std::string argument = kWebWorkerArgument;
  char* const argv[] = {name, argument.data(), nullptr};
  char* const nothing_else[] = {nullptr};
  const int error =
      posix_spawn(&worker.pid, "/proc/self/exe", &settings.files, &settings.attributes, argv, nothing_else);
  if (error != 0) return fail_errno("start", "the web worker", error);
  worker.pid_fd.reset(static_cast<int>(::syscall(SYS_pidfd_open, worker.pid, 0)));
  if (worker.pid_fd) return worker;
  const int code = errno;
  ::kill(worker.pid, SIGKILL);
  ::waitpid(worker.pid, nullptr, 0);
  return fail_errno("watch", "the web worker", code, "this needs Linux 5.3");
}

}  // namespace tmpfstrace
