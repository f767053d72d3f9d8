// SPDX-License-Identifier: Apache-2.0
#include "agent/sandbox.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <initializer_list>
#include <memory>
#include <utility>

#include <seccomp.h>

#include "agent/capabilities.h"

namespace tmpfstrace {
namespace {

struct FreeFilter {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, FreeFilter>;

using Calls = std::initializer_list<const char*>;

// Of memory, time, descriptors and events: what any program of ours does.
constexpr Calls always = {"read",
                          "readv",
                          "pread64",
                          "write",
                          "writev",
                          "pwrite64",
                          "lseek",
                          "close",
                          "close_range",
                          "fcntl",
                          "dup",
                          "dup2",
                          "dup3",
                          "pipe2",
                          "brk",
                          "mmap",
                          "munmap",
                          "mremap",
                          "mprotect",
                          "madvise",
                          "futex",
                          "futex_waitv",
                          "getrandom",
                          "clock_gettime",
                          "clock_getres",
                          "clock_nanosleep",
                          "nanosleep",
                          "gettimeofday",
                          "time",
                          "restart_syscall",
                          "sched_yield",
                          "sched_getaffinity",
                          "rt_sigaction",
                          "rt_sigprocmask",
                          "rt_sigreturn",
                          "rt_sigpending",
                          "sigaltstack",
                          "poll",
                          "ppoll",
                          "select",
                          "pselect6",
                          "epoll_create1",
                          "epoll_ctl",
                          "epoll_wait",
                          "epoll_pwait",
                          "epoll_pwait2",
                          "timerfd_create",
                          "timerfd_settime",
                          "timerfd_gettime",
                          "eventfd2",
                          "getpid",
                          "gettid",
                          "getppid",
                          "getuid",
                          "geteuid",
                          "getgid",
                          "getegid",
                          "getrusage",
                          "times",
                          "sysinfo",
                          "uname",
                          "prlimit64",
                          "getrlimit",
                          "exit",
                          "exit_group",
                          "rseq",
                          "set_robust_list",
                          "set_tid_address",
                          "arch_prctl",
                          "membarrier",
                          "kill",
                          "tgkill"};
// Of /proc, the cgroups, and the trees that are looked at: nothing there is written.
constexpr Calls looking = {"openat",     "openat2",    "open_tree", "newfstatat", "fstat",      "stat",
                           "lstat",      "statx",      "statfs",    "fstatfs",    "getdents64", "readlink",
                           "readlinkat", "access",     "faccessat", "faccessat2", "getxattr",   "lgetxattr",
                           "flistxattr", "llistxattr", "getcwd",    "ioctl"};
// Rotating our own file. The file system and the capabilities that are left say which.
constexpr Calls rotating = {"rename", "renameat", "renameat2", "unlink", "unlinkat", "ftruncate", "fsync", "umask"};
// Our own two other processes, which are this same program; both give up the rest by themselves.
constexpr Calls workers = {"clone",   "clone3",   "vfork",   "fork",     "execve",     "wait4",
                           "waitid",  "setpgid",  "setsid",  "prctl",    "socketpair", "sendto",
                           "sendmsg", "recvfrom", "recvmsg", "shutdown", "pidfd_open", "pidfd_send_signal"};
constexpr Calls web = {"accept4",  "accept", "getsockname", "getpeername", "getsockopt", "setsockopt",
                       "sendfile", "setuid", "setgid",      "setresuid",   "setresgid",  "setgroups",
                       "capget",   "capset", "seccomp",     "alarm",       "setrlimit",  "sched_getscheduler"};
constexpr Calls alerts = {"connect",    "bind",       "getsockname", "getpeername",
                          "getsockopt", "setsockopt", "sendmmsg",    "recvmmsg"};

// Reading and running what is there. Not: loading a program, making a map, attaching anywhere.
constexpr int bpf_commands[] = {
    1,   // BPF_MAP_LOOKUP_ELEM
    2,   // BPF_MAP_UPDATE_ELEM
    3,   // BPF_MAP_DELETE_ELEM
    4,   // BPF_MAP_GET_NEXT_KEY
    10,  // BPF_PROG_TEST_RUN
    15,  // BPF_OBJ_GET_INFO_BY_FD
    24,  // BPF_MAP_LOOKUP_BATCH
};
constexpr int bpf_enable_stats = 32;

class FilterBuilder {
 public:
  explicit FilterBuilder(scmp_filter_ctx filter) : filter_(filter) {}

  // A call that this libseccomp does not know cannot be made by what it was built with.
  void allow(Calls names) {
    for (const char* name : names) {
      const int number = seccomp_syscall_resolve_name(name);
      if (number != __NR_SCMP_ERROR) keep(seccomp_rule_add(filter_, SCMP_ACT_ALLOW, number, 0));
    }
  }
  void allow(int call, unsigned argument, std::uint64_t value) {
    const scmp_arg_cmp is{argument, SCMP_CMP_EQ, value, 0};
    keep(seccomp_rule_add_array(filter_, SCMP_ACT_ALLOW, call, 1, &is));
  }
  int error() const { return error_; }

 private:
  void keep(int result) {
    if (result < 0 && error_ == 0) error_ = -result;
  }

  scmp_filter_ctx filter_;
  int error_ = 0;
};

// EPERM rather than death: a library that tries something else first must be able to go on.
Result<void> filter_calls(const SandboxNeeds& needs) {
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return fail("cannot make a filter of system calls");
  FilterBuilder builder(filter.get());
  for (const Calls calls : {always, looking, rotating, workers}) builder.allow(calls);
  for (const int command : bpf_commands) builder.allow(SCMP_SYS(bpf), 0, static_cast<std::uint64_t>(command));
  if (needs.program_times) builder.allow(SCMP_SYS(bpf), 0, bpf_enable_stats);
  if (needs.web) builder.allow(web);
  if (needs.alerts) {
    builder.allow(alerts);
    for (const int family : {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK})
      builder.allow(SCMP_SYS(socket), 0, static_cast<std::uint64_t>(family));
  }
  if (builder.error() != 0) return fail_errno("make", "a filter of system calls", builder.error());
  if (const int error = seccomp_load(filter.get()); error != 0)
    return fail_errno("filter", "system calls", -error,
                      "the kernel lacks CONFIG_SECCOMP_FILTER? --no-sandbox goes on without");
  return {};
}

}  // namespace

Result<std::vector<std::string>> enter_sandbox(const SandboxNeeds& needs) {
  Result<std::vector<std::string>> left = drop_capabilities(needs);
  if (!left) return left;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno("set", "no_new_privs", errno);
  if (Result<void> filtered = filter_calls(needs); !filtered) return tl::unexpected(filtered.error());
  return left;
}

}  // namespace tmpfstrace
