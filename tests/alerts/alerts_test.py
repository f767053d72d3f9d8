# SPDX-License-Identifier: Apache-2.0
"""alerts_test.py DRIVER TOOL: what arrives at receivers of alerts, and what does not."""
import datetime
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schema"))
from documents import problem_of  # noqa: E402
from receivers import Alertmanager, Webhook, wait_for

AT_ONCE = """
[rules.refused]
for = "0s"
keep_firing_for = "0s"
[rules.nearly_full]
for = "0s"
keep_firing_for = "0s"
[labels]
cluster = "test"
"""


class Driver:
    """The driver, with an instant for each put()."""

    binary = ""

    def __init__(self, directory, config):
        path = os.path.join(directory, "config.toml")
        with open(path, "w") as file:
            file.write(config)
        self.process = subprocess.Popen([self.binary, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.documents = []
        self.problems = []  # with the schema
        self.errors = b""
        self.readers = [threading.Thread(target=target, daemon=True) for target in (self._read, self._read_errors)]
        for reader in self.readers:
            reader.start()

    def _read(self):
        for line in self.process.stdout:
            document = json.loads(line.decode("utf-8", errors="strict"))
            if document["type"] not in ("instant", "end"):  # the driver's own
                self.problems += filter(None, [problem_of(document)])
            self.documents.append(document)

    def _read_errors(self):
        self.errors = self.process.stderr.read()

    def put(self, verdicts=b""):
        """Returns the losses after it."""
        before = len(self.of_type("instant"))
        self.process.stdin.write(verdicts + b"\n")
        self.process.stdin.flush()
        wait_for("the driver", lambda: len(self.of_type("instant")) > before)
        return self.of_type("instant")[-1]["losses"]

    def of_type(self, name):
        return [document for document in self.documents if document["type"] == name]

    def end(self):
        """Returns its last document."""
        self.process.stdin.close()
        assert self.process.wait(10) == 0, self.errors
        for reader in self.readers:
            reader.join()
        return self.of_type("end")[0]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if kind is None:
            assert not self.problems, self.problems


def webhook_config(webhook, more=""):
    return AT_ONCE + f'[webhook]\nurl = "{webhook.url}?token=secret"\n{more}\n'


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def shape(value):
    """Names and types of a document, the texts of labels and annotations left out."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items() if key not in LABEL_SETS} | {
            key: "labels" for key in value if key in LABEL_SETS}
    if isinstance(value, list):
        return [shape(value[0])]
    return type(value).__name__


LABEL_SETS = ("labels", "annotations", "commonLabels", "commonAnnotations")


def case_alertmanager(directory):
    """A real Alertmanager has what was sent, tells it on, and forgets what is over."""
    with Webhook() as told, Webhook() as direct, Alertmanager(directory, told.url) as manager, \
            Driver(directory, AT_ONCE + f'[alertmanager]\nurl = "{manager.url}/"\nrepeat_interval = "1s"\n'
                   f'[webhook]\nurl = "{direct.url}"\n') as driver:
        driver.put(b"refused:/dev/shm nearly_full:/run")
        alerts = wait_for("both alerts", lambda: len(manager.alerts()) == 2 and manager.alerts())
        line = driver.of_type("alert")[0]
        refused = alerts["TmpfsRefused"]
        assert refused["labels"] == {
            "alertname": "TmpfsRefused", "severity": "critical", "fingerprint": line["fingerprint"],
            "mount_point": "/dev/shm", "limit": "blocks", "cluster": "test", "instance": os.uname().nodename}, refused
        assert refused["annotations"] == {
            "summary": line["summary"], "remedy": "size 768 MiB", "runbook_url": "docs/alerts.md#tmpfsrefused"}, refused
        assert refused["status"]["state"] == "active", refused
        assert seconds(refused["startsAt"]) == seconds(line["started"]), (refused, line)
        # Four times the longer of the time between samples and the time between repeats, which are 1 s.
        assert abs(seconds(refused["endsAt"]) - seconds(line["time"]) - 4) < 0.002, (refused, line)

        wait_for("the word about it", lambda: len(told.requests) == 2)
        time.sleep(1.1)
        driver.put(b"refused:/dev/shm nearly_full:/run")
        wait_for("a repeat that moves its end",
                 lambda: seconds(manager.alerts()["TmpfsRefused"]["endsAt"]) > seconds(refused["endsAt"]) + 1)
        assert manager.alerts()["TmpfsRefused"]["startsAt"] == refused["startsAt"]
        assert len(driver.of_type("alert")) == 2, "a repeat is no line"
        assert len(direct.requests) == 2, "a repeat is not told to a webhook"

        driver.put(b"nearly_full:/run")
        resolved = driver.of_type("alert")[-1]
        assert (resolved["state"], resolved["rule"]) == ("resolved", "TmpfsRefused"), resolved
        wait_for("its end", lambda: list(manager.alerts()) == ["TmpfsNearlyFull"])
        over = wait_for("the word about its end", lambda: [
            body for body in told.bodies() if body["status"] == "resolved"])[0]
        assert over["commonLabels"]["alertname"] == "TmpfsRefused", over
        assert seconds(over["alerts"][0]["endsAt"]) == seconds(resolved["ended"]), (over, resolved)

        # What we send to a webhook is of the form that the Alertmanager sends.
        ours = wait_for("our own word about it", lambda: [
            body for body in direct.bodies() if body["status"] == "resolved"])[0]
        assert shape(ours) == shape(over), (ours, over)
        for key in ("version", "status", "groupKey", "groupLabels", "commonLabels", "commonAnnotations"):
            assert ours[key] == over[key], (key, ours, over)
        assert driver.end()["losses"] == {
            "alerts_overflow": 0, "alerts_failed_alertmanager": 0, "alerts_dropped_alertmanager": 0,
            "alerts_failed_webhook": 0, "alerts_dropped_webhook": 0}


def case_restart(directory):
    """A tool that is killed and started again goes on with the same alert; one that is not leaves nothing firing."""
    with Webhook() as told, Alertmanager(directory, told.url) as manager:
        config = AT_ONCE + f'[alertmanager]\nurl = "{manager.url}"\nrepeat_interval = "1s"\n'
        with Driver(directory, config) as driver:
            driver.put(b"refused:/dev/shm")
            first = wait_for("the alert", lambda: manager.alerts().get("TmpfsRefused"))
            driver.process.kill()
        with Driver(directory, config) as driver:
            driver.put(b"refused:/dev/shm")
            moved = wait_for("its going on", lambda: [
                alert for alert in manager.alerts().values() if alert["endsAt"] != first["endsAt"]])[0]
            assert moved["fingerprint"] == first["fingerprint"], (moved, first)
            assert moved["startsAt"] == first["startsAt"], (moved, first)
            driver.process.kill()
        wait_for("its end without a word", lambda: manager.alerts() == {}, patience=10)


def case_retry(directory):
    """A webhook that fails twice gets the same message a third time, each time after a longer wait."""
    with Webhook(statuses=(503, 500, 200)) as webhook, \
            Driver(directory, webhook_config(webhook, 'retry_first = "400ms"')) as driver:
        driver.put(b"refused:/dev/shm")
        wait_for("three attempts", lambda: len(webhook.requests) == 3)
        times, _, headers, bodies = zip(*webhook.requests)
        assert len(set(bodies)) == 1
        assert headers[0]["Content-Type"] == "application/json", headers[0]
        # 400 ms and 800 ms, each scattered by a quarter.
        assert times[1] - times[0] >= 0.3 and times[2] - times[1] >= 0.6, times
        losses = driver.end()["losses"]
        assert (losses["alerts_failed_webhook"], losses["alerts_dropped_webhook"]) == (2, 0), losses
        assert b"secret" not in driver.errors
        assert driver.errors.count(b"cannot send alerts to " + webhook.url.encode() + b": HTTP status 503") == 1, \
            driver.errors


def case_never_answers(directory):
    """A receiver that never answers holds nobody up: three messages wait, the others are dropped and counted."""
    with Webhook(statuses=(None,)) as webhook, Driver(directory, webhook_config(webhook, "queue = 3")) as driver:
        driver.put(b"refused:/dev/shm")
        wait_for("the first message", lambda: webhook.requests)
        for i in range(199):
            losses = driver.put(b"" if i % 2 == 0 else b"refused:/dev/shm")
        assert len(driver.of_type("alert")) == 200
        # Two hundred messages: one is under way, three wait.
        assert losses["alerts_dropped_webhook"] == 196, losses
        # A kernel that gives the processor to others for so long is likelier than a wait.
        slow = sorted(document["took_ns"] for document in driver.of_type("instant"))
        assert slow[190] < 20e6, slow[-10:]
        end = driver.end()
        assert end["losses"]["alerts_dropped_webhook"] == 200, end
        assert 1.9e9 < end["took_ns"] < 3e9, end
        assert b"were not delivered: 4" in driver.errors, driver.errors


def case_flush(directory):
    """What waits at the end is sent, when that takes no longer than two seconds."""
    with Webhook(delay=0.3) as webhook, Driver(directory, webhook_config(webhook)) as driver:
        for verdicts in (b"refused:/dev/shm", b"", b"refused:/dev/shm"):
            driver.put(verdicts)
        end = driver.end()
        assert end["losses"]["alerts_dropped_webhook"] == 0 and end["took_ns"] < 2.5e9, end
        assert [body["status"] for body in webhook.bodies()] == ["firing", "resolved", "firing"]


def case_refused(directory):
    """What a receiver refuses is not sent again, and a redirect is not followed."""
    with Webhook() as elsewhere:
        for status in (400, 307):
            with Webhook(statuses=(status,), headers={"Location": elsewhere.url}) as webhook, \
                    Driver(directory, webhook_config(webhook, 'retry_first = "100ms"')) as driver:
                driver.put(b"refused:/dev/shm")
                wait_for("the message", lambda: webhook.requests)
                time.sleep(0.5)
                assert driver.put(b"refused:/dev/shm")["alerts_dropped_webhook"] == 1
                assert len(webhook.requests) == 1
        assert elsewhere.requests == []


def case_hostile_names(directory):
    """Bytes that are not UTF-8 arrive as UTF-8."""
    with Webhook() as webhook, Driver(directory, webhook_config(webhook)) as driver:
        driver.put(b'refused:/tmp/a\xff\xc0"\\\x1b[2J')
        body = wait_for("the message", webhook.bodies)[0]
        driver.end()
        assert body["alerts"][0]["labels"]["mount_point"] == '/tmp/a\ufffd\ufffd"\\\x1b[2J', body


def case_tls(directory):
    """A certificate that nobody vouches for is refused, and one of the configured authority is taken."""
    key, certificate = os.path.join(directory, "key.pem"), os.path.join(directory, "certificate.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=test", "-addext",
                    "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    with Webhook(certificate=(certificate, key)) as webhook:
        with Driver(directory, webhook_config(webhook)) as driver:
            driver.put(b"refused:/dev/shm")
            wait_for("the failure", lambda: driver.put(b"refused:/dev/shm")["alerts_failed_webhook"] == 1)
            driver.end()
            assert webhook.requests == []
            assert b"certificate" in driver.errors, driver.errors
        with Driver(directory, webhook_config(webhook, f'ca_file = "{certificate}"')) as driver:
            driver.put(b"refused:/dev/shm")
            wait_for("the message", lambda: len(webhook.requests) == 1)
            assert driver.end()["losses"]["alerts_failed_webhook"] == 0


def case_check_config(directory):
    """--check-config says what is wrong, and where, and so does json --config."""
    good, bad = os.path.join(directory, "good.toml"), os.path.join(directory, "bad.toml")
    with open(good, "w") as file:
        file.write(AT_ONCE)
    with open(bad, "w") as file:
        file.write('[rules.refused]\nfor = "90x"\n[webhook]\nurl = "ftp://a"\n')
    def run(*words):
        return subprocess.run([TOOL, *words], capture_output=True, text=True, timeout=20)
    done = run("--check-config", good)
    assert done.returncode == 0 and "TmpfsRefused" in done.stdout and done.stderr == "", done
    for words in (("--check-config", bad), ("json", "--mode", "poll", "--config", bad)):
        done = run(*words)
        assert done.returncode == 2 and done.stdout == "", done
        lines = done.stderr.splitlines()
        assert len(lines) == 2, lines
        assert lines[0].startswith(f'tmpfstrace: {bad}:2: rules.refused.for: "90x" is not a duration'), lines
        assert lines[1].startswith(f"tmpfstrace: {bad}:4: webhook.url: "), lines
    done = run("--check-config", os.path.join(directory, "none.toml"))
    assert done.returncode == 2 and "none.toml" in done.stderr, done


CASES = [case_alertmanager, case_restart, case_retry, case_never_answers, case_flush, case_refused, case_hostile_names,
         case_tls, case_check_config]

if __name__ == "__main__":
    Driver.binary, TOOL = sys.argv[1:3]
    failed = 0
    for case in CASES:
        start = time.monotonic()
        try:
            with tempfile.TemporaryDirectory() as scratch:
                case(scratch)
            print(f"ok    {case.__name__[5:]:16} {time.monotonic() - start:5.1f} s  {case.__doc__}")
        except Exception:
            failed += 1
            print(f"FAIL  {case.__name__[5:]}")
            traceback.print_exc()
    print(f"{len(CASES) - failed} passed, {failed} failed")
    sys.exit(failed != 0)
