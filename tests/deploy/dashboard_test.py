# SPDX-License-Identifier: Apache-2.0
"""Every query of the dashboard, asked of a real Prometheus that holds the recorded incident (node-1) and a second node, written by
hand, with what the recording has not. Each has to answer, and where a person would look, with the right figure."""
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse

import metric_names
import rule_tests
import servers

BEGAN = 1_800_000_000  # of the incident; any time will do
SCRAPE = rule_tests.SCRAPE
NODE = {"job": "tmpfstrace", "instance": "node-2", "node": "node-2"}
CACHE = {"device": "0:60", "mount": "/var/lib/kubelet/pods/1f/volumes/kubernetes.io~empty-dir/cache", "owner": "pod shop/search volume cache",
         "namespace": "shop", "pod": "search", "volume": "cache"}

# (name, labels, value at first, more with each scrape)
SECOND_NODE = [
    ("build_info", {"version": "1"}, 1, 0), ("mode_info", {"mode": "syscall", "hooks": "raw_tracepoint", "kernel": "6.18"}, 1, 0),
    ("blind_spots", {}, 10, 0), ("interval_seconds", {}, 10, 0), ("sample_duration_seconds", {}, 0.02, 0),
    ("last_sample_timestamp_seconds", {}, BEGAN, SCRAPE), ("losses_total", {"loss": "ring_full"}, 0, 1),
    ("ledger_drift_bytes", {}, 0, 0), ("ledger_drift_inodes", {}, 0, 0),
    ("slots", {}, 100, 0), ("slots_limit", {}, 10240, 0), ("superblock_rows", {}, 12, 0), ("superblock_rows_limit", {}, 1024, 0),
    ("series", {}, 900, 0), ("series_folded", {}, 100, 0),
    ("http_requests_total", {"code": "200"}, 0, 3), ("http_rejected_total", {"reason": "requests"}, 0, 1.5),
    ("http_document_age_seconds", {}, 4, 0), ("web_cpu_seconds_total", {}, 0, 0.015), ("web_resident_memory_bytes", {}, 5e6, 0),
    ("superblock_size_bytes", CACHE, 128 << 20, 0), ("superblock_used_bytes", CACHE, 96 << 20, 4096 * 15),
    ("superblock_inodes", CACHE, 1000, 0), ("superblock_inodes_used", CACHE, 100, 15),
    ("superblock_allocated_bytes_total", CACHE, 0, 8192 * 15), ("superblock_freed_bytes_total", CACHE, 0, 4096 * 15),
    ("superblock_written_bytes_total", CACHE, 0, 1500 * 15), ("superblock_files_created_total", CACHE, 0, 30),
    ("superblock_files_removed_total", CACHE, 0, 15), ("superblock_refusals_total", CACHE, 0, 0),
    ("superblock_full_in_seconds", {**CACHE, "limit": "memcg"}, 1200, 0),
    ("superblock_recommended_size_bytes", CACHE, 256 << 20, 0), ("superblock_recommended_memory_limit_bytes", CACHE, 1 << 30, 0),
    ("problem", {**CACHE, "kind": "full_soon", "severity": "warning", "limit": "memcg", "container": "search"}, 1, 0),
]

OUTPOST = {"owner": "pod auth/outpost"}
CONTAINER = {"namespace": "auth", "pod": "outpost", "container": "proxy"}
# What a person would look for at the end of the incident: panel, query, labels, value. A tenth off is right: rates are extrapolated.
EXPECTED = [
    ("Refusing now", "A", {}, 1), ("Refused in 10 minutes", "A", {}, 31644), ("Pods hit", "A", {}, 1), ("Other things wrong", "A", {}, 1),
    ("Next full in", "A", {}, 722), ("Nodes in view", "A", {}, 2), ("Nodes in view", "B", {}, 2),
    ("What is wrong", "A", {**OUTPOST, "kind": "refused", "severity": "critical", "limit": "blocks", "mount": "/dev/shm", "container": "proxy",
                            "instance": "node-1"}, 1),
    ("What is wrong", "A", {"owner": "pod shop/search volume cache", "kind": "full_soon"}, 1),
    ("What is wrong", "B", {"instance": "node-1", "device": "0:30"}, 31644), ("What is wrong", "C", {"device": "0:30"}, 67108864),
    ("What is wrong", "D", {"device": "0:30"}, 67108864), ("What is wrong", "E", {"instance": "node-2"}, 256 << 20),
    ("What is wrong", "F", {"instance": "node-2"}, 1 << 30),
    ("Refused per second, by whom and by which limit", "A", {**OUTPOST, "operation": "write", "cause": "blocks", "mount": "/dev/shm"}, 105),
    ("Refused most, since counting began", "A", {**CONTAINER, "cause": "blocks"}, 31644),
    ("Blocks: used, of the size", "A", OUTPOST, 1), ("Inodes: used, of the limit", "A", OUTPOST, 0.388),
    ("Time to full", "A", {**OUTPOST, "limit": "inodes"}, 722), ("Time to full", "A", {"volume": "cache", "limit": "memcg"}, 1200),
    ("Room that memory limits leave", "A", OUTPOST, 419.6e6), ("Bytes used", "A", OUTPOST, 67108864),
    ("Bytes on tmpfs, by container", "A", CONTAINER, 67108864),
    ("Allocated and freed per second", "A", {"pod": "search"}, 8192), ("Allocated and freed per second", "B", {"pod": "search"}, -4096),
    ("Files made and removed per second", "A", OUTPOST, 103), ("Files made and removed per second", "B", {"pod": "search"}, -1),
    ("Written, as the programs see it", "A", {"pod": "search"}, 1500),
    ("Agents", "A", {"instance": "node-1", "mode": "exact", "hooks": "fentry"}, 1), ("Agents", "A", {"instance": "node-2", "mode": "syscall"}, 1),
    ("Lost in 15 minutes", "A", {"loss": "ring_full"}, 39), ("Difference to statfs", "A", {"instance": "node-1"}, 0),
    ("CPU", "C", {"instance": "node-1"}, 6.8e-05), ("CPU", "B", {"instance": "node-2"}, 0.001),
    ("Memory", "A", {"instance": "node-1"}, 46395392), ("Memory", "C", {"instance": "node-1"}, 55358824),
    ("Room in its tables, and time for a sample", "D", {"instance": "node-2"}, 0.1),
    ("Requests per second", "A", {"code": "200"}, 0.2), ("Age of what it answers", "A", {"instance": "node-2"}, 4),
]
VARIABLES = {"node": {"node-1", "node-2"}, "namespace": {"auth", "office", "shop"}, "pod": {"outpost", "reports", "search", "web"}}


