# SPDX-License-Identifier: Apache-2.0
"""What the tool says it costs, beside what the kernel says of its process, its maps and its programs."""
import ctypes
import json
import os
import re
import shutil
import subprocess
import threading
import time

from bpf_probe import SYS_BPF
from harness import Mount, PATIENCE, Skip, Tool, equal, run, wait_until
from program_cases import list_programs

BPF_ENABLE_STATS = 32
TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGESIZE")
# The kernel keeps the counters of memory per CPU and adds them up roughly.
ROUGH_BYTES = 128 * PAGE * os.cpu_count()
STATISTICS = "anon_inode:bpf-stats"


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def cpu_ns(pid):
    """User and system time, each rounded down to a tick."""
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_NS


def memory_bytes(pid):
    _, resident, shared = read(f"/proc/{pid}/statm").split()[:3]
    return int(resident) * PAGE, (int(resident) - int(shared)) * PAGE


def links(pid):
    found = {}
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            found[fd] = os.readlink(f"/proc/{pid}/fd/{fd}")
        except FileNotFoundError:  # closed meanwhile
            pass
    return found


def map_bytes(pid):
    """What the kernel says of each map of the process. Before 6.4 it has 0 for a ring buffer: its size stands in."""
    maps = {}
    for fd, link in links(pid).items():
        if link != "anon_inode:bpf-map":
            continue
        info = dict(re.findall(r"(?m)^(\w+):\s+(\d+)$", read(f"/proc/{pid}/fdinfo/{fd}")))
        maps[info["map_id"]] = int(info["memlock"]) or int(info["max_entries"])
    return sum(maps.values())


def self_after(tool, monotonic_ns):
    """Of a sample that was taken after that time."""
    while True:
        sample = tool.wait_for_samples(1)
        if sample["monotonic_ns"] > monotonic_ns:
            return sample["self"]


def between(what, value, least, most):
    assert value is not None and least <= value <= most, f"{what}: {value}, expected {least} to {most}"


def case_processor_and_memory_are_those_of_the_process():
    with Tool("--mode", "poll") as tool:
        tool.wait_for_samples(2)
        pid = tool.process.pid
        cpu_before, memory_before = cpu_ns(pid), memory_bytes(pid)
        cost = self_after(tool, time.monotonic_ns())
        cpu_after, memory_after = cpu_ns(pid), memory_bytes(pid)
        assert cost["cpu_ns"] > 0, "no time at all"
        between("cpu_ns", cost["cpu_ns"], cpu_before, cpu_after + 2 * TICK_NS)
        for i, name in enumerate(("rss_bytes", "private_bytes")):
            low, high = sorted((memory_before[i], memory_after[i]))
            between(name, cost[name], max(low - ROUGH_BYTES, 1), high + ROUGH_BYTES)
        assert cost["cpu_share"] > 0, "no share of a CPU"
        equal("the reader of symbols, without a refusal", cost["worker"],
              {"cpu_ns": 0, "rss_bytes": None, "private_bytes": None})
        equal("maps and programs of mode poll", (cost["map_bytes"], cost["map_bytes_measured"], cost["programs"]),
              (None, None, None))
        assert cost["programs_why_not"], "no reason"


def case_maps_take_what_the_kernel_says():
    with Tool("--mode", "syscall") as tool:
        cost = tool.wait_for_samples(2)["self"]
        wanted = map_bytes(tool.process.pid)
        assert wanted > 0, "no map is found"
        equal("map_bytes", cost["map_bytes"], wanted)
        # Before 6.4 no map has the size of its own header in it, so that all are whole pages.
        equal("map_bytes_measured", cost["map_bytes_measured"], wanted % PAGE != 0)


def case_the_reader_of_symbols_is_counted():
    with Mount("size=1m") as mount, Tool("--mode", "syscall") as tool:
        tool.wait_for_samples(1)
        with open(mount.path + "/full", "wb", buffering=0) as file:
            while True:
                try:
                    file.write(bytes(1 << 16))
                except OSError:
                    break
        wait_until("the refusal", lambda: any(d["type"] == "event" for d in tool.documents))
        if not any(d["stack"] for d in tool.documents if d["type"] == "event"):
            raise Skip("no user stack can be had in this pid namespace")
        tool.wait_for_samples(1)
        (worker,) = read(f"/proc/{tool.process.pid}/task/{tool.process.pid}/children").split()
        before, (rss, _) = cpu_ns(worker), memory_bytes(worker)
        cost = self_after(tool, time.monotonic_ns())["worker"]
        assert cost["cpu_ns"] > 0, "no time at all"
        between("cpu_ns", cost["cpu_ns"], before, cpu_ns(worker) + 2 * TICK_NS)
        low, high = sorted((rss, memory_bytes(worker)[0]))
        between("rss_bytes", cost["rss_bytes"], low - ROUGH_BYTES, high + ROUGH_BYTES)


