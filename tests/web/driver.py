# SPDX-License-Identifier: Apache-2.0
"""The web driver as a process, and small HTTP clients that do what a client may do and what it may not."""
import http.client
import re
import socket
import ssl
import subprocess
import threading
import time

PATIENCE = 20  # seconds; a loaded machine is slow


def wait_for(condition, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {patience} s: {what}")


class Driver:
    binary = ""

    def __init__(self, *settings, listen=("127.0.0.1:0",), environment=None):
        arguments = [self.binary, *(f"listen={address}" for address in listen), *settings]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=environment)
        self.lines = []
        self.errors = ""
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()

    def __enter__(self):
        wait_for(lambda: self.process.poll() is not None or self.of("worker"), "the driver starts")
        if self.process.poll() is not None:
            time.sleep(0.2)
            raise AssertionError(f"the driver ended: {self.errors}")
        self.port = int(re.search(r":(\d+)", self.of("listening")[0]).group(1))
        wait_for(lambda: self.answers(), "the worker serves")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def _read_errors(self):
        self.errors = self.process.stderr.read()

    def of(self, word):
        return [line[len(word) + 1:] for line in self.lines if line.startswith(word + " ")]

    def answers(self):
        """Something listens, and speaks: over TLS an error counts."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as client:
                client.settimeout(2)
                client.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
                return client.recv(1) != b"" or True
        except OSError:
            return False

    @property
    def worker(self):
        return int(self.of("worker")[-1])

    def command(self, text):
        word = text.split()[0]
        before = len([line for line in self.lines if line == f"done {word}"])
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        wait_for(lambda: len([line for line in self.lines if line == f"done {word}"]) > before, text)

    def get(self, path, headers=None, method="GET", tls=None, body=None, source=None, timeout=PATIENCE):
        """(status, headers, body)"""
        address = (source, 0) if source else None
        if tls is None:
            client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout, source_address=address)
        else:
            client = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=tls)
        try:
            client.request(method, path, body=body, headers=headers or {})
            answer = client.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            client.close()

    def raw(self, data, timeout=PATIENCE):
        """All that comes back for these bytes, until the other end closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as client:
            client.settimeout(timeout)
            received = b""
            try:
                client.sendall(data)
                while True:
                    piece = client.recv(65536)
                    if not piece:
                        break
                    received += piece
            except (ConnectionResetError, BrokenPipeError):
                pass
            return received

    def metric(self, name, **kwargs):
        """The value of a series, by its name with labels."""
        text = self.get("/metrics", **kwargs)[2].decode()
        for line in text.splitlines():
            if line.startswith(name + " "):
                return float(line.rsplit(" ", 1)[1])
        raise AssertionError(f"no {name} in the metrics")

    def status_of_worker(self):
        with open(f"/proc/{self.worker}/status") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)

    def rss_kib(self):
        return int(self.status_of_worker()["VmRSS"].split()[0])

    def cpu_seconds(self):
        with open(f"/proc/{self.worker}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


def client_context(authority=None, certificate=None, key=None, most=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if authority:
        context.load_verify_locations(authority)
    else:
        context.verify_mode = ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(certificate, key)
    if most:
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = most
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context
