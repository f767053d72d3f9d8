# SPDX-License-Identifier: Apache-2.0
"""The agent and its service manager, its end, and its other process."""
import contextlib
import os
import signal
import socket
import tempfile
import time

from agent import Agent
from harness import equal, wait_until


@contextlib.contextmanager
def service_manager(**variables):
    """An environment as systemd makes it, and the socket that is told."""
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(directory + "/notify")
        manager.settimeout(30)
        yield manager, {**os.environ, "NOTIFY_SOCKET": directory + "/notify", **variables}


def told(manager, wanted, within=30):
    """Reads until a message has the line; gives it."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        text = manager.recv(4096).decode()
        if wanted in text.split("\n"):
            return text
    raise AssertionError(f"{wanted} was not told")


def case_systemd_is_told_of_begin_reload_and_end():
    with service_manager() as (manager, environment), Agent(environment=environment, wait=False) as agent:
        assert "STATUS=" in told(manager, "READY=1")
        equal("serves by then", agent.get("/readyz")[0], 200)
        agent.process.send_signal(signal.SIGHUP)
        assert "MONOTONIC_USEC=" in told(manager, "RELOADING=1")
        told(manager, "READY=1")
        agent.process.send_signal(signal.SIGTERM)
        told(manager, "STOPPING=1")
        equal("exit status", agent.process.wait(30), 0)


def case_the_watchdog_is_told_within_half_its_time():
    with service_manager(WATCHDOG_USEC="400000") as (manager, environment), \
            Agent(environment=environment, interval="60s", wait=False):
        told(manager, "READY=1")
        begin = time.monotonic()
        for _ in range(5):
            told(manager, "WATCHDOG=1")
        passed = time.monotonic() - begin
        assert 0.7 < passed < 1.6, f"five in {passed} s, expected one each 0.2 s"


def case_another_processs_watchdog_is_not_ours():
    with service_manager(WATCHDOG_USEC="200000", WATCHDOG_PID="1") as (manager, environment), \
            Agent(environment=environment, interval="100ms", wait=False):
        told(manager, "READY=1")
        for _ in range(5):
            assert "WATCHDOG=1" not in manager.recv(4096).decode()


def case_a_journal_gets_levels():
    with tempfile.TemporaryFile() as file:
        status = os.fstat(file.fileno())
        environment = {**os.environ, "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
        pid = os.fork()
        if pid == 0:
            os.dup2(file.fileno(), 2)
            from harness import Tool
            os.execve(Tool.binary, [Tool.binary, "agent", "--no-web", "--count", "1"], environment)
        equal("exit status", os.waitpid(pid, 0)[1], 0)
        file.seek(0)
        lines = file.read().decode().splitlines()
        assert lines and all(line.startswith("<6>") for line in lines), lines


def case_both_processes_end_together():
    for how in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
        with Agent() as agent:
            worker = agent.web_worker()
            equal(f"exit status after {how.name}", agent.stop(how), -9 if how == signal.SIGKILL else 0)
            wait_until("the worker has gone", lambda: not os.path.exists(f"/proc/{worker}"), patience=5)


def case_a_worker_that_died_is_started_again():
    with Agent() as agent:
        worker = agent.web_worker()
        os.kill(worker, signal.SIGKILL)
        wait_until("another worker", lambda: agent.web_worker() != worker, patience=5)
        wait_until("it serves", lambda: agent.get_or_none("/metrics") == 200, patience=5)
        assert "ended by signal 9" in agent.errors, agent.errors


def case_a_broken_web_configuration_is_told_once():
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        with Agent("--web.config.file", file.name) as agent:
            file.write("basic_auth_user: {}\n")
            file.flush()
            agent.process.send_signal(signal.SIGHUP)
            wait_until("a complaint", lambda: "basic_auth_user" in agent.errors, seen=lambda: agent.errors)
            agent.after_samples()
            equal("complaints", agent.errors.count("stays"), 1)
            equal("lines about it", agent.errors.count("basic_auth_user"), 1)


WITH_TRACEPOINTS = ()
CASES = (case_systemd_is_told_of_begin_reload_and_end, case_the_watchdog_is_told_within_half_its_time,
         case_another_processs_watchdog_is_not_ours, case_a_journal_gets_levels, case_both_processes_end_together,
         case_a_worker_that_died_is_started_again,
         case_a_broken_web_configuration_is_told_once)
