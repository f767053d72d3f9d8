# SPDX-License-Identifier: Apache-2.0
"""Recordings that end in another way than by their own count."""
import contextlib
import errno
import json
import os
import resource
import signal
import subprocess
import tempfile

from harness import PATIENCE, Tool, equal, run, wait_until


@contextlib.contextmanager
def recorder_of(file, redirections=""):
    command = f'exec "$0" record --mode poll --interval 100ms "$1" {redirections}'
    recorder = subprocess.Popen(["sh", "-c", command, Tool.binary, file], stderr=subprocess.PIPE, text=True)
    try:
        wait_until("the first samples", lambda: os.path.exists(file) and os.path.getsize(file) > 2000)
        yield recorder
    finally:
        recorder.kill()
        recorder.communicate()


def samples_in(file):
    done = run("json", "--replay", file)
    equal("exit status of replay, and what it says", (done.returncode, done.stderr), (0, ""))
    return [document for document in map(json.loads, done.stdout.splitlines()) if document["type"] == "sample"]


def case_record_whose_source_fails_is_whole():
    with tempfile.TemporaryDirectory() as directory:
        file = directory + "/r.zst"
        with recorder_of(file) as recorder:
            # No further descriptor can be had: /proc cannot be read.
            resource.prlimit(recorder.pid, resource.RLIMIT_NOFILE, (3, 3))
            _, errors = recorder.communicate(timeout=PATIENCE)
            equal("exit status", recorder.returncode, 1)
            assert os.strerror(errno.EMFILE) in errors, errors
        assert samples_in(file), "no sample was recorded"


def case_closed_standard_descriptors():
    """No file of the tool takes the place of one: messages would end up in it."""
    with tempfile.TemporaryDirectory() as directory:
        for closed, redirections in (((2,), "2>&-"), ((0, 1, 2), "<&- >&- 2>&-")):
            file = directory + "/r.ndjson"
            with recorder_of(file, redirections) as recorder:
                for fd in closed:
                    equal(f"descriptor {fd}", os.readlink(f"/proc/{recorder.pid}/fd/{fd}"), "/dev/null")
                recorder.send_signal(signal.SIGTERM)
                recorder.wait(PATIENCE)
                equal("exit status", recorder.returncode, 0)
            assert samples_in(file), "no sample was recorded"
            os.unlink(file)
        done = subprocess.run(["sh", "-c", 'exec "$0" json --mode poll --count 1 >&-', Tool.binary], text=True,
                              capture_output=True, timeout=PATIENCE, check=False)
        equal("exit status of json without an output", done.returncode, 1)
        assert "standard output" in done.stderr, done.stderr


CASES = [case_record_whose_source_fails_is_whole, case_closed_standard_descriptors]
