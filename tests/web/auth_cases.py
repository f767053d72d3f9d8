# SPDX-License-Identifier: Apache-2.0
"""Basic authentication, rate limit, reload."""
import base64
import os
import tempfile
import threading
import time

from driver import Driver, wait_for

# Of "secret" and of "other", at costs 10 and 4.
SECRET = "$2y$10$mDwo.lAisC94iLAyP81MCen51KcnL7H9WE0yuXjc0s1iJLMvJRj6y"
OTHER = "$2y$04$hLqFl9jSjoAAy95Z/zw8YeWH6PP8Q0JEhgEcMVWcfAt8GTftPoChO"


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class Config:
    """A web configuration that can be changed."""

    def __init__(self, text):
        self.directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.directory.name, "web.yml")
        self.write(text)

    def write(self, text):
        with open(self.path + ".new", "w") as file:
            file.write(text)
        os.rename(self.path + ".new", self.path)


USERS = f"basic_auth_users:\n  alice: {SECRET}\n  bob: {OTHER}\n"


def passwords():
    """right and wrong passwords, unknown users, and no authentication at all"""
    config = Config(USERS)
    with Driver(f"config={config.path}") as driver:
        status, headers, _ = driver.get("/metrics")
        assert status == 401 and headers["WWW-Authenticate"].startswith("Basic realm=\"tmpfstrace\"")
        alice = basic("alice", "secret")
        assert wait_for(lambda: driver.get("/metrics", alice)[0] == 200, "alice")
        assert driver.get("/metrics", basic("bob", "other"))[0] == 200
        for path in ("/", "/healthz/", "/healthz/../metrics", "/api/v1/snapshot", "/api/v1/events", "/no/such", "/style.css"):
            assert driver.get(path)[0] == 401, path
        start = time.monotonic()
        assert driver.get("/metrics", basic("alice", "wrong"))[0] == 401
        known = time.monotonic() - start
        start = time.monotonic()
        assert driver.get("/metrics", basic("nobody", "wrong"))[0] == 401
        unknown = time.monotonic() - start
        assert unknown > known / 5, f"an unknown user is told from a known one: {unknown:.3f} s, {known:.3f} s"
        for header in ("Basic", "Basic !!!", "Bearer x", "Basic " + "A" * 5000, "Basic YWxpY2U="):
            assert driver.get("/metrics", {"Authorization": header})[0] in (401, 429), header
        assert driver.metric("tmpfstrace_http_rejected_total{reason=\"auth\"}", headers=alice) >= 5


def probes():
    """a probe has no password: /healthz and /readyz want none, and tell no more than that"""
    config = Config(USERS)
    with Driver(f"config={config.path}") as driver:
        for path, text in (("/healthz", b"ok\n"), ("/readyz", b"ready\n")):
            for headers in ({}, basic("alice", "wrong"), {"Authorization": "Basic !!!"}):
                wait_for(lambda: driver.get(path, headers)[::2] == (200, text), path)
        assert driver.get("/metrics")[0] == 401


def flood():
    """a flood of wrong passwords delays no scrape that is known, and leaves room for one that is not"""
    config = Config(USERS)
    with Driver(f"config={config.path}") as driver:
        alice = basic("alice", "secret")
        wait_for(lambda: driver.get("/metrics", alice)[0] == 200, "alice")
        stop = threading.Event()
        answers = {}

        def attack(number):
            i = 0
            while not stop.is_set():
                i += 1
                status = driver.get("/metrics", basic("alice", f"wrong {number} {i}"))[0]
                answers[status] = answers.get(status, 0) + 1

        threads = [threading.Thread(target=attack, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        try:
            slowest = 0
            end = time.monotonic() + 3
            while time.monotonic() < end:
                start = time.monotonic()
                assert driver.get("/metrics", alice)[0] == 200
                slowest = max(slowest, time.monotonic() - start)
                time.sleep(0.02)
            # Never seen before, from another address.
            start = time.monotonic()
            assert driver.get("/metrics", basic("bob", "other"), source="127.0.0.2")[0] == 200
            new = time.monotonic() - start
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert slowest < 1, f"{slowest:.2f} s"
        assert new < 5, f"{new:.2f} s"
        assert answers.get(429, 0) > 50 and set(answers) <= {401, 429}, answers
        return f"the slowest known scrape took {slowest * 1000:.0f} ms, a new one {new * 1000:.0f} ms; flood got {answers}"


def rate_limit():
    """rate_limit: a burst, then one an interval; probes are not limited"""
    config = Config("rate_limit:\n  interval: 1s\n  burst: 5\n")
    with Driver(f"config={config.path}") as driver:
        time.sleep(0.5)
        statuses = [driver.get("/metrics")[0] for _ in range(20)]
        assert 5 <= statuses.count(200) <= 7 and statuses.count(429) >= 13, statuses
        assert all(driver.get("/healthz")[0] == 200 for _ in range(20))
        time.sleep(1.2)
        assert driver.get("/metrics")[0] == 200


def reload():
    """a new configuration holds from the next request on, a broken one changes nothing and is told"""
    config = Config(USERS)
    with Driver(f"config={config.path}") as driver:
        alice = basic("alice", "secret")
        wait_for(lambda: driver.get("/metrics", alice)[0] == 200, "alice")
        config.write("basic_auth_users:\n  alice: plain\n")
        wait_for(lambda: any("no bcrypt hash" in line for line in driver.of("log")), "the log tells")
        time.sleep(0.5)
        assert driver.get("/metrics", alice)[0] == 200 and driver.get("/metrics")[0] == 401
        assert len([line for line in driver.of("log") if "no bcrypt hash" in line]) == 1, "told once, not each sample"
        config.write(f"basic_auth_users:\n  bob: {OTHER}\nhttp_server_config:\n  headers:\n    X-Frame-Options: sameorigin\n")
        wait_for(lambda: driver.get("/metrics", alice)[0] == 401, "alice is nobody any more")
        status, headers, _ = driver.get("/metrics", basic("bob", "other"))
        assert status == 200 and headers["X-Frame-Options"] == "sameorigin"
        config.write("")
        wait_for(lambda: driver.get("/metrics")[0] == 200, "no authentication any more")
        assert len(driver.of("worker")) == 1


CASES = [passwords, probes, flood, rate_limit, reload]
