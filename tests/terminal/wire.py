# SPDX-License-Identifier: Apache-2.0
"""`tmpfstrace top` on a pseudo terminal whose every byte is kept."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from harness import Tool

PATIENCE = 20  # seconds
SEQUENCE = re.compile(rb"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Za-z0-9]|[=>78cMHDE])")


def plain(data):
    """What is left of the bytes without the control sequences; text is written in pieces, so it is no screen."""
    return SEQUENCE.sub(b"", data)


class Wire:
    def __init__(self, *options, columns=100, rows=30, layout="", term="xterm-256color", environment=None):
        self.master, self.slave = pty.openpty()
        self.size(columns, rows)
        self.before = termios.tcgetattr(self.slave)
        self.bytes = b""
        variables = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8", **(environment or {})}
        if term is not None:
            variables["TERM"] = term
        # setsid: a session of its own, which this terminal belongs to.
        self.process = subprocess.Popen(["setsid", "--ctty", Tool.binary, "top", "--layout", layout, *options],
                                        stdin=self.slave, stdout=self.slave, stderr=subprocess.PIPE, env=variables)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        os.close(self.master)
        os.close(self.slave)

    def size(self, columns, rows):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, data):
        os.write(self.master, data if isinstance(data, bytes) else data.encode())

    def read(self, seconds):
        """True: there was something."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            more = os.read(self.master, 1 << 16)
        except OSError:  # EIO: nobody has the other end any more
            return False
        self.bytes += more
        return bool(more)

    def answer(self):
        """What comes upon a key: all of the frame."""
        begin = len(self.bytes)
        self.read(2)
        self.quiet()
        return self.bytes[begin:]

    def quiet(self, seconds=0.1):
        """Reads until nothing has come for that long; what came since the call."""
        begin = len(self.bytes)
        while self.read(seconds):
            pass
        return self.bytes[begin:]

    def wait_for(self, text, since=0):
        wanted = text if isinstance(text, bytes) else text.encode()
        deadline = time.monotonic() + PATIENCE
        while wanted not in self.bytes[since:] and wanted not in plain(self.bytes[since:]):
            if time.monotonic() > deadline or (not self.read(0.2) and self.process.poll() is not None):
                raise AssertionError(f"{wanted!r} never came; {self.bytes[since:][-600:]!r} {self.errors()}")

    def errors(self):
        return self.process.stderr.read().decode() if self.process.poll() is not None else ""

    def end(self):
        """Waits for the end: the exit status and what was said on standard error."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            self.read(0.05)
            assert time.monotonic() < deadline, "it does not end"
        while self.read(0):
            pass
        return self.process.returncode, self.process.stderr.read().decode()

    def quit(self):
        self.send("q")
        return self.end()
