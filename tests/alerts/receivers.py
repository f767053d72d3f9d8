# SPDX-License-Identifier: Apache-2.0
"""Receivers of alerts on 127.0.0.1: a webhook that does as it is told, and a real Alertmanager."""
import http.server
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.request

PATIENCE = 20  # seconds; a loaded machine is slow


def wait_for(what, condition, patience=PATIENCE):
    """Returns the first true value of condition()."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s for {what}")
        time.sleep(0.05)


class Webhook:
    """Answers each POST with the next of `statuses`, the last one for ever; after `delay` seconds. None: never."""

    def __init__(self, statuses=(200,), delay=0, certificate=None, headers=None):
        self.requests = []  # (monotonic time, path, headers, body)
        self.statuses = list(statuses)
        self.closing = threading.Event()
        webhook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook.requests.append((time.monotonic(), self.path, dict(self.headers), body))
                status = webhook.statuses.pop(0) if len(webhook.statuses) > 1 else webhook.statuses[0]
                webhook.closing.wait(delay if status else None)
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):  # a client that hangs up is part of the test
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def bodies(self):
        return [json.loads(body.decode("utf-8", errors="strict")) for _, _, _, body in self.requests]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


ALERTMANAGER_YAML = """
route:
  receiver: test
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
- name: test
  webhook_configs:
  - url: {url}
    send_resolved: true
"""


class Alertmanager:
    def __init__(self, directory, webhook_url):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        config = os.path.join(directory, "alertmanager.yml")
        with open(config, "w") as file:
            file.write(ALERTMANAGER_YAML.format(url=webhook_url))
        self.log = open(os.path.join(directory, "alertmanager.log"), "w+")
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            ["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={directory}/data",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
            stdout=self.log, stderr=self.log)

    def alerts(self):
        """By alert name."""
        with urllib.request.urlopen(self.url + "/api/v2/alerts", timeout=5) as answer:
            return {alert["labels"]["alertname"]: alert for alert in json.load(answer)}

    def is_ready(self):
        if self.process.poll() is not None:
            self.log.seek(0)
            raise AssertionError("the Alertmanager has ended: " + self.log.read())
        try:
            with urllib.request.urlopen(self.url + "/-/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def __enter__(self):
        wait_for("the Alertmanager", self.is_ready)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
