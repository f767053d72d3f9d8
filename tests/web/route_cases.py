# SPDX-License-Identifier: Apache-2.0
"""Routes, formats, methods, and requests that are none."""
import gzip
import json
import os
import subprocess
import tempfile

from driver import Driver, wait_for

OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"


def promtool(text):
    result = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
    assert result.returncode == 0 and not result.stderr, result.stderr.decode()


def routes():
    """every route, in both formats, as promtool wants them"""
    with Driver() as driver:
        status, headers, text = wait_for(lambda: (r := driver.get("/metrics"))[0] == 200 and r, "metrics")
        assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8", headers
        promtool(text)
        assert b"# EOF" not in text
        status, headers, text = driver.get("/metrics", {"Accept": OPENMETRICS})
        assert headers["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8", headers
        assert text.endswith(b"\n# EOF\n") and text.count(b"# EOF") == 1
        assert b"# TYPE tmpfstrace_http_requests counter" in text and b"# UNIT tmpfstrace_web_cpu_seconds seconds" in text
        status, headers, text = driver.get("/api/v1/snapshot")
        assert status == 200 and json.loads(text)["sequence"] > 0
        duration = "tmpfstrace_http_request_duration_seconds_{}{{handler=\"{}\"{}}}"
        scrapes = driver.metric(duration.format("count", "metrics", ""))
        others = driver.metric(duration.format("count", "other", ""))
        driver.get("/healthz")
        # Of a scrape that tells, those before it are counted.
        assert driver.metric(duration.format("count", "metrics", "")) == scrapes + 2
        assert driver.metric(duration.format("count", "other", "")) == others + 1
        assert driver.metric(duration.format("bucket", "metrics", ',le="+Inf"')) == scrapes + 4
        assert 0 < driver.metric(duration.format("sum", "metrics", "")) < 5
        assert driver.metric("tmpfstrace_http_tls_handshake_failures_total") == 0
        assert headers["Content-Type"] == "application/json; charset=utf-8"
        for path, kind in (("/", "text/html"), ("/style.css", "text/css"), ("/live.js", "text/javascript"),
                           ("/healthz", "text/plain"), ("/readyz", "text/plain")):
            status, headers, text = driver.get(path)
            assert status == 200 and headers["Content-Type"].startswith(kind) and text, (path, status)
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        return f"page {len(driver.get('/')[2])} bytes"


def methods():
    """HEAD as GET without a body; 404, 405, 413, 414, 431, each counted"""
    with Driver() as driver:
        wait_for(lambda: driver.get("/metrics")[0] == 200, "metrics")
        status, headers, text = driver.get("/api/v1/snapshot", method="HEAD")
        assert status == 200 and int(headers["Content-Length"]) > 10 and text == b""
        assert driver.get("/no/such")[0] == 404
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "BREW"):
            status, headers, _ = driver.get("/metrics", method=method)
            assert status == 405 and headers["Allow"] == "GET, HEAD", (method, status)
        assert driver.get("/metrics", body=b"x" * 10)[0] == 413
        large = driver.raw(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 10000, timeout=5)
        assert large.startswith(b"HTTP/1.1 413 "), large[:80]
        assert driver.get("/" + "x" * 3000)[0] == 414
        assert driver.get("/" + "x" * 100000)[0] == 414
        assert driver.get("/metrics", {f"X-{i}": "y" * 200 for i in range(90)})[0] == 431
        requests = "tmpfstrace_http_requests_total{{code=\"{}\"}}"
        rejected = "tmpfstrace_http_rejected_total{{reason=\"{}\"}}"
        for code, count in ((404, 1), (405, 5), (413, 2), (414, 2), (431, 1)):
            assert driver.metric(requests.format(code)) == count, code
        assert driver.metric(rejected.format("method")) == 5
        assert driver.metric(rejected.format("too_large")) == 5


def malformed():
    """what is no request is refused, and the next one is served"""
    requests = [b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64, b"\0" * 1000,
                b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
                b"GET /%00%ff%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                b"GET /api/v1/events?replay=-1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: " + b";,=q\"" * 500 + b"\r\n\r\n"]
    with Driver("timeout_ms=1000") as driver:
        for request in requests:
            answer = driver.raw(request, timeout=5)
            assert answer == b"" or answer.startswith(b"HTTP/1."), (request[:40], answer[:80])
        assert driver.get("/healthz")[0] == 200
        pipelined = driver.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 3, timeout=5)
        assert pipelined.count(b"HTTP/1.1 200 OK") == 3, pipelined
        assert len(driver.of("worker")) == 1, "the worker was ended by it"
        assert driver.metric("tmpfstrace_http_rejected_total{reason=\"malformed\"}") >= 3


