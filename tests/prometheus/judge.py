# SPDX-License-Identifier: Apache-2.0
"""judge.py RESULT OUT: what Prometheus, the Alertmanager, the kernel and the workload said in the guest (guest.sh), held against
each other. One line a check; all of them run."""
import base64
import json
import subprocess
import sys
import traceback

import yaml

POD = {"instance": "node-1", "job": "hosts/tmpfstrace", "mount": "/dev/shm", "owner": "pod auth/outpost", "namespace": "auth",
       "pod": "outpost"}
CONTAINER = {**POD, "owner": "pod auth/outpost container proxy", "container": "proxy"}
BLOCKS = {"cause": "blocks"}
FITS = 64 << 20
SOON = 10  # seconds of the guest from the first refusal to the Alertmanager: a sample, a scrape, two evaluations


def json_documents(text):
    decoder, text = json.JSONDecoder(), text.strip()
    while text:
        document, end = decoder.raw_decode(text)
        yield document
        text = text[end:].lstrip()


def read(path):
    said = {}
    for line in open(path):
        name, _, text = line.rstrip("\n").partition(" ")
        if name.startswith("page_"):
            said[name] = base64.b64decode(text).decode()
        elif name == "messages":
            said[name] = list(json_documents(text))
        else:
            said[name] = json.loads(text)
    return said


def equal(what, value, wanted):
    assert value == wanted, f"{what}: {value!r}, not {wanted!r}"


def used_bytes(statfs):
    return (statfs["blocks"] - statfs["blocks_free"]) * statfs["block_size"]