class Calls:
    """Makes system calls in a thread of its own and knows how many it had made by a time."""

    def __enter__(self):
        self.made = []  # (CLOCK_MONOTONIC in ns, calls made until then)
        self.ending = False
        self.thread = threading.Thread(target=self._call, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending = True
        self.thread.join()

    def _call(self):
        count = 0
        while not self.ending:
            self.made.append((time.monotonic_ns(), count))
            for _ in range(500):
                os.getppid()
            count += 500
            time.sleep(0.005)

    def within(self, start_ns, end_ns):
        """At least that many were made then."""
        inside = [count for when, count in self.made if start_ns <= when <= end_ns]
        return inside[-1] - inside[0]


def runs_of(program_ids):
    return sum(p.get("run_cnt", 0) for p in list_programs() if p["id"] in program_ids)


def at_the_end_of_calls(programs):
    """The one that is loaded of three, each for kernels of an age."""
    found = [program for program in programs if program["name"].startswith("s_sys_exit")]
    equal("programs at the end of system calls", len(found), 1)
    return found[0]


def case_runs_are_counted_in_a_window_that_ends():
    sysctl = read("/proc/sys/kernel/bpf_stats_enabled")
    others = {p["id"] for p in list_programs()}
    with Calls() as calls, Tool("--mode", "syscall") as tool:
        pid = tool.process.pid
        wait_until("counted runs", lambda: tool.wait_for_samples(1)["self"]["programs"])
        assert STATISTICS not in links(pid).values(), "the statistics were left switched on"
        equal("kernel.bpf_stats_enabled", read("/proc/sys/kernel/bpf_stats_enabled"), sysctl)
        cost = tool.samples()[-1]["self"]
        programs = cost["programs"]
        start, length = programs["window_start_ns"], programs["window_ns"]
        between("window_ns", length, 400_000_000, PATIENCE * 1_000_000_000)
        made = calls.within(start, start + length)
        assert made > 500, f"only {made} calls were made in the window"
        entry = at_the_end_of_calls(programs["list"])
        # Of other processes, too; the kernel's own count has other windows, if others look, but not fewer.
        ours = {p["id"] for p in list_programs() if p["id"] not in others and p.get("name") == entry["name"]}
        between("runs of the program at the end of system calls", entry["runs"], made, runs_of(ours))
        between("its time", entry["run_time_ns"], entry["runs"], length * os.cpu_count())
        rate = sum(program["runs"] for program in programs["list"]) / (length / 1e9)
        between("sum of the programs", programs["runs_per_second"], rate * 0.9999, rate * 1.0001)
        equal("a reason", cost["programs_why_not"], None)


def case_who_else_counts_runs_goes_on():
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = ctypes.create_string_buffer(4)  # BPF_STATS_RUN_TIME is 0
    statistics = libc.syscall(SYS_BPF, BPF_ENABLE_STATS, attributes, len(attributes))
    if statistics < 0:
        raise Skip(f"no statistics here: {os.strerror(ctypes.get_errno())}")
    try:
        equal("what holds the statistics switched on", links("self")[str(statistics)], STATISTICS)
        others = {p["id"] for p in list_programs()}
        with Calls(), Tool("--mode", "syscall") as tool:
            wait_until("counted runs", lambda: tool.wait_for_samples(1)["self"]["programs"])
            ours = {p["id"] for p in list_programs() if p["id"] not in others}
            before = runs_of(ours)
            wait_until("further runs, counted for the other", lambda: runs_of(ours) > before, patience=10)
    finally:
        os.close(statistics)


def case_without_the_right_to_count_runs():
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Skip("there is no setpriv")
    with Tool("--mode", "syscall", wrapper=(setpriv, "--bounding-set", "-sys_admin")) as tool:
        cost = tool.wait_for_samples(2)["self"]
        equal("programs", cost["programs"], None)
        assert "CAP_SYS_ADMIN" in cost["programs_why_not"], cost["programs_why_not"]
        assert cost["map_bytes"] > 0, cost


def case_doctor_lists_maps_and_programs():
    with Calls():
        report = json.loads(run("doctor", "--mode", "syscall", "--json").stdout)
    programs = report["self"]["programs"]["list"]
    assert at_the_end_of_calls(programs)["runs"] > 1000, programs
    between("window_ns", report["self"]["programs"]["window_ns"], 1_000_000_000, PATIENCE * 1_000_000_000)
    equal("sum of the maps", sum(entry["bytes"] for entry in report["maps"]), report["self"]["map_bytes"])
    lines = run("doctor", "--mode", "syscall").stdout.splitlines()
    for name in [entry["name"] for entry in (*programs, *report["maps"])]:
        equal(f"lines of {name}", sum(line.split()[-1:] == [name] for line in lines), 1)
    poll = json.loads(run("doctor", "--mode", "poll", "--json").stdout)
    equal("of mode poll", (poll["maps"], poll["self"]["programs"]), ([], None))


ANYWHERE = [case_processor_and_memory_are_those_of_the_process]
WITH_TRACEPOINTS = [case_maps_take_what_the_kernel_says, case_the_reader_of_symbols_is_counted,
                    case_runs_are_counted_in_a_window_that_ends, case_who_else_counts_runs_goes_on,
                    case_without_the_right_to_count_runs, case_doctor_lists_maps_and_programs]
