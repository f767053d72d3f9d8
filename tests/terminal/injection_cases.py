# SPDX-License-Identifier: Apache-2.0
"""Names that would be commands to a terminal, everywhere where a name is shown: none reaches it as it is."""
import base64
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata

from bpf_probe import why_no_tracepoints
from harness import Mount, Skip, equal
from wire import Wire, plain

# What would set the title, clear the screen, turn text round, be no UTF-8, break a line, be a control of one byte, ask
# the terminal to answer, end a string, hide, or hold more marks than a cell.
PAYLOADS = (b"\x1b]0;owned\x07", b"\x1b[2J", "\u202e".encode(), b"\xff\xfe", b"\n", b"\xc2\x9b2J", b"\x9b2J",
            b"\x1b[6n", b"\x1bP+q\x1b\\", b"\x08\x7f", b"\r", "\u200b\u2066".encode(),
            "a\u0301\u0302\u0303\u0304\u0305\u0306".encode())
COMM = b"\x1b]0;owned\x07"

# In a process of its own, whose name is a payload as well: fills its directory and is refused with every name.
WRITER = """
import os, sys
place, count = os.fsencode(sys.argv[1]), int(sys.argv[2])
payloads = [bytes.fromhex(word) for word in sys.argv[3:]]
with open("/proc/self/comm", "wb") as file:
    file.write(payloads[0])
fill = os.open(place + b"/fill", os.O_CREAT | os.O_WRONLY)
try:
    while True:
        os.write(fill, b"x" * 4096)
except OSError:
    pass
print("full", flush=True)
for line in sys.stdin:
    for number, payload in enumerate(payloads):
        directory = place + b"/D%02d" % number + payload + b"d"
        os.makedirs(directory, exist_ok=True)
        for copy in range(count):
            file = os.open(directory + b"/L" + payload + b"R%d" % copy, os.O_CREAT | os.O_WRONLY)
            try:
                os.write(file, b"x")
            except OSError:
                pass
            os.close(file)
    print("done", flush=True)
"""


@contextlib.contextmanager
def writer_in(path):
    words = [sys.executable, "-c", WRITER, path, "2", *(payload.hex() for payload in (COMM, *PAYLOADS))]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        equal("the writer", writer.stdout.readline(), "full\n")
        yield lambda: (print(file=writer.stdin, flush=True), equal("the writer", writer.stdout.readline(), "done\n"))
        writer.stdin.close()


@contextlib.contextmanager
def mounts():
    """One for each payload, named by it."""
    with tempfile.TemporaryDirectory(prefix="tt-") as directory, contextlib.ExitStack() as stack:
        for number, payload in enumerate(PAYLOADS):
            path = os.fsencode(directory) + b"/M%02d" % number + payload + b"m"
            os.mkdir(path)
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path], check=True)
            stack.callback(subprocess.run, ["umount", "--lazy", path], check=True)
            with open(path + b"/L" + payload + b"R", "wb") as file:
                file.write(b"x")
        yield directory


