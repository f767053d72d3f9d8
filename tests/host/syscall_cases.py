# SPDX-License-Identifier: Apache-2.0
"""The "syscall" mode: exact for what it claims, absent for what it does not."""
import ctypes
import errno
import mmap
import os
import signal

from harness import Mount, Tool, equal, refusals_of, start_child

MIB = 1 << 20
PAGE = 4096
NOT_CLAIMED = ("allocated_bytes", "seeded_bytes", "seeded_inodes", "resident_bytes", "removed", "inodes", "xattr_bytes")
KINDS_NOT_CLAIMED = ("directory", "symlink", "link", "other")  # of what is created
# Whatever would make a count less than exact.
MUST_BE_ZERO = ("slots_full", "superblocks_full", "records_lost", "unjudged_short_writes", "unresolved_path_refusals",
                "unresolved_faults", "undecodable_events")

libc = ctypes.CDLL(None, use_errno=True)


def refused(call, *arguments, code=errno.ENOSPC):
    """1 if the call was refused with that errno, 0 if it went well."""
    try:
        result = call(*arguments)
    except OSError as error:
        if error.errno != code:
            raise
        return 1
    if isinstance(result, int) and call is os.open:
        os.close(result)
    return 0


def final_counters(tool, mount):
    tool.wait_for_samples(2)
    sample, code = tool.stop()
    equal("exit status after SIGTERM", code, 0)
    equal("mode", sample["mode"]["name"], "syscall")
    losses = {name: sample["losses"].get(name) for name in MUST_BE_ZERO}
    equal("losses", losses, dict.fromkeys(MUST_BE_ZERO, 0))
    equal("recursion_misses", sample["losses"].get("recursion_misses", 0), 0)
    counters = mount.of(sample)["counters"]
    for name in NOT_CLAIMED:
        assert name not in counters, f"{name} is not known in this mode but is {counters[name]}"
    equal("kinds not counted", {kind: counters["created"][kind] for kind in KINDS_NOT_CLAIMED},
          dict.fromkeys(KINDS_NOT_CLAIMED))
    return counters, sample


def start():
    tool = Tool("--mode", "syscall")
    tool.wait_for_samples(1)
    return tool


def case_write_until_full():
    with Mount("size=1m") as mount, start() as tool:
        fd = os.open(mount.path + "/fill", os.O_CREAT | os.O_WRONLY)
        written = calls = refusals = short = 0
        while True:
            try:
                done = os.write(fd, b"x" * 10007)
            except OSError as error:
                equal("errno", error.errno, errno.ENOSPC)
                refusals += 1
                break
            calls += 1  # that did not fail
            written += done
            if done < 10007:
                short += 1
                refusals += 1
        for size in (1, 5000, 70000):
            refusals += refused(os.write, fd, b"y" * size)
        refusals += refused(os.pwrite, fd, b"z", 3 * MIB)
        equal("a write of nothing", os.write(fd, b""), 0)
        calls += 2
        written += os.pwrite(fd, b"again", 100)  # a page that is there already
        equal("what the test wrote", (written, short), (MIB + 5, 1))
        os.close(fd)
        os.unlink(mount.path + "/fill")
        counters, _ = final_counters(tool, mount)
        equal("written_bytes", counters["written_bytes"], written)
        equal("write_calls", counters["write_calls"], calls)
        equal("short_writes", counters["short_writes"], short)
        equal("refusals", refusals_of(counters), {("write", "blocks"): refusals})
        equal("freed_bytes", counters["freed_bytes"], MIB)
        equal("created regular files", counters["created"]["regular"], 1)


