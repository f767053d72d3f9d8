#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""record_traces.py TMPFSTRACE BACKTEST OUT RUN: records the traces of the backtest anew (root, 80 s). All workloads run side
by side, each on a tmpfs of its own in a private mount namespace; one `tmpfstrace record` watches them. From its recording
`backtest extract` takes one small table for each mount; what a workload itself saw of its end goes into its first line.

Run inside `unshare -m --propagation private`."""
import errno
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

from workloads import WORKLOADS, dice_of

SECONDS = 78
BEFORE = 2.0  # from the first samples to the start of the workloads


def sleep_until(deadline):
    left = deadline - time.monotonic()
    if left > 0:
        time.sleep(left)


def run_workload(name, run, root, start, report):
    """In a process of its own. Writes what ended it, and when by CLOCK_MONOTONIC."""
    for at in WORKLOADS[name][0](root, dice_of(name, run)):
        sleep_until(start + at)
        # What the generator does next is behind the yield: an error comes out of it at the following step.
    report({"refused": None})


def child(name, run, root, start, path):
    def report(facts):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(facts, file)

    try:
        run_workload(name, run, root, start, report)
    except OSError as error:
        if error.errno is None:
            raise
        report({"refused": errno.errorcode[error.errno], "at_ns": time.monotonic_ns()})


def spawn(name, run, root, start, path):
    pid = os.fork()
    if pid == 0:
        try:
            child(name, run, root, start, path)
        finally:
            os._exit(0)
    return pid


def main():
    tmpfstrace, backtest, out = (os.path.abspath(path) for path in sys.argv[1:4])
    run = int(sys.argv[4])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # SIGBUS is an end like another
    with tempfile.TemporaryDirectory() as scratch:
        roots = {}
        for name, (_, options) in WORKLOADS.items():
            roots[name] = f"{scratch}/{name}"
            os.mkdir(roots[name])
            subprocess.run(["mount", "-t", "tmpfs", "-o", options + ",mode=700", "backtest", roots[name]], check=True)
        recording = scratch + "/all.zst"
        recorder = subprocess.Popen([tmpfstrace, "record", "--mode", "syscall", "--interval", "100ms", "--duration",
                                     f"{SECONDS}s", "--no-events", recording])
        deadline = time.monotonic() + 20
        while not (os.path.exists(recording) and os.path.getsize(recording) > 2000):
            if recorder.poll() is not None or time.monotonic() > deadline:
                sys.exit("record_traces.py: tmpfstrace does not record")
            time.sleep(0.05)
        start = time.monotonic() + BEFORE
        names = {spawn(name, run, roots[name], start, f"{scratch}/{name}.json"): name for name in WORKLOADS}
        facts = {}
        while names:
            pid, status = os.wait()
            ended_ns = time.monotonic_ns()
            if pid == recorder.pid:
                sys.exit("record_traces.py: tmpfstrace ended early")
            name = names.pop(pid)
            if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGBUS:
                facts[name] = {"refused": "SIGBUS", "at_ns": ended_ns}
            else:
                with open(f"{scratch}/{name}.json", encoding="utf-8") as file:
                    facts[name] = json.load(file)
            print(f"{name}: {facts[name].get('refused')} after {ended_ns / 1e9 - start:.1f} s", flush=True)
        if recorder.wait(timeout=120) != 0:
            sys.exit("record_traces.py: tmpfstrace record failed")
        for name, root in roots.items():
            device = os.stat(root).st_dev
            command = [backtest, "extract", recording, f"{os.major(device)}:{os.minor(device)}", str(int(start * 1e9)),
                       facts[name]["refused"] or "-", str(facts[name].get("at_ns", 0))]
            with open(f"{out}/{name}.{run}.csv", "w", encoding="utf-8") as file:
                subprocess.run(command, stdout=file, check=True)
            subprocess.run(["umount", root], check=True)


main()
