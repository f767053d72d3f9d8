# SPDX-License-Identifier: Apache-2.0
"""The "poll" mode: what the kernel's files say, and nothing that they do not."""
import glob
import os

from harness import Mount, Tool, equal


def usage(path):
    facts = os.statvfs(path)
    return {"size_bytes": facts.f_blocks * facts.f_frsize,
            "used_bytes": (facts.f_blocks - facts.f_bfree) * facts.f_frsize,
            "inodes_total": facts.f_files, "inodes_used": facts.f_files - facts.f_ffree}


def read_number(path):
    with open(path, encoding="ascii") as file:
        text = file.read().strip()
    return None if text == "max" else int(text)


def case_usage_is_statfs():
    with Mount("size=1m,nr_inodes=16") as mount, Tool("--mode", "poll") as tool:
        for i in range(5):
            with open(f"{mount.path}/f{i}", "wb") as file:
                file.write(b"x" * 10000)
        tool.wait_for_samples(2)
        sample, code = tool.stop()
        equal("exit status after SIGTERM", code, 0)
        equal("mode", (sample["mode"]["name"], sample["mode"]["hooks"]), ("poll", ""))
        superblock = mount.of(sample)
        equal("usage", {name: superblock[name] for name in usage(mount.path)}, usage(mount.path))
        equal("used", superblock["used_bytes"], 5 * 3 * 4096)
        assert superblock["kind"] == "tmpfs" and sample["ledger"] == [], "poll has no ledger"
        equal("drift", (superblock["drift_bytes"], superblock["drift_inodes"]), (None, None))
        known = {name: value for name, value in superblock.get("counters", {}).items() if value not in (None, [], {})}
        equal("counters that poll cannot know", known, {})
        assert sample["mode"]["blind"], "poll must say what it does not see"


def memory_files(cgroup_id):
    """memory.current (v2) or memory.usage_in_bytes (v1) of the cgroup with that id, which is its directory's inode."""
    for root, name in (("/sys/fs/cgroup/memory", "memory.usage_in_bytes"), ("/sys/fs/cgroup", "memory.current")):
        for path in glob.iglob(root + "/**/" + name, recursive=True):
            if os.stat(os.path.dirname(path)).st_ino == cgroup_id:
                return path
    return None


def case_memory_is_the_kernels():
    """memory_current lies between two readings of the kernel's own file, with room for what happens meanwhile."""
    with Mount("size=4m") as mount, Tool("--mode", "poll") as tool:
        with open(mount.path + "/fill", "wb") as file:
            file.write(b"x" * (2 << 20))
        checked = 0
        for cgroup in tool.wait_for_samples(2)["cgroups"]:
            file = memory_files(cgroup["cgroup"])
            if file is None or cgroup["memory_current"] is None:
                continue
            before = read_number(file)
            sample = tool.wait_for_samples(2)
            after = read_number(file)
            for now in sample["cgroups"]:
                if now["cgroup"] == cgroup["cgroup"] and now["memory_current"] is not None:
                    slack = 64 << 20
                    low, high = min(before, after) - slack, max(before, after) + slack
                    assert low <= now["memory_current"] <= high, f"{low} <= {now['memory_current']} <= {high}"
                    checked += 1
        sample, _ = tool.stop()
        assert checked or not sample["cgroups"], "no cgroup's memory could be compared"


CASES = [case_usage_is_statfs, case_memory_is_the_kernels]