def case_other_ways_to_write():
    with Mount("size=1m") as mount, start() as tool:
        fd = os.open(mount.path + "/a", os.O_CREAT | os.O_RDWR)
        written = os.writev(fd, [b"a" * 1000, b"b" * 3096, b"c" * 4096])
        short = os.pwritev(fd, [b"d" * MIB, b"e" * MIB], 2 * PAGE)  # cut short by the superblock's size
        equal("pwritev cut short", short, MIB - 2 * PAGE)
        source = os.open(mount.path + "/empty", os.O_CREAT | os.O_RDWR)
        spliced = refused(os.sendfile, source, fd, 0, PAGE)
        spliced += refused(lambda: os.copy_file_range(fd, source, PAGE, 0, 0))
        allocated = 0
        for _ in range(3):
            if libc.fallocate(source, 0, ctypes.c_long(0), ctypes.c_long(64 * PAGE)) != 0:
                equal("errno of fallocate", ctypes.get_errno(), errno.ENOSPC)
                allocated += 1
        equal("what the test saw refused", (spliced, allocated), (2, 3))
        counters, _ = final_counters(tool, mount)
        equal("written_bytes", counters["written_bytes"], written + short)
        equal("short_writes", counters["short_writes"], 1)
        equal("refusals", refusals_of(counters),
              {("write", "blocks"): 1, ("splice", "blocks"): spliced, ("fallocate", "blocks"): allocated})
        os.close(fd)
        os.close(source)


def case_inode_limit():
    with Mount("size=1m,nr_inodes=16") as mount, start() as tool:
        os.mkdir(mount.path + "/dir")
        os.symlink(mount.path + "/dir", mount.path + "/absolute")
        os.symlink("dir/..", mount.path + "/relative")
        directory = os.open(mount.path + "/dir", os.O_RDONLY)
        here = os.open(".", os.O_RDONLY)
        created, seen = 0, {}

        def count(operation, *arguments, **options):
            call = lambda: arguments[0](*arguments[1:], **options)
            try:
                result = call()
            except OSError as error:
                equal("errno", error.errno, errno.ENOSPC)
                seen[(operation, "inodes")] = seen.get((operation, "inodes"), 0) + 1
                return 0
            if arguments[0] is os.open:
                os.close(result)
            return 1

        make = os.O_CREAT | os.O_WRONLY
        for i in range(30):
            created += count("create", os.open, f"{mount.path}/f{i}", make)
        equal("created before the limit", created, 12)
        for path in ("absolute/x", "relative/x", "dir/../x", "./x", "//x"):
            count("create", os.open, mount.path + "/" + path, make | os.O_EXCL)
        os.chdir(mount.path)
        count("create", os.open, "bare", make)
        count("create", os.open, "dir/deep", make)
        count("create", os.open, "bare", make, dir_fd=directory)
        count("create", os.open, "../up", make, dir_fd=directory)
        count("mkdir", os.mkdir, "m")
        count("mkdir", os.mkdir, mount.path + "/dir/m/")
        count("mknod", os.mknod, mount.path + "/n", 0o10644)
        count("symlink", os.symlink, "target", mount.path + "/s")
        count("symlink", os.symlink, "t" * 500, "s")
        count("link", os.link, mount.path + "/f0", mount.path + "/l")
        count("link", os.link, "f0", "l")
        count("tmpfile", os.open, mount.path + "/dir", os.O_TMPFILE | os.O_WRONLY)
        tool.wait_for_samples(2)  # a relative path is looked up from where the task is: do not leave at once
        os.fchdir(here)
        for fd in (directory, here):
            os.close(fd)
        for i in range(created):  # existing: nothing is made
            os.close(os.open(f"{mount.path}/f{i}", make))
        os.unlink(mount.path + "/f0")
        os.close(os.open(mount.path, os.O_TMPFILE | os.O_WRONLY))
        counters, sample = final_counters(tool, mount)
        equal("refusals", refusals_of(counters), seen)
        equal("created regular files", counters["created"]["regular"], created)
        equal("created with O_TMPFILE", counters["created"]["tmpfile"], 1)
        equal("written_bytes", counters["written_bytes"], 0)
        events = [d for d in tool.documents if d["type"] == "event" and d["dev"] == mount.dev]
        held = sum(counters["events_held"].values())
        equal("details and held back", len(events) + held, sum(seen.values()))
        nameless = [event for event in events if not event["file"] and event["operation"] != "tmpfile"]
        equal("refusals without a file name", nameless, [])