class Judge:
    def __init__(self, said, out):
        self.said, self.out = said, out

    def only(self, name, wanted=None):
        """Value of the one series that was asked for, whose labels are these and no others, but its device."""
        result = self.said[name]["data"]["result"]
        equal(f"series of {name}", len(result), 1)
        labels = {key: value for key, value in result[0]["metric"].items() if key not in ("__name__", "device")}
        if wanted is not None:
            equal(f"labels of {name}", labels, wanted)
        return float(result[0]["value"][1])

    def firing(self, step):
        """Names in Prometheus, and in the Alertmanager of those that nothing holds back."""
        prometheus = self.said[step + "_prometheus"]["data"]["alerts"]
        alertmanager = self.said[step + "_alertmanager"]
        return (sorted(alert["labels"]["alertname"] for alert in prometheus if alert["state"] == "firing"),
                sorted(alert["labels"]["alertname"] for alert in alertmanager if alert["status"]["state"] == "active"))

    def case_a_healthy_node(self):
        equal("up", self.only("healthy_up"), 1)
        mode = self.said["healthy_mode"]["data"]["result"]
        equal("mode", [(series["metric"]["mode"], series["value"][1]) for series in mode], [("exact", "1")])
        equal("refusals", self.only("healthy_refusals", POD), 0)
        equal("alerts", self.firing("healthy"), ([], []))
        return f"kernel {mode[0]['metric']['kernel']}, {mode[0]['metric']['hooks']}"

    def case_the_rules_are_those_of_deploy(self):
        """All of them, with their own waiting times, and none of them failed."""
        wanted = {}
        for group in yaml.safe_load(open("deploy/prometheus/rules.yml"))["groups"]:
            for rule in group["rules"]:
                minutes = rule.get("for", "0m")
                assert minutes.endswith("m"), minutes
                wanted[rule.get("alert") or rule["record"]] = 60 * int(minutes[:-1])
        rules = [rule for group in self.said["rules"]["data"]["groups"] for rule in group["rules"]]
        equal("rules", {rule["name"]: rule.get("duration", 0) for rule in rules}, wanted)
        equal("health", {rule["name"]: rule.get("lastError") for rule in rules if rule["health"] != "ok"}, {})
        return f"{len(rules)} rules"

    def case_figures_while_it_is_full(self):
        equal("statfs", used_bytes(self.said["full_statfs"]), FITS)
        equal("used", self.only("full_used", POD), FITS)

    def case_alert_in_prometheus_and_alertmanager(self):
        took = self.said["alert_seen"] - self.said["first_refusal_seen"]
        assert took <= SOON, f"{took:.1f} s from the first refusal to the Alertmanager"
        # TmpfsFull and all that goes with it has had the time to fire.
        equal("active alerts", self.firing("incident"), (["TmpfsRefused"], ["TmpfsRefused"]))
        alert = self.the_alert()
        labels = {key: value for key, value in alert["labels"].items() if key != "device"}
        equal("labels", labels, {**POD, "alertname": "TmpfsRefused", "severity": "critical", "place": "/dev/shm"})
        self.has_all_words(alert["annotations"])
        return f"{took:.1f} s after the first refusal; remedy: {alert['annotations']['remedy']}"

    def the_alert(self):
        return next(alert for alert in self.said["incident_alertmanager"] if alert["labels"]["alertname"] == "TmpfsRefused")

    def has_all_words(self, notes):
        equal("summary", notes["summary"], "pod auth/outpost: /dev/shm refuses writes or new files")
        for part in ("/dev/shm (device ", ") on node-1 holds 64MiB of 64MiB, ", " times write, by the limit blocks."):
            assert part in notes["description"], f"no {part!r} in {notes['description']!r}"
        size = self.only("recommended_size", POD)
        words = f"{size / (1 << 30):.4g}GiB" if size >= 1 << 30 else f"{size / (1 << 20):.4g}MiB"
        assert notes["remedy"].startswith(f"Set the size to {words}."), f"{words}: {notes['remedy']!r}"
        equal("runbook", notes["runbook_url"], "docs/runbooks/tmpfsrefused.md")

    def case_remedy_is_a_week_of_sessions(self):
        """18 a minute, a page each: 709 MiB, and what is in round numbers above it."""
        size = self.only("recommended_size", POD)
        assert 709 << 20 <= size <= 1 << 30, size
        return f"{size / (1 << 20):.0f} MiB"

    def case_remedy_helps(self):
        equal("size in statfs", self.said["fixed_statfs"]["blocks"] * 4096, self.only("recommended_size"))
        equal("size", self.only("after_size", POD), self.only("recommended_size"))
        equal("refusals since", self.only("after_refusals", POD), self.only("fixed_refusals", POD))
        stored = self.said["writer"]["stored"]
        assert stored * 4096 > FITS, f"{stored} stored"
        return f"{stored - FITS // 4096} sessions more"

    def case_figures_are_those_of_kernel_and_workload(self):
        refused, statfs = self.said["writer"]["refused"], self.said["after_statfs"]
        assert refused > 1000, f"only {refused} refused"
        equal("refusals", self.only("after_refusals", POD), refused)
        equal("by cause", self.only("after_causes", {**POD, **BLOCKS, "operation": "write"}), refused)
        equal("of the container", self.only("after_container", {**CONTAINER, **BLOCKS}), refused)
        equal("used", self.only("after_used", POD), used_bytes(statfs))
        equal("sessions", used_bytes(statfs), self.said["writer"]["stored"] * 4096)
        equal("inodes", self.only("after_inodes", POD), statfs["inodes"] - statfs["inodes_free"])
        return f"{refused} refused, {used_bytes(statfs)} bytes"

    def case_no_counter_went_back_at_the_kill(self):
        equal("agents", self.only("agents"), 2)
        equal("beginnings of counting", self.only("counting_changes"), 0)
        assert self.only("down_times") >= 1, "the kill was not seen"
        counters = [name for name in self.said if name.startswith("resets_")]
        for name in counters:
            equal(name, self.only(name), 0)
        return f"{len(counters)} counters"

    def case_all_is_over(self):
        equal("alerts", (self.said["over_prometheus"]["data"]["alerts"], self.said["over_alertmanager"]), ([], []))
        states = {series["metric"]["alertname"] for series in self.said["ever_fired"]["data"]["result"]}
        equal("whatever fired", states, {"TmpfsRefused"})
        took = self.said["over_seen"] - self.said["last_refusal_seen"]
        assert 590 <= took <= 660, f"{took:.0f} s after the last refusal"
        return f"{took:.0f} s after the last refusal"

    def case_people_were_told(self):
        """What the Alertmanager sent."""
        told = [(message["status"], alert) for message in self.said["messages"] for alert in message["alerts"]]
        equal("alerts", {alert["labels"]["alertname"] for _, alert in told}, {"TmpfsRefused"})
        equal("first and last", (told[0][0], told[-1][0]), ("firing", "resolved"))
        self.has_all_words(told[0][1]["annotations"])
        return f"{len(told)} messages"

    def case_promtool_and_the_pages(self):
        checked = subprocess.run(["promtool", "check", "metrics"], input=self.said["page_text"], capture_output=True, text=True)
        equal("promtool on the text format", (checked.returncode, checked.stdout + checked.stderr), (0, ""))
        # It reads the other format where it makes blocks of it, and there wants a time with each value.
        page = self.said["page_openmetrics"]
        assert page.endswith("\n# EOF\n"), page[-100:]
        with open(self.out + "/page.om", "w") as timed:
            timed.writelines(line if line.startswith("#") else line.rstrip("\n") + " 1700000000\n" for line in page.splitlines(True))
        read_in = subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", self.out + "/page.om", self.out + "/blocks"],
                                 capture_output=True, text=True)
        equal(f"promtool on OpenMetrics; it says {read_in.stderr}", read_in.returncode, 0)
        sizes = [sum(not line.startswith("#") for line in self.said[name].splitlines()) for name in ("page_text", "page_openmetrics")]
        assert sizes[0] == sizes[1] > 50, f"samples in both formats: {sizes}"
        return f"{sizes[0]} samples"


def main():
    judge = Judge(read(sys.argv[1]), sys.argv[2])
    failed = 0
    cases = [name for name in vars(Judge) if name.startswith("case_")]
    for name in cases:
        words = name.removeprefix("case_").replace("_", " ")
        try:
            more = getattr(judge, name)()
            print(f"PASS prometheus: {words}" + (f" ({more})" if more else ""))
        except Exception as error:  # a case that breaks is a failed case
            failed += 1
            print(f"FAIL prometheus: {words}: {error}")
            if not isinstance(error, AssertionError):
                traceback.print_exc(file=sys.stdout)
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
