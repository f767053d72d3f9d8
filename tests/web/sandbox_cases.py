# SPDX-License-Identifier: Apache-2.0
"""What the worker has given up, as the kernel tells."""
import os
import signal
import subprocess

from driver import Driver, wait_for

NONE = "0" * 16


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def status_of(pid):
    with open(f"/proc/{pid}/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def sandboxed():
    """no capability, no new privileges, a filter of system calls, nobody's user; so has its password checker"""
    with Driver() as driver:
        checkers = children_of(driver.worker)
        assert len(checkers) == 1
        for pid in (driver.worker, checkers[0]):
            status = wait_for(lambda: (s := status_of(pid))["Seccomp"] == "2" and s, "the filter")
            for name in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
                assert status[name] == NONE, (name, status[name])
            assert status["NoNewPrivs"] == "1"
            if os.geteuid() == 0:
                assert set(status["Uid"].split()) == {"65534"} and set(status["Gid"].split()) == {"65534"}, status
                assert status.get("Groups", "").strip() == "" and status["CapBnd"] == NONE
            with open(f"/proc/{pid}/limits") as file:
                limits = file.read()
            assert [line.split()[4] for line in limits.splitlines() if line.startswith("Max core")] == ["0"]
            assert [line.split()[3] for line in limits.splitlines() if line.startswith("Max open files")] == ["4096"]


def descriptors():
    """the worker holds sockets and waits, and nothing of the agent's; the agent has no connection"""
    with Driver() as driver:
        driver.get("/healthz")
        if os.geteuid() != 0:  # not even its own user may look into it
            try:
                os.listdir(f"/proc/{driver.worker}/fd")
            except PermissionError:
                return "not looked at, which only root may"
            raise AssertionError("another process of its user can look into the worker")
        links = [os.readlink(f"/proc/{driver.worker}/fd/{fd}") for fd in os.listdir(f"/proc/{driver.worker}/fd")]
        allowed = ("socket:", "anon_inode:[eventpoll]", "anon_inode:[eventfd]", "/dev/null", "pipe:")
        own = (f"/proc/{driver.worker}/statm",)
        assert all(link.startswith(allowed) or link in own for link in links), links
        with open(f"/proc/{driver.worker}/environ") as file:
            assert file.read() == ""


def ends_with_parent():
    """the worker and its checker end when the agent is killed"""
    with Driver() as driver:
        pids = [driver.worker, *children_of(driver.worker)]
        driver.process.send_signal(signal.SIGKILL)
        driver.process.wait()

        def gone(pid):
            try:
                return status_of(pid)["State"].startswith("Z")
            except (FileNotFoundError, ProcessLookupError):
                return True

        wait_for(lambda: all(gone(pid) for pid in pids), "they end", 5)


def checker_killed():
    """a worker without its checker ends, and another one serves"""
    with Driver() as driver:
        first = driver.worker
        os.kill(children_of(first)[0], signal.SIGKILL)
        wait_for(lambda: driver.worker != first and driver.answers(), "another worker", 5)


def probes():
    """in the sandbox nothing can be opened, connected or started, and what only an intruder calls ends the process"""
    def probe(call):
        return subprocess.run([Driver.binary, "--probe", call], capture_output=True, text=True, timeout=20)

    assert probe("nothing").stdout == "done\n", probe("nothing")
    for call in ("open", "create", "stat", "socket", "socketpair", "connect", "fork", "kill", "setuid", "chroot",
                 "executable"):
        assert probe(call).stdout == "EPERM\n", (call, probe(call))
    assert probe("memory").stdout == "ENOMEM\n"
    for call in ("exec", "ptrace", "bpf"):
        result = probe(call)
        assert result.returncode == -signal.SIGSYS and result.stdout == "", (call, result)


CASES = [probes, sandboxed, descriptors, ends_with_parent, checker_killed]