def openmetrics(series, scrapes):
    """Sorted by name, as the format wants families together; without types, which queries do not need."""
    lines = []
    for (name, labels), values in sorted(series.items()):
        for at, value in enumerate(values):
            if value is not None:
                lines.append(f"{rule_tests.written(name, labels)} {rule_tests.number(value)} {BEGAN + at * SCRAPE}")
    for name, labels, first, more in SECOND_NODE:
        key = rule_tests.written("tmpfstrace_" + name, sorted({**labels, **NODE}.items()))
        lines += [f"{key} {rule_tests.number(first + at * more)} {BEGAN + at * SCRAPE}" for at in range(scrapes)]
    lines.sort(key=lambda line: line.split("{")[0])
    return "\n".join(lines) + "\n# EOF\n"


class Prometheus(servers.Server):
    def __init__(self, directory):
        (directory / "prometheus.yml").write_text("{}\n")
        super().__init__("prometheus", directory, f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data",
                         "--storage.tsdb.retention.time=100y")

    def get(self, path, **parameters):
        return super().get(f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}")["data"]


def filled(expression):
    for name, value in {"$__rate_interval": "1m", "$__range": "10m", "$__interval": "15s", "$node": ".*", "$namespace": ".*", "$pod": ".*"}.items():
        expression = expression.replace(name, value)
    if "$" in expression:
        raise AssertionError(f"a variable that is not known: {expression}")
    return expression


def main():
    tool, recording, dashboard_path, rules, out = sys.argv[1:]
    out = pathlib.Path(out)
    runbooks = sorted((metric_names.ROOT / "docs/runbooks").glob("*.md"))
    names = metric_names.check_names(dashboard_path, rules, rule_tests.HERE / "rules_test.yml", *runbooks)
    dashboard = json.loads(pathlib.Path(dashboard_path).read_text())
    series = rule_tests.incident(tool, recording)
    metric_names.check_labels([*series, *(("tmpfstrace_" + name, labels) for name, labels, *_ in SECOND_NODE)])
    for (name, labels), values in series.items():
        if name == "tmpfstrace_last_sample_timestamp_seconds":
            series[name, labels] = [BEGAN + value for value in values]
    scrapes = max(len(values) for values in series.values())
    (out / "incident.om").write_text(openmetrics(series, scrapes))
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", out / "incident.om", out / "data"], check=True,
                   stdout=subprocess.DEVNULL)
    end = BEGAN + (scrapes - 1) * SCRAPE
    answers, failures = {}, []
    with Prometheus(out) as prometheus:
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                where, expression = (panel["title"], target["refId"]), filled(target["expr"])
                if where in answers:
                    raise AssertionError(f"two of the same name: {where}")
                answers[where] = prometheus.get("query", query=expression, time=end)["result"]
                ranged = target["instant"] or prometheus.get("query_range", query=expression, start=BEGAN, end=end, step=SCRAPE)["result"]
                if not answers[where] or not ranged:
                    failures.append(f"{where} is empty: {expression}")
                for name in re.findall(r"{{(\w+)}}", target.get("legendFormat", "")):
                    if not any(name in sample["metric"] for sample in answers[where]):
                        failures.append(f"{where}: no series has the label {name} of its legend")
        for annotation in dashboard["annotations"]["list"]:
            if not prometheus.get("query", query=filled(annotation["expr"]), time=end)["result"]:
                failures.append(f"annotation {annotation['name']} is empty")
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                match, label = re.fullmatch(r"label_values\((.+), (\w+)\)", filled(variable["query"]["query"])).groups()
                values = set(prometheus.get(f"label/{label}/values", **{"match[]": match, "start": BEGAN, "end": end}))
                if values != VARIABLES.pop(variable["name"]):
                    failures.append(f"variable {variable['name']}: {sorted(values)}")
    for title, ref, labels, value in EXPECTED:
        samples = [sample for sample in answers.get((title, ref), []) if labels.items() <= sample["metric"].items()]
        if len(samples) != 1 or abs(float(samples[0]["value"][1]) - value) > abs(value) / 10:
            failures.append(f"{(title, ref)} {labels}: {value} was expected, not {samples}")
    if VARIABLES:
        failures.append(f"no such variables: {sorted(VARIABLES)}")
    if failures:
        raise AssertionError("\n".join(failures))
    print(f"ok    dashboard: {len(dashboard['panels'])} panels, {len(answers)} queries, all with data; {len(EXPECTED)} figures; {names} metrics by name")


if __name__ == "__main__":
    main()
