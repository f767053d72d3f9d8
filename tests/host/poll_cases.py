# SPDX-License-Identifier: Apache-2.0
"""The "poll" mode: what the kernel's files say, and nothing that they do not."""
import errno
import mmap
import os

from harness import Mount, Tool, equal

MIB = 1 << 20


def usage(path):
    facts = os.statvfs(path)
    return {"size_bytes": facts.f_blocks * facts.f_frsize,
            "used_bytes": (facts.f_blocks - facts.f_bfree) * facts.f_frsize,
            "inodes_total": facts.f_files, "inodes_used": facts.f_files - facts.f_ffree}


def case_usage_is_statfs():
    with Mount("size=1m,nr_inodes=16") as mount, Tool("--mode", "poll") as tool:
        for i in range(5):
            with open(f"{mount.path}/f{i}", "wb") as file:
                file.write(b"x" * 10000)
        tool.wait_for_samples(2)
        sample, code = tool.stop()
        equal("exit status after SIGTERM", code, 0)
        equal("mode", (sample["mode"]["name"], sample["mode"]["hooks"]), ("poll", None))
        superblock = mount.of(sample)
        equal("usage", {name: superblock[name] for name in usage(mount.path)}, usage(mount.path))
        equal("used", superblock["used_bytes"], 5 * 3 * 4096)
        assert superblock["kind"] == "tmpfs" and sample["ledger"] == [], "poll has no ledger"
        equal("drift", (superblock["drift_bytes"], superblock["drift_inodes"]), (None, None))
        known = {name: value for name, value in superblock.get("counters", {}).items() if value not in (None, [], {})}
        equal("counters that poll cannot know", known, {})
        assert sample["mode"]["blind"], "poll must say what it does not see"


def check_full(mount, wanted):
    """What is left to the tool is statfs; what the kernel must say of a full tmpfs is known."""
    with Tool("--mode", "poll") as tool:
        tool.wait_for_samples(2)
        sample, code = tool.stop()
    equal("exit status after SIGTERM", code, 0)
    kernel = usage(mount.path)
    equal("what the kernel says", {name: kernel[name] for name in wanted}, wanted)
    superblock = mount.of(sample)
    equal("usage", {name: superblock[name] for name in kernel}, kernel)


def case_filled_by_write():
    with Mount("size=1m,nr_inodes=16") as mount:
        fd = os.open(mount.path + "/fill", os.O_CREAT | os.O_WRONLY)
        written = 0
        try:
            while True:
                written += os.write(fd, b"x" * 10007)
        except OSError as error:
            equal("errno", error.errno, errno.ENOSPC)
        os.close(fd)
        equal("written", written, MIB)
        check_full(mount, {"size_bytes": MIB, "used_bytes": MIB, "inodes_total": 16, "inodes_used": 2})


def case_filled_by_its_number_of_files():
    with Mount("size=1m,nr_inodes=16") as mount:
        equal("files beside the root directory", mount.fill_inodes(), 15)
        check_full(mount, {"size_bytes": MIB, "used_bytes": 0, "inodes_total": 16, "inodes_used": 16})


def case_filled_by_mmap():
    with Mount("size=1m,nr_inodes=16") as mount:
        fd = os.open(mount.path + "/map", os.O_CREAT | os.O_RDWR)
        os.ftruncate(fd, 4 * MIB)
        memory = mmap.mmap(fd, 4 * MIB)
        for page in range(256):
            memory[page * 4 * mmap.PAGESIZE] = 1  # every fourth page: a quarter of the file
        check_full(mount, {"size_bytes": MIB, "used_bytes": MIB, "inodes_total": 16, "inodes_used": 2})
        memory.close()
        os.close(fd)


CASES = [case_usage_is_statfs, case_filled_by_write, case_filled_by_its_number_of_files, case_filled_by_mmap]
