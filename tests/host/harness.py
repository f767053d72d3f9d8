# SPDX-License-Identifier: Apache-2.0
"""Runs the tool as a black box, holds every document against the schema, and finds what it said about one superblock."""
import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schema"))
from documents import checked  # noqa: E402

PATIENCE = 60  # seconds; a loaded machine is slow


class Skip(Exception):
    pass


def document_of(line):
    """A line of the tool, held against the schema."""
    document_of.count += 1
    return checked(json.loads(line))


document_of.count = 0


def documents_of(text):
    return [document_of(line) for line in text.splitlines()]


class Tool:
    """`tmpfstrace json …` and the documents it has printed so far."""

    binary = ""

    def __init__(self, *options, command="json", interval="200ms", wrapper=()):
        arguments = [*wrapper, self.binary, command, "--interval", interval, *options]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.documents = []
        self.errors = ""
        self.broken = None  # by the first document that is not as it should be
        self.changed = threading.Condition()
        self.readers = [threading.Thread(target=target, daemon=True) for target in (self._read, self._read_errors)]
        for reader in self.readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.readers[0].join(PATIENCE)
        if kind is None:
            self.fail_if_broken()

    def fail_if_broken(self):
        if self.broken is not None:
            raise AssertionError(self.broken)

    def _read(self):
        for line in self.process.stdout:
            try:
                document = document_of(line)
            except (AssertionError, ValueError) as error:
                # A tool that is killed leaves a line without its end.
                if line.endswith("\n") and self.broken is None:
                    self.broken = f"{error}: {line[:300]}"
                continue
            with self.changed:
                self.documents.append(document)
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def _read_errors(self):
        self.errors += self.process.stderr.read()

    def samples(self):
        return [document for document in self.documents if document["type"] == "sample"]

    def wait_for_samples(self, more=1):
        """Waits until that many further samples are there; returns the last one."""
        deadline = time.monotonic() + PATIENCE
        with self.changed:
            wanted = len(self.samples()) + more
            while len(self.samples()) < wanted:
                self.fail_if_broken()
                left = deadline - time.monotonic()
                if left <= 0 or (self.process.poll() is not None and not self.changed.wait(1)):
                    raise AssertionError(f"no further sample; the tool says: {self.errors.strip()!r}")
                self.changed.wait(min(left, 1))
            return self.samples()[-1]

    def stop(self):
        """SIGTERM: the last sample and the exit status."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        for reader in self.readers:
            reader.join(PATIENCE)
        self.fail_if_broken()
        return self.samples()[-1], self.process.returncode


class Mount:
    """A tmpfs of the test's own."""

    def __init__(self, options, prefix="tmpfstrace-test-"):
        self.path = tempfile.mkdtemp(prefix=prefix)
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.path], check=True)
        device = os.stat(self.path).st_dev
        self.dev = f"{os.major(device)}:{os.minor(device)}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.path], check=True)
        os.rmdir(self.path)

    def of(self, sample):
        """The superblock in a sample."""
        found = [sb for sb in sample["superblocks"] if sb["dev"] == self.dev and not sb["dead"]]
        assert len(found) == 1, f"{len(found)} superblocks {self.dev} in the sample"
        return found[0]

    def fill_inodes(self):
        """Makes empty files f0, f1, … until one is refused, the only refusal: how many there are."""
        made = 0
        while True:
            try:
                os.close(os.open(f"{self.path}/f{made}", os.O_CREAT | os.O_WRONLY))
            except OSError as error:
                equal("errno", error.errno, errno.ENOSPC)
                return made
            made += 1


def start_child(function):
    """The process id of a child that runs function() and ends, with 1 if that raised: the caller's `with` blocks are
    not the child's."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            function()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def run(*arguments, **options):
    done = subprocess.run([Tool.binary, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False,
                          **options)
    if "json" in arguments or "--json" in arguments:
        documents_of(done.stdout)
    return done


def wait_until(what, condition, patience=PATIENCE, seen=lambda: ""):
    """seen() is what a failure shows beside."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"not within {patience} s: {what} {seen()}"
        time.sleep(0.05)


def equal(what, got, wanted):
    assert got == wanted, f"{what}: {got!r}, expected {wanted!r}"


def refusals_of(counters):
    return {(r["operation"], r["cause"]): r["count"] for r in counters["refusals"]}
