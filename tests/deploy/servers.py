# SPDX-License-Identifier: Apache-2.0
"""A server of Debian's on a port of 127.0.0.1, for as long as a test lasts."""
import json
import socket
import subprocess
import time
import urllib.request


class Server:
    def __init__(self, program, directory, *options):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self.log = open(directory / f"{program}.log", "w+")
        self.process = subprocess.Popen([program, f"--web.listen-address={self.url[7:]}", *options], stdout=self.log, stderr=self.log)

    def ask(self, path, body=None):
        request = urllib.request.Request(self.url + path, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read()

    def get(self, path):
        return json.loads(self.ask(path))

    def __enter__(self):
        deadline = time.monotonic() + 60
        while True:
            try:
                self.ask("/-/ready")
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.log.seek(0)
                    log = self.log.read()
                    self.__exit__()
                    raise AssertionError("it does not start: " + log) from None
                time.sleep(0.1)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
