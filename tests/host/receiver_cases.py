# SPDX-License-Identifier: Apache-2.0
"""libcurl is in the process only when a receiver of alerts is configured."""
import contextlib
import os
import subprocess
import tempfile

from harness import Tool, equal, run

WEBHOOK = '[webhook]\nurl = "http://127.0.0.1:9/"\n'


@contextlib.contextmanager
def config(text):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        yield file.name


def libraries_of(tool):
    tool.wait_for_samples()
    with open(f"/proc/{tool.process.pid}/maps", encoding="utf-8") as file:
        return {line.split()[-1] for line in file if "/libcurl" in line}


def case_without_a_receiver_libcurl_is_not_loaded():
    with config("") as empty, Tool("--mode", "poll") as plain, Tool("--mode", "poll", "--config", empty) as alerts:
        equal("libcurl of a plain run", libraries_of(plain), set())
        equal("libcurl of a run with alerts as lines", libraries_of(alerts), set())


def case_a_receiver_needs_libcurl():
    with config(WEBHOOK) as webhook:
        with Tool("--mode", "poll", "--config", webhook) as tool:
            libraries = libraries_of(tool)
            equal("mapped libcurl", len(libraries), 1)
            _, status = tool.stop()
            equal("exit status", status, 0)
        # In this mount namespace, which is the test's own, it is an empty file.
        library = libraries.pop()
        subprocess.run(["mount", "--bind", "/dev/null", library], check=True)
        try:
            done = run("json", "--mode", "poll", "--once", "--config", webhook)
            equal("exit status without libcurl", (done.returncode, done.stdout), (1, ""))
            assert "cannot send alerts without libcurl.so.4: " in done.stderr and "libcurl4" in done.stderr, done.stderr
            equal("lines on standard error", done.stderr.count("\n"), 1)
            equal("exit status of a recording, which tells nobody",
                  run("json", "--replay", os.path.join(os.path.dirname(__file__), "../fixtures/samples/alerts.ndjson"),
                      "--config", webhook).returncode, 0)
        finally:
            subprocess.run(["umount", library], check=True)


CASES = [case_without_a_receiver_libcurl_is_not_loaded, case_a_receiver_needs_libcurl]
