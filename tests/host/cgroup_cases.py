# SPDX-License-Identifier: Apache-2.0
"""Whose memory it is, and who was refused: figures and events of a cgroup of the test's own."""
import errno
import os
import time

from cgroups import Cgroup
from harness import Mount, Tool, equal, refusals_of

MIB = 1 << 20
NAME = "refused-one"  # a process's name has at most 15 characters


def case_memory_is_the_kernels():
    with Mount("size=64m") as mount, Cgroup() as cgroup:
        cgroup.set_limit(str(64 * MIB))

        def fill():
            with open(mount.path + "/fill", "wb") as file:
                file.write(b"x" * (20 * MIB))

        cgroup.run(fill)
        with Tool("--mode", "poll") as tool:
            before, shmem_before = cgroup.usage(), cgroup.shmem()
            found = cgroup.of(tool.wait_for_samples(2))
            after, shmem_after = cgroup.usage(), cgroup.shmem()
            _, code = tool.stop()
        equal("exit status after SIGTERM", code, 0)
        equal("shmem of the cgroup by the kernel", shmem_before, 20 * MIB)
        equal("path", found["path"], cgroup.path)
        equal("dead", found["dead"], False)
        equal("limit", (found["memory_max"], found["memory_unlimited"]), (64 * MIB, False))
        equal("shmem", found["shmem_bytes"], shmem_before)
        equal("shmem while it was read", shmem_after, shmem_before)
        low, high = min(before, after) - MIB, max(before, after) + MIB
        assert low <= found["memory_current"] <= high, f"{low} <= {found['memory_current']} <= {high}"
        os.unlink(mount.path + "/fill")


def case_ledger_row_and_event_of_a_cgroup():
    with Mount("size=1m") as mount, Cgroup() as cgroup, Tool("--mode", "syscall") as tool:
        tool.wait_for_samples(1)
        os.mkdir(mount.path + "/sessions")

        def work():
            fd = os.open(mount.path + "/sessions/data", os.O_CREAT | os.O_WRONLY)
            written = sum(os.write(fd, b"x" * 65536) for _ in range(16))
            facts = {"written": written, "inode": os.fstat(fd).st_ino, "before": time.clock_gettime_ns(
                time.CLOCK_MONOTONIC), "before_real": time.time_ns()}
            try:
                os.write(fd, b"y" * 1500)
            except OSError as error:
                facts["errno"] = error.errno
            facts["after"] = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
            facts["after_real"] = time.time_ns()
            return facts

        pid, facts = cgroup.run(work, NAME)
        equal("what the process wrote and saw", (facts["written"], facts.get("errno")), (MIB, errno.ENOSPC))
        # Of another cgroup: its counts must not be in the row.
        with open(mount.path + "/elsewhere", "wb") as _:
            pass
        tool.wait_for_samples(2)
        sample, code = tool.stop()
        equal("exit status after SIGTERM", code, 0)
        superblock = mount.of(sample)
        rows = [row for row in sample["ledger"] if row["cgroup"] == cgroup.id]
        equal("rows of the cgroup", [(row["dev"], row["generation"]) for row in rows],
              [(mount.dev, superblock["generation"])])
        counters = rows[0]["counters"]
        equal("written_bytes", counters["written_bytes"], facts["written"])
        equal("write_calls", counters["write_calls"], 16)
        equal("short_writes", counters["short_writes"], 0)
        equal("created regular files", counters["created"]["regular"], 1)
        equal("refusals", refusals_of(counters), {("write", "blocks"): 1})
        equal("path of the cgroup", cgroup.of(sample)["path"], cgroup.path)

        events = [d for d in tool.documents if d["type"] == "event" and d["dev"] == mount.dev]
        equal("events", len(events), 1)
        check_event(events[0], {
            "schema": "tmpfstrace/1", "type": "event", "event": "refusal", "cgroup": cgroup.id,
            "cgroup_path": cgroup.path, "dev": mount.dev, "generation": superblock["generation"],
            "mount_point": mount.path, "tgid": pid, "tid": pid, "comm": NAME, "operation": "write", "cause": "blocks",
            "errno": "ENOSPC", "bytes_asked": 1500, "bytes_done": 0, "inode": facts["inode"], "file": "data",
            "directory": "sessions"}, facts)
        os.unlink(mount.path + "/sessions/data")


def check_event(event, wanted, facts):
    equal("event", {name: event.get(name) for name in wanted}, wanted)
    equal("fields of an event", set(event) - set(wanted), {"time", "time_ns", "monotonic_ns", "owner", "stack"})
    assert facts["before"] <= event["monotonic_ns"] <= facts["after"], f"{event['monotonic_ns']} is not while it wrote"
    # The wall clock is told by a clock that runs on its own: it may be set meanwhile, by a little.
    slack = 10**9
    assert facts["before_real"] - slack <= event["time_ns"] <= facts["after_real"] + slack, "time_ns is another time"
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(event["time_ns"] // 10**9))
    assert event["time"].startswith(seconds), f"{event['time']} is not {seconds}"
    assert isinstance(event["stack"], list) and all(isinstance(frame, str) for frame in event["stack"]), event["stack"]


def case_cgroups_outside_a_namespace_of_its_own():
    """The tool sees a part of the hierarchy: what lives outside has no path for it, but is not dead until it has gone."""
    with Mount("size=1m") as mount, Cgroup() as inside, Cgroup() as outside:
        root = outside.directory.removesuffix(outside.path)
        kind = "cgroup2" if outside.v2 else "cgroup -o memory"
        # What was mounted in the namespace alone begins at its root.
        mounting = f'umount --lazy {root} && mount -t {kind} none {root} && exec "$@"'
        enter = f'echo 0 >{inside.directory}/cgroup.procs && exec unshare --cgroup --mount sh -c \'{mounting}\' sh "$@"'
        with Tool("--mode", "syscall", wrapper=["sh", "-c", enter, "sh"]) as tool:
            tool.wait_for_samples(1)
            _, inode = outside.run(lambda: os.fstat(os.open(mount.path + "/a", os.O_CREAT | os.O_WRONLY)).st_ino)
            equal("inode of the file it made", inode, os.stat(mount.path + "/a").st_ino)
            tool.wait_for_samples(8)  # longer than the second between two walks
            found = outside.of(tool.samples()[-1])
            equal("dead while it lives", (found["path"], found["dead"]), ("…" + outside.path, False))
            sample, code = tool.stop()
        equal("exit status after SIGTERM", code, 0)
        equal("its row", [row["counters"]["created"]["regular"] for row in sample["ledger"]
                          if row["cgroup"] == outside.id], [1])


ANYWHERE = [case_memory_is_the_kernels]
WITH_TRACEPOINTS = [case_ledger_row_and_event_of_a_cgroup, case_cgroups_outside_a_namespace_of_its_own]
