# SPDX-License-Identifier: Apache-2.0
"""Refusals beside those by size and by the number of files: renames, extended attributes, a cgroup's memory."""
import ctypes
import errno
import gc
import mmap
import os

from cgroups import Cgroup, write_text
from harness import Mount, PATIENCE, Skip, equal, refusals_of, start_child, wait_until
from syscall_cases import final_counters, libc, refused, start

MIB = 1 << 20
RENAME_WHITEOUT = 4
SYS_RENAMEAT2 = 316
AT_FDCWD = -100
MCL_CURRENT = 1
READY, LIMITED, DONE, LIFTED = range(4)  # bytes of the memory that a writer shares with who sets its limit


def case_rename_that_leaves_a_whiteout():
    """It takes an inode for what it leaves behind."""
    with Mount("size=1m,nr_inodes=16") as mount, start() as tool:
        made = mount.fill_inodes()
        equal("files beside the root directory", made, 15)
        seen = 0
        for i in range(3):
            paths = [f"{mount.path}/{name}{i}".encode() for name in ("f", "moved")]
            if libc.syscall(SYS_RENAMEAT2, AT_FDCWD, paths[0], AT_FDCWD, paths[1], RENAME_WHITEOUT) != 0:
                equal("errno of renameat2", ctypes.get_errno(), errno.ENOSPC)
                seen += 1
        equal("renames refused", seen, 3)
        os.rename(mount.path + "/f5", mount.path + "/plain")  # takes nothing
        counters, _ = final_counters(tool, mount)
        equal("refusals", refusals_of(counters), {("create", "inodes"): 1, ("rename", "inodes"): seen})
        equal("created regular files", counters["created"]["regular"], made)


def case_extended_attributes():
    """Since 6.6 they take from the budget of inodes."""
    with Mount("size=1m,nr_inodes=16") as mount, start() as tool:
        path = mount.path + "/file"
        fd = os.open(path, os.O_CREAT | os.O_WRONLY)
        os.symlink("file", mount.path + "/link")
        value, seen = b"v" * 3000, 0
        for i in range(8):
            try:
                seen += refused(os.setxattr, path, f"trusted.n{i}", value)
            except OSError as error:
                if error.errno != errno.EOPNOTSUPP:
                    raise
                raise Skip("this tmpfs takes no extended attributes") from error
        if seen == 0:
            raise Skip("this kernel does not take extended attributes from the budget of inodes")
        equal("set before the limit", 0 < 8 - seen < 8, True)
        for target, options in ((fd, {}), (mount.path + "/link", {"follow_symlinks": False}), (mount.path + "/link", {})):
            seen += refused(lambda: os.setxattr(target, "trusted.more", value, **options))
        os.close(fd)
        counters, _ = final_counters(tool, mount)
        equal("refusals", refusals_of(counters), {("xattr", "inodes"): seen})


def write_at_limit(path, shared):
    """Refused writes of 64 KiB, at most 3. Takes no memory of its own once it is READY: a page fault at the limit
    would be tried for ever."""
    fd = os.open(path, os.O_CREAT | os.O_WRONLY)
    block = ctypes.create_string_buffer(b"x" * 65536, 65536)
    write = libc.write
    gc.disable()

    def fill(descriptor, times):
        failed = short = 0
        for _ in range(times):
            done = write(descriptor, block, 65536)
            if done < 0:
                failed += 1
                if failed == 3:
                    break
            elif done < 65536:
                short += 1
        return failed, short

    # Everything is in place once it has run.
    equal("refused writes to no file, and short ones", fill(-1, 3), (3, 0))
    equal("refused writes before the limit, and short ones", fill(fd, 1), (0, 0))
    if libc.mlockall(MCL_CURRENT) != 0:
        raise OSError(ctypes.get_errno(), "mlockall")
    shared[READY] = 1
    while shared[LIMITED] == 0:
        pass
    failed, short = fill(fd, 200)
    code = ctypes.get_errno()
    shared[DONE] = 1
    while shared[LIFTED] == 0:
        pass
    return {"failed": failed, "short": short, "errno": code}


def case_memory_limit_of_a_cgroup():
    with Mount("size=64m") as mount, Cgroup() as cgroup, start() as tool:
        shared = mmap.mmap(-1, mmap.PAGESIZE)

        def unkillable():
            try:
                if cgroup.v2:
                    write_text("/proc/self/oom_score_adj", "-1000")
                else:
                    write_text(cgroup.directory + "/memory.oom_control", "1")
            except OSError as error:
                return {"no_right": str(error)}
            return write_at_limit(mount.path + "/fill", shared)

        def work():
            try:
                return unkillable()
            finally:
                shared[DONE] = 1

        watcher = start_child(lambda: set_and_lift(cgroup, shared))
        try:
            _, result = cgroup.run(work)
        finally:
            status = os.waitpid(watcher, 0)[1]
        equal("status of the process that sets the limit", status, 0)
        if "no_right" in result:
            raise Skip(f"no right to make a process unkillable: {result['no_right']}")
        short = result.pop("short")
        equal("what the writer saw", result, {"failed": 3, "errno": errno.ENOMEM})
        counters, sample = final_counters(tool, mount)
        refusals = refusals_of(counters)
        equal("short_writes", counters["short_writes"], short)
        equal("refusals", refusals, {("write", "memcg"): 3 + short})
        rows = [row for row in sample["ledger"] if row["cgroup"] == cgroup.id and row["dev"] == mount.dev]
        equal("refusals of the cgroup", [refusals_of(row["counters"]) for row in rows], [refusals])
        causes = [d["cause"] for d in tool.documents if d["type"] == "event" and d["cgroup"] == cgroup.id]
        equal("causes of the events", causes, ["memcg"] * len(causes))
        assert causes, "no refusal in detail"
        os.unlink(mount.path + "/fill")


def set_and_lift(cgroup, shared):
    """Sets the limit when the writer is ready, lifts it when it is done. Both also when it takes too long, which is a
    failure: the writer waits for them."""
    try:
        wait_until("the writer is ready", lambda: shared[READY] or shared[DONE])
        cgroup.set_limit(str(cgroup.usage() + 4 * MIB))
        shared[LIMITED] = 1
        wait_until("the writer is done", lambda: shared[DONE], PATIENCE / 2)
    finally:
        cgroup.set_limit("max" if cgroup.v2 else "-1")
        shared[LIMITED] = shared[LIFTED] = 1


WITH_TRACEPOINTS = [case_rename_that_leaves_a_whiteout, case_extended_attributes, case_memory_limit_of_a_cgroup]