def touch_in_child(fd, length, pages):
    """How many of the pages cannot be touched: each in a process of its own, which SIGBUS ends."""
    return sum(killed_by_touching(lambda: mmap.mmap(fd, length), page) for page in pages)


def killed_by_touching(map_file, page):
    """Whether SIGBUS ends a process that writes to that page of what map_file() returns."""
    def touch():
        signal.signal(signal.SIGBUS, signal.SIG_DFL)
        memory = map_file()
        memory[page * PAGE] = 1

    status = os.waitpid(start_child(touch), 0)[1]
    assert status == 0 or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGBUS), f"wait status {status}"
    return status != 0


def case_mmap():
    with Mount("size=1m") as mount, start() as tool:
        fd = os.open(mount.path + "/map", os.O_CREAT | os.O_RDWR)
        os.ftruncate(fd, 2 * MIB)
        memory = mmap.mmap(fd, 2 * MIB)
        for page in range(256):
            memory[page * PAGE] = 1
        killed = touch_in_child(fd, 2 * MIB, range(300, 307))
        equal("processes ended by SIGBUS", killed, 7)
        equal("a page that is there", touch_in_child(fd, 2 * MIB, [5]), 0)
        small = os.open(mount.path + "/small", os.O_CREAT | os.O_RDWR)
        os.ftruncate(small, 2 * PAGE)
        memory_beyond = mmap.mmap(small, 2 * PAGE)
        os.ftruncate(small, PAGE)
        equal("past the end: SIGBUS", killed_by_touching(lambda: memory_beyond, 1), True)
        memory_beyond.close()
        memory.close()
        os.close(fd)
        os.unlink(mount.path + "/map")
        counters, _ = final_counters(tool, mount)
        equal("refusals", refusals_of(counters), {("fault", "blocks"): killed})
        equal("freed_bytes", counters["freed_bytes"], MIB)
        equal("written_bytes", counters["written_bytes"], 0)
        equal("created regular files", counters["created"]["regular"], 2)
        os.close(small)


def case_other_file_systems():
    """Writing elsewhere, to a FIFO and to a device node on tmpfs counts nothing."""
    with Mount("size=1m") as mount, start() as tool:
        os.mkfifo(mount.path + "/fifo")
        fifo = os.open(mount.path + "/fifo", os.O_RDWR)
        os.write(fifo, b"x" * 100)
        with open("/dev/null", "wb", buffering=0) as null:
            null.write(b"x" * 1000)
        os.close(os.open(mount.path + "/seen", os.O_CREAT | os.O_WRONLY))
        counters, sample = final_counters(tool, mount)
        equal("written_bytes", counters["written_bytes"], 0)
        equal("created regular files", counters["created"]["regular"], 1)
        equal("refusals", counters["refused"], 0)
        magic = {sb["dev"] for sb in sample["superblocks"]}
        assert all(row["dev"] in magic for row in sample["ledger"]), "a row of a superblock that is not listed"
        os.close(fifo)


def case_same_device_number_again():
    """A superblock that takes the device number of one that ended starts from 0."""
    with start() as tool:
        with Mount("size=1m") as first:
            dev = first.dev
            with open(first.path + "/a", "wb") as file:
                file.write(b"x" * 5000)
            tool.wait_for_samples(2)
        with Mount("size=1m") as second:
            with open(second.path + "/a", "wb") as file:
                file.write(b"x" * 777)
            counters, sample = final_counters(tool, second)
            equal("written_bytes of the second", counters["written_bytes"], 777)
            if dev == second.dev:
                dead = [sb for sb in sample["superblocks"] if sb["dev"] == dev and sb["dead"]]
                equal("ended superblocks", len(dead), 1)
                equal("written_bytes of the first", dead[0]["counters"]["written_bytes"], 5000)


CASES = [case_write_until_full, case_other_ways_to_write, case_inode_limit, case_mmap, case_other_file_systems,
         case_same_device_number_again]
