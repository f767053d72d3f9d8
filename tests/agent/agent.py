# SPDX-License-Identifier: Apache-2.0
"""A running agent, and what it serves."""
import http.client
import re
import signal
import socket
import subprocess
import threading

from harness import PATIENCE, Tool, wait_until

SERIES = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Metrics:
    """What a scrape has brought: {(name, frozenset of labels): value}."""

    def __init__(self, text):
        self.text = text
        self.series = {}
        for line in text.splitlines():
            if line.startswith("#") or not line:
                continue
            name, labels, value = SERIES.match(line).groups()
            key = (name, frozenset(LABEL.findall(labels or "")))
            assert key not in self.series, f"twice: {line}"
            self.series[key] = float(value)

    def get(self, name, **labels):
        """Of the one series that has these labels, among others."""
        found = [value for (of, has), value in self.series.items() if of == name and set(labels.items()) <= has]
        assert len(found) == 1, f"{len(found)} series {name} {labels}"
        return found[0]

    def has(self, name, **labels):
        return any(of == name and set(labels.items()) <= has for (of, has) in self.series)


class Agent:
    """`tmpfstrace agent …` on a free port of loopback."""

    def __init__(self, *options, interval="200ms", web=True, environment=None, wait=True):
        self.port = free_port()
        listen = ["--web.listen-address", f"127.0.0.1:{self.port}"] if web else ["--no-web"]
        self.process = subprocess.Popen([*(Tool.binary, "agent", "--interval", interval), *listen, *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.errors = ""
        self.reader = threading.Thread(target=self._read_errors, daemon=True)
        self.reader.start()
        if web and wait:
            wait_until("ready", lambda: self.ended() or self.get_or_none("/readyz") == 200, seen=lambda: self.errors)
            assert not self.ended(), self.errors

    def _read_errors(self):
        for line in self.process.stderr:
            self.errors += line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.ended():
            self.process.kill()
        self.process.wait()

    def ended(self):
        return self.process.poll() is not None

    def get(self, path, **headers):
        """Status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def get_or_none(self, path):
        try:
            return self.get(path)[0]
        except OSError:
            return None

    def metrics(self):
        status, _, body = self.get("/metrics")
        assert status == 200, (status, body)
        return Metrics(body)

    def after_samples(self, more=2):
        """Metrics, when so many further samples have been taken."""
        wanted = self.metrics().get("tmpfstrace_samples_total") + more
        wait_until("samples", lambda: self.metrics().get("tmpfstrace_samples_total") >= wanted,
                   seen=lambda: self.errors)
        return self.metrics()

    def children(self):
        """Of each: its argument."""
        out = subprocess.run(["pgrep", "-P", str(self.process.pid), "-a"], capture_output=True, text=True, check=False)
        return {int(line.split()[0]): line.split()[-1] for line in out.stdout.splitlines()}

    def web_worker(self):
        """Its process id, when it is there."""
        wait_until("a web worker", lambda: "--web-worker" in self.children().values(), seen=lambda: self.errors)
        return next(pid for pid, what in self.children().items() if what == "--web-worker")

    def stop(self, how=signal.SIGTERM):
        """Exit status."""
        self.process.send_signal(how)
        self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        return self.process.returncode


def status_of(pid):
    """Lines of /proc/PID/status."""
    with open(f"/proc/{pid}/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def capabilities_left(agent):
    """The effective set of its process, once it has given up the others."""
    wait_until("the sandbox", lambda: "capabilities left" in agent.errors, seen=lambda: agent.errors)
    return status_of(agent.process.pid)["CapEff"]
