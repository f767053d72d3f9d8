// SPDX-License-Identifier: Apache-2.0
#include "web/web_sandbox.h"

#include <fcntl.h>
#include <grp.h>
#include <seccomp.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <type_traits>

namespace tmpfstrace {
namespace {

constexpr rlim_t kMostDescriptors = 4096;
constexpr rlim_t kMostAddresses = 1UL << 30;

constexpr int kAllowed[] = {
    // Sockets and pipes that are there, and connections that come in.
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(write), SCMP_SYS(writev),
    SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(accept4), SCMP_SYS(close), SCMP_SYS(shutdown), SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(fcntl), SCMP_SYS(pread64),
    // Waiting. A reload makes another epoll.
    SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_create1), SCMP_SYS(eventfd2),
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(restart_syscall), SCMP_SYS(clock_nanosleep), SCMP_SYS(futex),
    // Memory, which never becomes executable (below).
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    // Itself.
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(getrusage),
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getppid), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction), SCMP_SYS(alarm), SCMP_SYS(exit), SCMP_SYS(exit_group)};

constexpr int kFatal[] = {SCMP_SYS(execve),
                          SCMP_SYS(execveat),
                          SCMP_SYS(ptrace),
                          SCMP_SYS(process_vm_readv),
                          SCMP_SYS(process_vm_writev),
                          SCMP_SYS(bpf),
                          SCMP_SYS(perf_event_open),
                          SCMP_SYS(userfaultfd),
                          SCMP_SYS(keyctl),
                          SCMP_SYS(init_module),
                          SCMP_SYS(finit_module),
                          SCMP_SYS(mount),
                          SCMP_SYS(unshare),
                          SCMP_SYS(setns)};

struct FilterDeleter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

Result<void> load_filter() {
  const std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, FilterDeleter> filter(
      seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return fail("cannot make a seccomp filter");
  int error = 0;
  const auto keep = [&](int result) {
    if (error == 0 && result < 0) error = -result;
  };
  for (const int call : kAllowed) keep(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0));
  for (const int call : kFatal) keep(seccomp_rule_add(filter.get(), SCMP_ACT_KILL_PROCESS, call, 0));
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
    keep(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)));
  keep(seccomp_load(filter.get()));
  if (error != 0) return fail_errno("load", "a seccomp filter", error, "the kernel needs CONFIG_SECCOMP_FILTER");
  return {};
}

Result<void> limit(int resource, rlim_t most) {
  rlimit limits{};
  ::getrlimit(static_cast<__rlimit_resource>(resource), &limits);
  limits.rlim_max = limits.rlim_max == RLIM_INFINITY || limits.rlim_max > most ? most : limits.rlim_max;
  limits.rlim_cur = limits.rlim_max;
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &limits) != 0)
    return fail_errno("set", "a resource limit", errno);
  return {};
}

Result<void> become_nobody() {
  if (::geteuid() != 0) return {};
  if (::setgroups(0, nullptr) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0 ||
      ::setresuid(kNobody, kNobody, kNobody) != 0) {
    // Without CAP_SETUID, or where this user namespace has no nobody.
    if (errno != EPERM && errno != EINVAL) return fail_errno("become", "nobody", errno);
  }
  return {};
}

Result<void> drop_capabilities() {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  const std::unique_ptr<std::remove_pointer_t<cap_t>, int (*)(void*)> none(cap_init(), &cap_free);
  if (!none || cap_set_proc(none.get()) != 0) return fail_errno("drop", "the capabilities", errno);
  return {};
}

}  // namespace

Result<void> enter_web_sandbox() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno("give up", "new privileges", errno);
  Result<void> done = limit(RLIMIT_CORE, 0);
  if (done) done = limit(RLIMIT_NOFILE, kMostDescriptors);
  if (done) done = limit(RLIMIT_AS, kMostAddresses);
  // The bounding set can only be emptied while root, and the rest is gone with root.
  for (int capability = 0; done && capability <= CAP_LAST_CAP; ++capability)
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  if (done) done = become_nobody();
  if (done) done = drop_capabilities();
  if (done) done = limit(RLIMIT_NPROC, 0);
  if (!done) return done;
  // Both are undone by a change of the user.
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  return load_filter();
}

}  // namespace tmpfstrace
