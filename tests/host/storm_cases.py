# SPDX-License-Identifier: Apache-2.0
"""Refusals as fast as the machine can: each is counted, few are told in detail, and the tool stays cheap."""
import os
import subprocess
import time

from harness import Mount, Tool, equal, refusals_of
from syscall_cases import final_counters

SECONDS = 5
MOST_SHARE = 0.05  # of one processor
EVENTS_PER_SECOND = 10  # --event-rate's default, for each cgroup, superblock and cause


def cpu_ns(pid):
    """Time on a processor of a process of one thread, and of its children: the worker that looks up symbols."""
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
        own = int(file.read().split()[0])
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return own + sum(cpu_ns(int(child)) for child in file.read().split())


def refuse_at_full_speed(options, load_options, operation, cause):
    load = os.path.join(os.path.dirname(Tool.binary), "guest", "storm-load")
    with Mount(options) as mount, Tool("--mode", "syscall", interval="1s") as tool:
        tool.wait_for_samples(2)
        before, start = cpu_ns(tool.process.pid), time.monotonic()
        output = subprocess.run([load, mount.path, str(SECONDS), str(os.cpu_count()), *load_options], capture_output=True, text=True,
                                check=True).stdout
        share = (cpu_ns(tool.process.pid) - before) / 1e9 / (time.monotonic() - start)
        refused, took_ns = map(int, output.split())
        counters, _ = final_counters(tool, mount)
        equal("refusals", refusals_of(counters), {(operation, cause): refused})
        events = [document for document in tool.documents if document["type"] == "event"]
        equal("told in detail or held back", len(events) + counters["events_held"][cause], refused)
        most = EVENTS_PER_SECOND * (took_ns / 1e9 + 2)
        assert 0 < len(events) <= most, f"{len(events)} details, at most {most:.0f} expected"
        print(f"      {refused / took_ns * 1e9:,.0f} refusals a second on {os.cpu_count()} processors; the tool's user "
              f"space: {share:.2%} of one processor; {len(events)} in detail", flush=True)
        assert share < MOST_SHARE, f"the tool takes {share:.1%} of a processor"


def case_storm_of_refused_writes():
    refuse_at_full_speed("size=1m", [], "write", "blocks")


def case_storm_of_refused_files():
    refuse_at_full_speed("size=1m,nr_inodes=16", ["create"], "create", "inodes")


CASES = [case_storm_of_refused_writes, case_storm_of_refused_files]
