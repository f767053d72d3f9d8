# SPDX-License-Identifier: Apache-2.0
"""The unit and the DaemonSet give the same capabilities; the unit's filter lets through what the tool calls."""
import pathlib
import re
import subprocess
import sys

import yaml

# Seen with strace -f of the tool, its start and its workers, and what a web server and a logger call: what the filter must not refuse.
CALLS = """accept4 access alarm arch_prctl bind bpf brk capget capset chdir clock_gettime clone clone3 close dup3 epoll_create1 epoll_ctl epoll_pwait epoll_wait
eventfd2 execve exit_group faccessat2 fcntl fdatasync fstatfs fsync futex getdents64 getpid getrandom getsockname getsockopt ioctl kill listen lseek
madvise memfd_create mmap mprotect mremap munmap newfstatat open_tree openat openat2 perf_event_open pipe2 poll ppoll prctl pread64 prlimit64 pwritev2 read
readlink readlinkat recvfrom recvmsg restart_syscall rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn sendmsg sendto set_robust_list
set_tid_address setgid setgroups setpgid setresgid setresuid setsockopt setuid shutdown sigaltstack signalfd4 socket socketpair statfs statx tgkill
timerfd_create timerfd_settime uname unlinkat vfork wait4 write writev mkdirat renameat seccomp setpriority""".split()
SANDBOX = pathlib.Path(__file__).resolve().parents[2] / "userspace/agent/sandbox.cpp"


def calls_after_start():
    """What the agent's own filter lets through."""
    lists = re.findall(r"^constexpr Calls \w+ = \{(.*?)\};", SANDBOX.read_text(), re.M | re.S)
    names = set(re.findall(r'"(\w+)"', " ".join(lists)))
    if len(names) < 100:
        raise AssertionError(f"{SANDBOX}: only {len(names)} calls were read")
    return names


def sets_of_systemd():
    text = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    sets, name = {}, None
    for line in text.stdout.splitlines():
        if line.startswith("@"):
            name = line.strip()
            sets[name] = []
        elif name and line.strip() and not line.strip().startswith("#"):
            sets[name].append(line.strip())
    return sets


def expand(sets, name):
    return set().union(*(expand(sets, one) for one in sets[name])) if name.startswith("@") else {name}


def main():
    unit, manifest = sys.argv[1:]
    lines = open(unit).read().replace("\\\n", " ").splitlines()
    values = [line.partition("=")[::2] for line in lines if "=" in line and not line.startswith("#")]
    bounding = set(" ".join(value for key, value in values if key == "CapabilityBoundingSet").split())
    added = set(yaml.safe_load(open(manifest))["spec"]["template"]["spec"]["containers"][0]["securityContext"]["capabilities"]["add"])
    if bounding != {"CAP_" + name for name in added}:
        raise AssertionError(f"only one of unit and DaemonSet has {sorted(bounding ^ {'CAP_' + name for name in added})}")
    if any(key == "RestrictSUIDSGID" and value != "no" for key, value in values):
        raise AssertionError("RestrictSUIDSGID= refuses openat2(2)")
    sets = sets_of_systemd()
    allowed = expand(sets, "@default")
    for key, value in values:
        if key == "SystemCallFilter":
            names = set().union(*(expand(sets, name) for name in value.lstrip("~").split()))
            allowed = allowed - names if value.startswith("~") else allowed | names
    refused = sorted(name for name in calls_after_start() | set(CALLS) if name not in allowed)
    if refused:
        raise AssertionError(f"the filter refuses {refused}")
    for name in ("mount", "ptrace", "init_module", "kexec_load", "reboot", "chown", "keyctl"):
        if name in allowed:
            raise AssertionError(f"the filter lets {name} through")


if __name__ == "__main__":
    main()
