# SPDX-License-Identifier: Apache-2.0
"""Many clients, slow clients, and a worker that is killed."""
import os
import selectors
import signal
import socket
import threading
import time

from driver import Driver, wait_for


def scrape_all(driver, count, request):
    """`count` connections at once, one request each: (answers by status, the seconds that it took)."""
    selector = selectors.DefaultSelector()
    start = time.monotonic()
    for _ in range(count):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", driver.port))
        selector.register(client, selectors.EVENT_WRITE, bytearray())
    statuses = {}
    while selector.get_map():
        ready = selector.select(timeout=30)
        if not ready:
            raise AssertionError(f"{len(selector.get_map())} clients got no answer: {statuses}")
        for key, events in ready:
            client, received = key.fileobj, key.data
            try:
                if events & selectors.EVENT_WRITE:
                    client.send(request)
                    selector.modify(client, selectors.EVENT_READ, received)
                    continue
                piece = client.recv(1 << 20)
            except OSError as error:
                piece, received = b"", received + f"{error}".encode()
            received += piece
            if piece:
                continue
            head = bytes(received[:12]).decode(errors="replace")
            status = head[9:12] if head.startswith("HTTP/1.1 ") else head
            statuses[status] = statuses.get(status, 0) + 1
            selector.unregister(client)
            client.close()
    return statuses, time.monotonic() - start


def burst():
    """1,000 scrapes at once of a large document: each is answered, or refused with a counted 503"""
    request = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with Driver("padding=1000000") as driver:
        wait_for(lambda: driver.get("/metrics")[0] == 200, "metrics")
        size = len(driver.get("/metrics")[2])
        before = driver.rss_kib()
        most = [before]
        done = threading.Event()

        def watch():
            while not done.wait(0.01):
                most[0] = max(most[0], driver.rss_kib())

        watcher = threading.Thread(target=watch)
        watcher.start()
        statuses, took = scrape_all(driver, 1000, request)
        done.set()
        watcher.join()
        assert sum(statuses.values()) == 1000 and set(statuses) <= {"200", "503"}, statuses
        assert statuses["200"] >= 40, statuses
        refused = driver.metric("tmpfstrace_http_rejected_total{reason=\"requests\"}")
        assert refused == statuses.get("503", 0), (refused, statuses)
        wait_for(lambda: driver.metric("tmpfstrace_http_connections") == 1, "all are closed")
        after = driver.rss_kib()
        assert most[0] < before + 64 * 1024, f"the worker grew from {before} to {most[0]} KiB"
        assert after < before + 16 * 1024, f"{before} KiB before, {after} after"
        return (f"{statuses} of {size} bytes in {took:.1f} s; RSS {before} KiB before, {most[0]} at most, {after} after")


def rate():
    """small scrapes one after the other on one connection"""
    with Driver() as driver:
        wait_for(lambda: driver.get("/metrics")[0] == 200, "metrics")
        with socket.create_connection(("127.0.0.1", driver.port)) as client:
            count, start = 0, time.monotonic()
            while time.monotonic() - start < 1:
                client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                received = client.recv(65536)
                while b"resident_memory_bytes " not in received or not received.endswith(b"\n"):
                    received += client.recv(65536)
                count += 1
        idle = driver.cpu_seconds()
        time.sleep(1.5)
        assert driver.cpu_seconds() - idle < 0.3, "the worker is busy with nothing"
        return f"{count} a second; idle RSS {driver.rss_kib()} KiB"


def slow_loris():
    """600 connections that never finish a request: a normal scrape is served all the same"""
    with Driver("timeout_ms=3000") as driver:
        wait_for(lambda: driver.get("/metrics")[0] == 200, "metrics")
        clients = []
        for _ in range(600):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", driver.port))
            clients.append(client)
        slowest = 0
        for i in range(20):
            for client in clients:
                try:
                    client.send(b"GET /metrics HTTP/1.1\r\nX: "[i:i + 1] or b"y")
                except OSError:
                    pass
            start = time.monotonic()
            assert driver.get("/metrics")[0] == 200
            slowest = max(slowest, time.monotonic() - start)
            time.sleep(0.2)
        assert slowest < 2, f"a scrape took {slowest:.2f} s"
        assert driver.metric("tmpfstrace_http_connections") <= 512
        cut = driver.metric("tmpfstrace_http_rejected_total{reason=\"connections\"}")
        timed_out = driver.metric("tmpfstrace_http_rejected_total{reason=\"timeout\"}")
        assert cut >= 80 and timed_out >= 300, (cut, timed_out)
        for client in clients:
            client.close()
        return f"the slowest scrape took {slowest * 1000:.0f} ms; {cut:.0f} cut for room, {timed_out:.0f} timed out"


def slow_reader():
    """one that does not read its answer is cut off after the timeout, and costs no processor"""
    with Driver("timeout_ms=2000", "snapshot_padding=8000000") as driver:
        wait_for(lambda: driver.get("/api/v1/snapshot")[0] == 200, "a snapshot")
        driver.command("stop")
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", driver.port))
        client.sendall(b"GET /api/v1/snapshot HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(100)
        time.sleep(0.3)
        cpu = driver.cpu_seconds()
        time.sleep(1)
        assert driver.cpu_seconds() - cpu < 0.2, "the worker spins on a slow reader"
        wait_for(lambda: driver.metric("tmpfstrace_http_rejected_total{reason=\"timeout\"}") == 1, "cut off")
        client.close()


def killed():
    """a worker that is killed serves again within 2 s"""
    with Driver() as driver:
        wait_for(lambda: driver.get("/metrics")[0] == 200, "metrics")
        first = driver.worker
        os.kill(first, signal.SIGKILL)
        start = time.monotonic()

        def served():
            try:
                return driver.get("/metrics", timeout=2)[0] == 200
            except OSError:
                return False

        wait_for(served, "served again", 5)
        took = time.monotonic() - start
        assert took < 2, f"{took:.1f} s"
        assert driver.worker != first and driver.get("/readyz")[0] == 200
        assert any("was ended by signal 9" in line for line in driver.of("log")), driver.lines
        return f"after {took:.2f} s"


CASES = [burst, rate, slow_loris, slow_reader, killed]
