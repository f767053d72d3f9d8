# SPDX-License-Identifier: Apache-2.0
"""`top` on this kernel, beside a tmpfs of the test's own that fills while one watches."""
import os
import re
import subprocess
import tempfile
import time

from bpf_probe import why_no_tracepoints
from harness import PATIENCE, Mount, Skip, Tool, equal, wait_until
from tmux import Terminal, row_of, rows_of, selected_of, top


def number_at(line, lines, title):
    """The word of a row that ends where the title of its column does."""
    titles = next(line for line in lines if line.startswith("   MOUNT"))
    at = titles.index(title) + len(title)
    found = re.search(r"(\S+)\s*$", line[:at])
    return found.group(1) if found else ""


def refused(lines, mount):
    word = number_at(row_of(lines, mount.path), lines, "REFUSED")
    return int(word) if word.isdigit() else None


def fill(mount, name="/fill"):
    """Until nothing fits any more: how many writes were refused, which is one."""
    with open(mount.path + name, "wb", buffering=0) as file:
        while True:
            try:
                file.write(b"x" * 65536)
            except OSError:
                return 1


def refuse(mount, times):
    with open(mount.path + "/more", "wb"):
        refuse_again(mount, times, "/more")


def refuse_again(mount, times, name="/fill"):
    file = os.open(mount.path + name, os.O_WRONLY | os.O_APPEND)
    for _ in range(times):
        try:
            os.write(file, b"x")
            raise AssertionError("a full tmpfs took a byte")
        except OSError:
            pass
    os.close(file)


def is_of(mount, line):
    return mount.path in line


def marks_of(terminal, mount):
    """Those that its row has until it is there no more."""
    marks = []

    def is_gone(lines):
        row = next((r for r in rows_of(lines) if is_of(mount, r)), None)
        marks.extend(row[1] if row else "")
        return row is None

    terminal.wait("a row less", is_gone)
    return marks


def case_a_mount_appears_fills_and_goes():
    with Terminal(top("--mode", "poll", "--interval", "1s"), 140, 40) as terminal:
        terminal.wait_for("MOUNT")
        terminal.wait_for("[1 Superblocks]")
        mount = Mount("size=1m,nr_inodes=64", prefix="tt-")
        with mount:
            # New: marked for an interval, and then not.
            row = terminal.wait("a new row", lambda now: next((r for r in rows_of(now) if is_of(mount, r)), None))
            equal("its mark", row[1], "+")
            terminal.wait("an old row", lambda now: any(is_of(mount, r) and r[1] == " " for r in rows_of(now)))
            # By risk, and the sentence says so.
            fill(mount)

            # Other cases have full ones, too: all those are above what is sound.
            def is_above(lines):
                rows, row = rows_of(lines), row_of(lines, mount.path)
                return "100%" in row and all("crit" in other for other in rows[:rows.index(row)])

            lines = terminal.wait("it above what is sound", lambda now: is_above(now) and now)
            assert "crit" in row_of(lines, mount.path), lines
            lines = terminal.wait_for(["!! ", "is full (1 MiB, blocks)"])
            # Mode poll does not know of refusals: absent, and not 0.
            equal("refusals", number_at(row_of(lines, mount.path), lines, "REFUSED"), "-")
        # Gone: marked for an interval, and then no more there. A busy machine may miss the interval: some tries.
        for _ in range(4):
            marks = marks_of(terminal, mount)
            if "x" in marks:
                break
            with Mount("size=1m", prefix="tt-") as mount:
                terminal.wait("another", lambda now, m=mount: any(is_of(m, r) for r in rows_of(now)))
        assert "x" in marks, marks


def case_refusals_rise_while_one_watches():
    missing = why_no_tracepoints()
    if missing:
        raise Skip(missing)
    with Mount("size=1m,nr_inodes=64", prefix="tt-") as mount:
        with Terminal(top("--mode", "syscall", "--interval", "300ms"), 200, 40) as terminal:
            terminal.wait("the mount", lambda now: any(is_of(mount, r) for r in rows_of(now)))
            count = fill(mount)
            for more in (100, 200):
                refuse(mount, more)
                count += more
                lines = terminal.wait(f"{count} refusals", lambda now: refused(now, mount) == count and now)
                assert "crit" in row_of(lines, mount.path), lines
            assert "!! " in "\n".join(lines), lines
            # The events: each a line, with what was asked.
            terminal.keys("3")
            terminal.wait("events", lambda now: any(is_of(mount, r) and "ENOSPC" in r for r in rows_of(now)))
            lines = terminal.settle()
            row = row_of(lines, mount.path)
            assert " 1 B" in row and "python3" in row, row
            terminal.keys("1")
            terminal.wait("superblocks", lambda now: any(is_of(mount, r) for r in rows_of(now)))


