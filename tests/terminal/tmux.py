# SPDX-License-Identifier: Apache-2.0
"""`tmpfstrace top` in a terminal that can be read: a tmux of the test's own, which no user's settings reach."""
import itertools
import os
import shlex
import subprocess
import tempfile
import time

from harness import Tool

ENVIRONMENT = {"LANG": "C.UTF-8", "PATH": os.environ["PATH"], "HOME": "/nonexistent", "SHELL": "/bin/sh", "TZ": "UTC"}
PATIENCE = 20  # seconds
numbers = itertools.count()


def top(*options, layout=""):
    """The words of a `top` that leaves no trace in anybody's home."""
    return [Tool.binary, "top", "--layout", layout, *options]


class Terminal:
    """A window of tmux with one command in it. `with` ends both."""

    def __init__(self, words, columns=118, rows=32, term="tmux-256color", environment=None):
        self.directory = tempfile.mkdtemp(prefix="tt-tmux-")
        self.socket = f"{self.directory}/socket"
        self.environment = {**ENVIRONMENT, **(environment or {})}
        command = shlex.join(["env", f"TERM={term}", *(f"{k}={v}" for k, v in (environment or {}).items()), *words])
        # remain-on-exit: what a command leaves on the screen can still be read when it has ended.
        self._tmux("-f", "/dev/null", "start-server", ";", "set", "-g", "remain-on-exit", "on", ";",
                   "set", "-g", "remain-on-exit-format", "", ";", "set", "-s", "set-clipboard", "on", ";",
                   "new-session", "-d", "-x", str(columns), "-y", str(rows), command, ";",
                   "set", "-g", "status", "off", ";", "set", "-g", "window-size", "manual")

    def _tmux(self, *words):
        done = subprocess.run(["tmux", "-u", "-S", self.socket, *words], env=self.environment, capture_output=True,
                              text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, f"tmux {' '.join(words)}: {done.stderr.strip()}"
        return done.stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], env=self.environment, capture_output=True,
                       check=False)
        for name in os.listdir(self.directory):
            os.unlink(f"{self.directory}/{name}")
        os.rmdir(self.directory)

    def lines(self):
        return self._tmux("capture-pane", "-p").split("\n")[:-1]

    def text(self):
        return self._tmux("capture-pane", "-p")

    def about(self, name):
        """A format of tmux, say pane_dead."""
        return self._tmux("display-message", "-p", f"#{{{name}}}").strip()

    def keys(self, *names):
        """Names of tmux (Enter, F3, BTab) or single characters."""
        self._tmux("send-keys", "--", *[name if name != ";" else "\\;" for name in names])

    def type(self, text):
        self._tmux("send-keys", "-l", "--", text)

    def press(self, key, text, gone=False):
        """A key, and what must be (or must no longer be) on the screen then. The lines, once all of it is drawn."""
        self.keys(key)
        self.wait_for(text, gone=gone, after=f" after {key}")
        return self.settle()

    def clipboard(self):
        return self._tmux("show-buffer")

    def resize(self, columns, rows):
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def wait(self, what, condition):
        """condition of the lines; what it returns."""
        deadline = time.monotonic() + PATIENCE
        while True:
            lines = self.lines()
            found = condition(lines)
            if found:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"not on the screen: {what}\n" + "\n".join(lines))
            time.sleep(0.03)

    def wait_for(self, text, gone=False, after=""):
        """Several words: in one line of the screen each. Returns the lines."""
        wanted = [text] if isinstance(text, str) else list(text)

        def shown(lines):
            whole = "\n".join(lines)
            return all((word in whole) != gone for word in wanted) and lines

        return self.wait(f"{'no ' if gone else ''}{wanted}{after}", shown)

    def settle(self):
        """The lines, once they are the same twice."""
        before = self.lines()
        while True:
            time.sleep(0.08)
            now = self.lines()
            if now == before:
                return now
            before = now

    def process(self):
        """The id of the tool, whichever shells it runs in."""
        tty = self.about("pane_tty").removeprefix("/dev/")
        found = subprocess.run(["pgrep", "-t", tty, "-x", "tmpfstrace"], capture_output=True, text=True, check=False)
        return int(found.stdout)


def is_titles(line):
    return any(line.startswith("   " + title) for title in ("MOUNT", "CGROUP", "TIME", "WHOSE", "COMM"))


def rows_of(lines):
    """The rows of the table, without the line of titles; none where there is no table."""
    head = next((i for i, line in enumerate(lines) if is_titles(line)), len(lines))
    return [line for line in lines[head + 1:-1] if line.strip()]


def row_of(lines, word):
    found = [line for line in rows_of(lines) if word in line]
    assert found, f"no row with {word!r}\n" + "\n".join(lines)
    return found[0]


def selected_of(lines):
    """The row under the cursor, "" where there is none."""
    return next((line for line in rows_of(lines) if line.startswith(">")), "")
