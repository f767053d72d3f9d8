# SPDX-License-Identifier: Apache-2.0
"""--pin and unpin: what a killed tool left counting, and who may go on with it."""
import errno
import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from harness import Mount, Tool, document_of, equal, refusals_of, run

MODE = ("--mode", "syscall")
INITIAL_PID_NAMESPACE = 0xEFFFFFFC  # PROC_PID_INIT_INO


class BpfMount:
    """A BPF file system of the test's own, and a directory in it that the tool is to make."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="tmpfstrace-bpf-")
        subprocess.run(["mount", "-t", "bpf", "bpf", self.path], check=True)
        self.pins = self.path + "/pins"
        self.options = ("--pin", "--pin-path", self.pins)
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", self.path], check=True)
        os.rmdir(self.path)


def refuse(mount, count):
    """Fills the mount, and is refused that many writes."""
    fd = os.open(mount.path + "/full", os.O_CREAT | os.O_WRONLY)
    try:
        while True:
            try:
                os.write(fd, b"x" * 4096)
            except OSError as error:
                equal("errno", error.errno, errno.ENOSPC)
                count -= 1
                if count == 0:
                    return
    finally:
        os.close(fd)


def unpin(bpf):
    done = run("unpin", "--pin-path", bpf.pins)
    equal("exit status of unpin", (done.returncode, done.stderr), (0, ""))
    return done.stdout


def once(*options):
    done = run("json", "--once", "--interval", "200ms", *MODE, *options)
    equal("exit status", (done.returncode, done.stdout.count("\n") >= 1), (0, True))
    samples = [document for document in map(json.loads, done.stdout.splitlines()) if document["type"] == "sample"]
    return samples[-1], done.stderr


def case_counts_survive_kills():
    with BpfMount() as bpf, Mount("size=64k") as mount:
        since, refused = None, 0
        for round_ in range(5):
            tool = Tool(*MODE, *bpf.options)
            sample = tool.wait_for_samples(1)
            since = since or sample["counting_since_ns"]
            equal("counting since", sample["counting_since_ns"], since)
            refuse(mount, 3)
            tool.process.send_signal(signal.SIGKILL)
            tool.process.wait()
            refuse(mount, 2)  # while none runs
            refused += 5
            sample, errors = once(*bpf.options)
            equal("stderr", errors, "")
            equal("refused in all", refusals_of(mount.of(sample)["counters"]), {("write", "blocks"): refused})
            equal("reason", "goes on with the pinned programs" in sample["mode"]["reason"], True)
        text = unpin(bpf)
        equal("unpin says", text.startswith(f"removed {bpf.pins}: 3 hooks, "), True)
        equal("what is left", [name for name in os.listdir(bpf.path) if not name.endswith(".debug")], [])
        equal("unpin again", unpin(bpf), f"nothing is pinned: there is no {bpf.pins}\n")


def case_two_tools_with_one_directory():
    with BpfMount() as bpf, Tool(*MODE, *bpf.options) as tool, Mount("size=64k") as mount:
        tool.wait_for_samples(1)
        for arguments in (("json", "--once", *MODE, *bpf.options), ("unpin", "--pin-path", bpf.pins)):
            done = run(*arguments)
            equal("exit status of the second", done.returncode, 1)
            message = f"{bpf.pins} is in use by another tmpfstrace, process {tool.process.pid} "
            assert message in done.stderr, done.stderr
        # One without pins, and one with its own, count beside it.
        with Tool(*MODE) as plain, Tool(*MODE, "--pin", "--pin-path", bpf.path + "/others") as other:
            for each in (plain, other):
                each.wait_for_samples(1)
            refuse(mount, 7)
            for each in (tool, plain, other):
                counters = mount.of(each.wait_for_samples(2))["counters"]
                equal("refusals", refusals_of(counters), {("write", "blocks"): 7})
            other.stop()
        equal("unpin of the other", run("unpin", "--pin-path", bpf.path + "/others").returncode, 0)
        equal("refusals", refusals_of(mount.of(tool.wait_for_samples(1))["counters"]), {("write", "blocks"): 7})
        equal("exit status after SIGTERM", tool.stop()[1], 0)
        unpin(bpf)


def case_starts_anew_and_says_so():
    with BpfMount() as bpf:
        first, errors = once(*bpf.options)
        equal("stderr of the first", errors, "")
        for spoil, options, words in (
                (None, ("--event-rate", "5"), "have --event-rate (--no-events: 0) 10, asked for is 5"),
                ("note", ("--event-rate", "5"), "was not finished"),
                ("map-slots", ("--event-rate", "5"), "is missing"),
                ("link-s_sys_exit*", ("--event-rate", "5"), "is missing")):
            if spoil:
                subprocess.run(f"rm {bpf.pins}/{spoil}", shell=True, check=True)
            sample, errors = once(*bpf.options, *options)
            assert words in errors and errors.endswith("counting starts anew, from 0\n"), errors
            assert sample["counting_since_ns"] > first["counting_since_ns"]
            first = sample
        unpin(bpf)


def metrics_of(agent, *names):
    """The values of metrics without labels, from where the agent says that it serves."""
    lines = []
    while not lines or "serves on " not in lines[-1]:
        lines.append(agent.stderr.readline())
        assert lines[-1], lines
    address = lines[-1].rsplit("serves on ", 1)[1].split()[0]
    for _ in range(300):
        try:
            text = urllib.request.urlopen(f"http://{address}/metrics", timeout=10).read().decode()
            break
        except urllib.error.HTTPError as error:  # not before the first sample
            equal("status of an agent that is not ready", error.code, 503)
            time.sleep(0.1)
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return [float(values[name]) for name in names]


def case_other_tables_lose_nothing():
    told = ("tmpfstrace: counting goes on in the pinned tables, which have --max-slots 100 and not {}, "
            "--max-superblocks 50 and not 8192; 'tmpfstrace unpin' and a restart make new ones, and count from 0\n")
    with BpfMount() as bpf, Mount("size=64k") as mount:
        first, errors = once(*bpf.options, "--max-slots", "100", "--max-superblocks", "50")
        equal("stderr of the first", errors, "")
        refuse(mount, 3)
        # Mode syscall follows no inodes: how many it should is nothing to it.
        for options, expected in ((("--max-slots", "100", "--max-superblocks", "50", "--max-inodes", "7"), ""),
                                  ((), told.format(24576)),
                                  (("--max-slots", "99"), told.format(99))):
            sample, errors = once(*bpf.options, *options)
            equal("stderr", errors, expected)
            equal("counting since", sample["counting_since_ns"], first["counting_since_ns"])
            equal("refused", refusals_of(mount.of(sample)["counters"]), {("write", "blocks"): 3})
        agent = subprocess.Popen([Tool.binary, "agent", "--web.listen-address", "127.0.0.1:0", "--interval", "200ms",
                                  *MODE, *bpf.options], stderr=subprocess.PIPE, text=True)
        try:
            equal("room that an agent tells", metrics_of(agent, "tmpfstrace_slots_limit",
                                                         "tmpfstrace_superblock_rows_limit"), [100, 50])
        finally:
            agent.send_signal(signal.SIGTERM)
            errors = agent.communicate()[1]
        assert errors.count(told.format(8192)) == 1, errors
        unpin(bpf)
        equal("stderr after unpin", once(*bpf.options)[1], "")
        equal("tables after unpin", doctor(bpf)["pinned"]["tables"],
              {"slots": 24576, "superblocks": 8192, "inodes": None})
        unpin(bpf)


def doctor(bpf, *options, **how):
    return document_of(run("doctor", "--json", "--mode", "poll", "--pin-path", bpf.pins, *options, **how).stdout)


def doctor_text(bpf):
    """What of the text is about pins."""
    lines = run("doctor", "--mode", "poll", "--pin-path", bpf.pins).stdout.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("pinned "))
    return [lines[first]] + [line for line in lines[first + 1:first + 6] if line.startswith("  ")]


def case_doctor_tells_what_is_pinned():
    # Elsewhere a lock of a process that is not seen is not seen either.
    orphaned = False if os.stat("/proc/self/ns/pid").st_ino == INITIAL_PID_NAMESPACE else None
    with BpfMount() as bpf:
        equal("nothing", doctor(bpf)["pinned"], None)
        equal("nothing, as text", doctor_text(bpf), [f"pinned       nothing in {bpf.pins}"])
        tool = Tool(*MODE, *bpf.options, "--max-slots", "100")
        sample = tool.wait_for_samples(1)
        pinned = doctor(bpf)["pinned"]
        version = run("--version").stdout.split()[1]
        expected = {"path": bpf.pins, "version": version, "mode": "syscall", "since_ns": sample["counting_since_ns"],
                    "hooks": 3, "tables": {"slots": 100, "superblocks": 8192, "inodes": None}, "in_use": True,
                    "pid": tool.process.pid, "problem": None}
        equal("pinned by one that runs", {name: pinned[name] for name in expected}, expected)
        files = os.listdir(bpf.pins)
        for kind, prefix in (("hooks", "link-"), ("programs", "prog-"), ("maps", "map-")):
            equal(kind, pinned[kind], sum(name.startswith(prefix) for name in files))
        equal("more than its slots of 944 bytes", pinned["map_bytes"] > 100 * 944, True)
        assert any(f"process {tool.process.pid} runs with them" in line for line in doctor_text(bpf)), doctor_text(bpf)
        tool.process.send_signal(signal.SIGKILL)
        tool.process.wait()
        equal("pinned by one that was killed", doctor(bpf)["pinned"], {**pinned, "in_use": orphaned, "pid": None})
        text = doctor_text(bpf)
        assert text[0].startswith(f"pinned       by tmpfstrace {version} in {bpf.pins}: mode syscall, "), text
        equal("says whose they are", any("orphaned" in line for line in text), orphaned is False)
        equal("last line", text[-1], f"  removed by tmpfstrace unpin --pin-path {bpf.pins}")
        nobody = {"user": 65534, "group": 65534, "extra_groups": []}
        hidden = doctor(bpf, **nobody)["pinned"]
        equal("seen without a privilege", (hidden["version"], hidden["problem"]),
              (None, f"cannot open {bpf.pins}: Permission denied"))
        os.unlink(bpf.pins + "/map-slots")
        damaged = doctor(bpf)["pinned"]
        equal("damaged", (damaged["tables"], damaged["version"]), (None, version))
        assert " are there" in damaged["problem"], damaged
        os.unlink(bpf.pins + "/note")
        equal("without a note", (doctor(bpf)["pinned"]["problem"], doctor(bpf)["pinned"]["version"]),
              ("the start is not finished", None))
        equal("unpin says", unpin(bpf).startswith(f"removed {bpf.pins}: 3 hooks, "), True)
        equal("after unpin", doctor(bpf)["pinned"], None)


def case_where_nothing_can_be_pinned():
    with BpfMount() as bpf, tempfile.TemporaryDirectory() as directory:
        os.mkdir(bpf.pins)
        os.mkdir(bpf.pins + "/foreign")
        for path, words in ((directory + "/pins", "is not on a BPF file system (mount one: mount -t bpf"),
                            (directory + "/no/pins", "No such file or directory"),
                            (bpf.path, "is not on a BPF file system"),
                            (bpf.pins, "holds what is not tmpfstrace's: foreign")):
            done = run("json", "--once", *MODE, "--pin", "--pin-path", path)
            equal("exit status", done.returncode, 1)
            assert words in done.stderr, done.stderr
        equal("exit status of unpin", run("unpin", "--pin-path", bpf.pins).returncode, 1)
        os.rmdir(bpf.pins + "/foreign")
        nobody = {"user": 65534, "group": 65534, "extra_groups": []}
        equal("exit status without a privilege", run("unpin", "--pin-path", bpf.pins, **nobody).returncode, 3)
        equal("unpin says", unpin(bpf), f"nothing was pinned: removed the empty {bpf.pins}\n")


CASES = [case_counts_survive_kills, case_two_tools_with_one_directory, case_starts_anew_and_says_so,
         case_other_tables_lose_nothing, case_doctor_tells_what_is_pinned, case_where_nothing_can_be_pinned]
