# SPDX-License-Identifier: Apache-2.0
"""/api/v1/events."""
import json
import socket
import time

from driver import Driver, wait_for


class Stream:
    def __init__(self, driver, path="/api/v1/events", receive_buffer=None):
        self.client = socket.socket()
        if receive_buffer:
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.client.settimeout(20)
        self.client.connect(("127.0.0.1", driver.port))
        self.client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        self.file = self.client.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        while self.file.readline() not in (b"\r\n", b""):
            pass
        self.pending = b""

    def line(self):
        while b"\n" not in self.pending:
            size = int(self.file.readline() or b"0", 16)
            if size == 0:
                return None
            self.pending += self.file.read(size)
            self.file.readline()
        line, self.pending = self.pending.split(b"\n", 1)
        return line.decode()

    def close(self):
        self.file.close()
        self.client.close()


def stream():
    """events as they come, the last ones first when asked, and no more streams than there may be"""
    with Driver("streams=2") as driver:
        driver.command("event {\"n\":1}")
        driver.command("event {\"n\":2}")
        time.sleep(0.2)
        live, replayed = Stream(driver), Stream(driver, "/api/v1/events?replay=1")
        assert live.status == 200 and replayed.line() == "{\"n\":2}"
        assert driver.get("/api/v1/events")[0] == 503
        assert driver.get("/api/v1/events?replay=x")[0] == 400
        assert driver.metric("tmpfstrace_http_event_streams") == 2
        driver.command("event {\"n\":3}")
        start = time.monotonic()
        assert live.line() == "{\"n\":3}" and replayed.line() == "{\"n\":3}"
        assert time.monotonic() - start < 1
        live.close()
        replayed.close()
        driver.command("event {\"n\":4}")
        driver.command("event {\"n\":5}")  # a first write to a closed peer still succeeds
        wait_for(lambda: driver.metric("tmpfstrace_http_event_streams") == 0, "the streams are closed")
        assert driver.metric("tmpfstrace_http_rejected_total{reason=\"streams\"}") == 1


def slow():
    """a slow reader loses events, is told how many, and they are counted"""
    with Driver() as driver:
        reader = Stream(driver, receive_buffer=4096)
        time.sleep(0.2)
        for _ in range(30):
            driver.command("events 1000")
        lines = []
        driver.command("event {\"type\":\"end\"}")
        while True:
            document = json.loads(reader.line())
            lines.append(document)
            if document["type"] == "end":
                break
        lost = sum(document["count"] for document in lines if document["type"] == "lost")
        got = sum(document["type"] == "refusal" for document in lines)
        assert lost > 0 and got > 0, (lost, got)
        told = sum(document["type"] == "lost" for document in lines)
        # A line of the parent's own drops stands among the events, and may be lost with them.
        assert 30000 - 200 <= lost + got <= 30000 + 200, (lost, got, told)
        assert driver.metric("tmpfstrace_http_events_dropped_total") >= lost * 0.9
        reader.close()
        return f"{got} read, {lost} lost"


def heartbeat():
    """a sign of life when nothing happens (15 s)"""
    with Driver("timeout_ms=2000") as driver:
        reader = Stream(driver)
        start = time.monotonic()
        assert reader.line() == ""
        took = time.monotonic() - start
        assert 14 < took < 17, took
        reader.close()


heartbeat.only_waits = True

CASES = [stream, slow, heartbeat]