def case_pause_says_how_old_it_is():
    with Mount("size=2m", prefix="tt-") as mount, \
            Terminal(top("--mode", "poll", "--interval", "200ms"), 140, 40) as terminal:
        terminal.wait("the mount", lambda now: any(is_of(mount, r) for r in rows_of(now)))
        terminal.press("Space", "PAUSED")
        fill(mount)
        lines = terminal.wait_for("PAUSED, 1 s old")
        assert "100%" not in row_of(lines, mount.path), lines
        terminal.wait_for("PAUSED, 2 s old")
        terminal.keys("Space")
        terminal.wait("the latest", lambda now: "PAUSED" not in now[0] and "100%" in row_of(now, mount.path))


def case_d_changes_the_interval():
    with Terminal(top("--mode", "poll", "--interval", "60s"), 100, 24) as terminal:
        clock = terminal.wait("a clock", lambda now: re.search(r"\d\d:\d\d:\d\d", now[0])).group()
        terminal.press("d", "interval (500ms, 2s): _")
        terminal.type("1ms")
        terminal.keys("Enter")
        terminal.wait_for("between 100ms and 3600s")
        terminal.keys("C-u")
        terminal.type("100ms")
        terminal.keys("Enter")
        terminal.wait_for("a sample every 100 ms from now on")
        begun = time.monotonic()
        terminal.wait("a later clock", lambda now: clock not in now[0])
        assert time.monotonic() - begun < 10, "the interval is what it was"
        # Cancelled: as it was.
        terminal.press("d", "interval")
        terminal.press("Escape", "interval", gone=True)


def case_selection_follows_its_row():
    with Mount("size=2m", prefix="tt-follow-a") as first, Mount("size=2m", prefix="tt-follow-b") as second, \
            Terminal(top("--mode", "poll", "--interval", "200ms"), 200, 40) as terminal:
        terminal.wait("the mounts", lambda now: all(any(is_of(m, r) for r in rows_of(now)) for m in (first, second)))
        terminal.press("/", "show rows with")
        terminal.type("/tt-follow-")
        terminal.keys("Enter", "G")
        chosen = terminal.wait("the last of two rows", lambda now: len(rows_of(now)) == 2
                               and rows_of(now)[1].startswith(">") and rows_of(now)[1])
        mount = first if is_of(first, chosen) else second
        # It becomes the first row, and is still the selected one.
        fill(mount)
        terminal.wait("the same selection", lambda now: is_of(mount, rows_of(now)[0]) and rows_of(now)[0][0] == ">")


def case_a_recording_of_this_host():
    """Of blocks and of inodes; what a mode cannot see is not said to be nothing."""
    modes = ("poll",) if why_no_tracepoints() else ("poll", "syscall")
    for mode in modes:
        with Mount("size=1m,nr_inodes=64", prefix="tt-") as mount, tempfile.TemporaryDirectory() as directory:
            file = directory + "/host.zst"
            recorder = subprocess.Popen([Tool.binary, "record", "--mode", mode, "--interval", "200ms", file],
                                        stderr=subprocess.PIPE, text=True)
            wait_until("the first samples", lambda: os.path.exists(file) and os.path.getsize(file) > 500)
            mount.fill_inodes()
            os.unlink(mount.path + "/f0")
            fill(mount)
            refuse_again(mount, 20)
            time.sleep(0.5)
            recorder.terminate()
            errors = recorder.communicate(timeout=PATIENCE)[1]
            equal("exit status of record, and what it says", (recorder.returncode, errors), (0, ""))
            with Terminal(top("--replay", file, "--speed", "1000"), 200, 40) as terminal:
                lines = terminal.wait_for("REPLAY END")
                assert f"  {mode}" in lines[0] and "not seen" in lines[1], lines
                row = row_of(lines, mount.path)
                assert row.count("100%") == 2 and "crit" in row, row
                # An inode, the filling write, twenty more.
                equal(f"refusals in mode {mode}", refused(lines, mount), None if mode == "poll" else 22)


CASES = [value for name, value in list(globals().items()) if name.startswith("case_")]