def clipboards(data):
    return [base64.b64decode(text) for text in re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", data)]


def expect_harmless(data):
    for payload in (COMM, *PAYLOADS):
        for around in (b"L" + payload, payload + b"R", payload + b"d", payload + b"m"):
            # Text that is drawn as it is: the letter and its marks.
            if payload[:1] == b"a" or around in (b"\nR", b"\rR", b"\nm", b"\rm", b"\nd", b"\rd"):
                continue
            assert around not in data, f"{around!r} at {data.index(around)}: {data[:data.index(around) + 40][-120:]!r}"
    # Invalid as UTF-8, whoever stands beside.
    assert b"\xff" not in data and b"\xfe" not in data
    # Strings of the terminal: the clipboard alone, and nothing in it but base64.
    for found in re.finditer(rb"\x1b[\]P_^X]", data):
        assert data[found.start():found.start() + 7] == b"\x1b]52;c;", data[found.start():found.start() + 40]
    # What is left without our own sequences is sound UTF-8, and no control but the cursor's.
    text = plain(data).decode("utf-8")
    for character in set(text):
        category = unicodedata.category(character)
        assert category not in ("Cf", "Cc", "Cs", "Cn", "Co", "Zl", "Zp") or character in "\r\n\b\x0e\x0f", \
            f"{character!r} ({category})"
    # No cell takes more marks than four.
    marks = max((len(run) for run in re.findall("[\u0300-\u036f]+", text)), default=0)
    assert marks <= 4, f"{marks} marks on a letter"


def drive(wire, views, rows=3):
    """Every view, the details of each of its first rows and its JSON."""
    for view in views:
        wire.send(view)
        wire.quiet(0.1)
        wire.send("g")
        for _ in range(rows):
            for key in ("\r", "\x06", "y"):
                wire.send(key)
                wire.quiet(0.02)
            # Alone: what follows at once would make it the start of a sequence.
            wire.send("\x1b")
            wire.quiet(0.06)
            wire.send("j")


def expect_json(data):
    texts = clipboards(data)
    assert texts, "y has sent nothing"
    return [json.loads(text) for text in texts]


def case_mounts_and_files_by_polling():
    with mounts() as directory:
        for locale in ("C.UTF-8", "C"):
            with Wire("--mode", "poll", "--interval", "500ms", columns=230, rows=50,
                      environment={"LANG": locale}) as wire:
                wire.wait_for(directory[:7])
                # Those of the test alone.
                wire.send("/")
                wire.send(directory + "\r")
                wire.wait_for(f"{len(PAYLOADS)}/{len(PAYLOADS)} of ")
                drive(wire, "1", rows=len(PAYLOADS))
                # Files, once they have been looked at.
                wire.send("4/R\r")
                wire.wait_for(r"\x1b]0;owned\x07R")
                drive(wire, "4", rows=len(PAYLOADS))
                # What is said of mounts that go and come, with their names.
                wire.send("1\x1b")
                wire.quiet(0.1)
                drive(wire, "6")
                wire.quit()
            expect_harmless(wire.bytes)
            shown = plain(wire.bytes)
            for text in (rb"\x1b]0;owned\x07", rb"\u202e", rb"\xff\xfe", rb"\x0d"):
                assert text in shown, f"{text!r} is not shown in {locale}"
            # Each mount was opened, and is whole: its name, and what the kernel says of it.
            seen = {document["mounts"][0]["mount_point"]: document["used_bytes"]
                    for document in expect_json(wire.bytes) if document.get("mounts")}
            for number, payload in enumerate(PAYLOADS):
                used = [bytes_ for name, bytes_ in seen.items() if name.startswith(f"{directory}/M{number:02}")]
                equal(f"used bytes of the mount with {payload!r}", used, [4096])
                with contextlib.suppress(UnicodeDecodeError):
                    assert f"{directory}/M{number:02}{payload.decode()}m" in seen, f"{payload!r}: {sorted(seen)}"


def case_events_processes_and_cgroups():
    missing = why_no_tracepoints()
    if missing:
        raise Skip(missing)
    with Mount("size=64k", prefix="tt-") as mount, writer_in(mount.path) as refuse, \
            Wire("--mode", "syscall", "--interval", "300ms", "--event-rate", "100", columns=230, rows=50) as wire:
        wire.wait_for(mount.path)
        # Once the tool has attached: some rounds, so that the survey and the details are there.
        refuse()
        wire.send("3")
        wire.wait_for("ENOSPC")
        drive(wire, "3")
        refuse()
        drive(wire, "123456")
        wire.quit()
        expect_harmless(wire.bytes)
        shown = plain(wire.bytes)
        for text in (rb"\x1b]0;owned", rb"\u202e", rb"\xff\xfe"):
            assert text in shown, f"{text!r} is not shown"
        documents = expect_json(wire.bytes)
        names = {document["comm"] for document in documents if "comm" in document}
        assert COMM.decode() in names, names


CASES = [value for name, value in list(globals().items()) if name.startswith("case_")]
