# SPDX-License-Identifier: Apache-2.0
"""Which alerts stand for which, asked of a real Alertmanager with the example configuration."""
import pathlib
import sys
import time

import yaml

import servers

SHM = {"instance": "node-1", "device": "0:45", "mount": "/dev/shm", "place": "/dev/shm"}
OTHER = {**SHM, "instance": "node-2", "place": "volume cache"}
NEARLY = {"instance": "node-3", "device": "0:45", "mount": "/dev/shm"}
# Alert, its labels, and whether another one stands for it.
ALERTS = [
    ("TmpfsRefusedFleet", {"place": "/dev/shm", "cause": "blocks"}, False),
    ("TmpfsRefused", SHM, True),
    ("TmpfsRefused", OTHER, False),  # another place than the fleet's
    ("TmpfsFull", {**OTHER, "limit": "blocks"}, True),
    ("TmpfsFullSoon", {**OTHER, "limit": "inodes"}, True),
    ("TmpfsRefused", {**OTHER, "instance": "node-8"}, False), ("TmpfsFullSoon", {**OTHER, "instance": "node-8"}, True),
    ("TmpfsNeverFits", OTHER, False),
    ("TmpfsKillsFirst", OTHER, False),
    ("TmpfsNearlyFull", {**OTHER, "device": "0:46"}, False),  # another superblock of the node
    ("TmpfsFullSoon", NEARLY, False), ("TmpfsNearlyFull", NEARLY, True),
    ("TmpfsFull", {**NEARLY, "instance": "node-4"}, False), ("TmpfsFullSoon", {**NEARLY, "instance": "node-4"}, True),
    ("TmpfstraceDown", {"instance": "node-5"}, False), ("TmpfstraceDrift", {"instance": "node-5"}, True),
    ("TmpfstraceStale", {"instance": "node-6"}, False), ("TmpfstraceLosses", {"instance": "node-6", "loss": "ring_full"}, True),
    ("TmpfstraceBlind", {"instance": "node-7"}, False),
]


def main():
    config, rules, out = sys.argv[1:]
    names = {rule["alert"] for group in yaml.safe_load(open(rules))["groups"] for rule in group["rules"] if "alert" in rule}
    for alert in ALERTS:
        if alert[0] not in names:
            raise AssertionError(f"no such alert: {alert[0]}")
    for rule in yaml.safe_load(open(config))["inhibit_rules"]:
        for matcher in rule["source_matchers"] + rule["target_matchers"]:
            for name in matcher.partition('"')[2].rstrip('"').split("|"):
                if name not in names:
                    raise AssertionError(f"{config}: no such alert: {name}")
    with servers.Server("prometheus-alertmanager", pathlib.Path(out), f"--config.file={config}", f"--storage.path={out}/alertmanager",
                        "--cluster.listen-address=") as alertmanager:
        alertmanager.ask("/api/v2/alerts", [{"labels": {"alertname": name, **labels}} for name, labels, _ in ALERTS])
        expected = {(name, *sorted(labels.items())): inhibited for name, labels, inhibited in ALERTS}
        deadline = time.monotonic() + 60
        while True:
            told = {}
            for alert in alertmanager.get("/api/v2/alerts"):
                labels = dict(alert["labels"])
                told[(labels.pop("alertname"), *sorted(labels.items()))] = bool(alert["status"]["inhibitedBy"])
            if told == expected:
                break
            if time.monotonic() > deadline:
                raise AssertionError(f"of Alertmanager: {sorted(set(told.items()) ^ set(expected.items()))}")
            time.sleep(0.2)
    print(f"ok    inhibition: {len(ALERTS)} alerts, {sum(expected.values())} of them held back by others")


if __name__ == "__main__":
    main()