def compressed():
    """gzip where it is wanted, the same text, and the worker's own families at its end"""
    with Driver("padding=200000", "snapshot_padding=100000") as driver:
        wait_for(lambda: driver.get("/metrics")[0] == 200, "metrics")
        driver.command("stop")
        for path, accept in (("/metrics", ""), ("/metrics", OPENMETRICS), ("/api/v1/snapshot", ""), ("/", "")):
            plain = driver.get(path, {"Accept": accept})
            small = driver.get(path, {"Accept": accept, "Accept-Encoding": "br, gzip;q=0.8"})
            assert "Content-Encoding" not in plain[1] and small[1]["Content-Encoding"] == "gzip"
            text = gzip.decompress(small[2])
            common = os.path.commonprefix([text, plain[2]])
            assert len(common) > 0.95 * len(plain[2]) or len(text) == len(plain[2]), path
            assert len(small[2]) < len(text) / 2, (path, len(small[2]), len(text))
            refused = driver.get(path, {"Accept": accept, "Accept-Encoding": "gzip;q=0"})
            assert "Content-Encoding" not in refused[1]
        curl = subprocess.run(["curl", "-s", "--compressed", f"http://127.0.0.1:{driver.port}/metrics"],
                              capture_output=True, check=True).stdout
        promtool(curl)


def health():
    """/healthz fails when no document comes any more, /readyz when the agent says so"""
    with Driver("stale_ms=1000") as driver:
        wait_for(lambda: driver.get("/metrics")[0] == 200, "metrics")
        assert driver.get("/healthz")[::2] == (200, b"ok\n")
        driver.command("not-ready no BPF program is attached")
        wait_for(lambda: driver.get("/readyz")[::2] == (503, b"no BPF program is attached\n"), "not ready")
        driver.command("ready")
        wait_for(lambda: driver.get("/readyz")[0] == 200, "ready")
        driver.command("stop")
        status, _, text = wait_for(lambda: (r := driver.get("/healthz"))[0] == 503 and r, "stale")
        assert b"no new sample has come for" in text
        driver.command("go")
        wait_for(lambda: driver.get("/healthz")[0] == 200, "fresh again")


def addresses():
    """several addresses, systemd's socket, and errors that name the address and the reason"""
    with Driver(listen=("127.0.0.1:0", "localhost:0", ":0")) as driver:
        ports = [int(part.rsplit(":", 1)[1]) for part in driver.of("listening")[0].split(", ")]
        assert len(ports) == 3
        for port in ports:
            driver.port = port
            assert driver.get("/healthz")[0] == 200
        for settings, message in ((("listen=127.0.0.1:%d" % ports[0],), "Address already in use"),
                                  (("listen=nonsense",), "it has no port"),
                                  (("listen=192.0.2.1:0",), "Cannot assign requested address"),
                                  (("listen=127.0.0.1:0", "telemetry=/healthz"), "something else is there"),
                                  (("systemd=1",), "systemd has handed over no socket")):
            result = subprocess.run([Driver.binary, *settings], capture_output=True, text=True, timeout=20)
            assert result.returncode == 1 and message in result.stderr, (settings, result)
    with tempfile.TemporaryDirectory() as directory:
        # What systemd does: the socket is descriptor 3, and the variables name this process.
        script = """
import os, socket, sys
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[1], [sys.argv[1], "systemd=1"])
"""
        path = os.path.join(directory, "driver")
        with open(path, "w") as file:
            file.write(f"#!/bin/sh\nexec /usr/bin/python3 -c '{script}' {Driver.binary}\n")
        os.chmod(path, 0o755)
        binary, Driver.binary = Driver.binary, path
        try:
            with Driver(listen=()) as driver:
                assert driver.get("/healthz")[0] == 200
        finally:
            Driver.binary = binary


CASES = [routes, methods, malformed, compressed, health, addresses]
