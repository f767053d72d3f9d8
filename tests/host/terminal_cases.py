# SPDX-License-Identifier: Apache-2.0
"""`top` on a terminal of 80x24."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios

from harness import Mount, Tool, equal, wait_until

ESCAPES = re.compile(rb"\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>78])")
LEAVE_SCREEN = b"\x1b[?1049l"


class Screen:
    """What comes out of the terminal, without the control sequences: names are written in one piece."""

    def __init__(self, master):
        self.master = master
        self.bytes = b""

    def read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            more = os.read(self.master, 65536)
        except OSError:  # EIO: nobody has the other end any more
            return False
        self.bytes += more
        return bool(more)

    def wait_for(self, text):
        def shown():
            self.read(1)
            return text in ESCAPES.sub(b"", self.bytes)

        wait_until(f"{text!r} on the screen", shown, seen=lambda: self.bytes[-2000:])


def case_top_shows_a_mount_and_leaves():
    with Mount("size=1m", prefix="tt-") as mount:
        with open(mount.path + "/fill", "wb") as file:
            file.write(b"x" * (1 << 19))
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        before = termios.tcgetattr(slave)
        process = subprocess.Popen([Tool.binary, "top", "--mode", "poll", "--interval", "200ms"], stdin=slave,
                                   stdout=slave, stderr=subprocess.PIPE, start_new_session=True,
                                   env={**os.environ, "TERM": "xterm"})
        screen = Screen(master)

        def ended():
            screen.read(0.1)
            return process.poll() is not None

        try:
            screen.wait_for(mount.path.encode())
            assert termios.tcgetattr(slave) != before, "the terminal was never set up"
            os.write(master, b"q")
            wait_until("the end of top", ended)
            while screen.read(0):
                pass
        finally:
            if process.poll() is None:
                process.kill()
            errors = process.stderr.read().decode()
            process.wait()
        equal("exit status and messages", (process.returncode, errors), (0, ""))
        equal("terminal settings", termios.tcgetattr(slave), before)
        left = screen.bytes.rfind(LEAVE_SCREEN)
        assert left > 0, "the screen was not given back"
        equal("what is shown after that", ESCAPES.sub(b"", screen.bytes[left:]).strip(), b"")
        os.close(master)
        os.close(slave)


CASES = [case_top_shows_a_mount_and_leaves]
