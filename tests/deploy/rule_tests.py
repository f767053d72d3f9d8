# SPDX-License-Identifier: Apache-2.0
"""promtool's tests of the rules: those written by hand (rules_test.yml), and the recorded incident, whose series are made here and
whose alerts are written by hand (incident_alerts.yml).

The recording has a sample a second for 40 seconds, of an incident made to go fast. Here a sample is a scrape, every 15 seconds:
ten minutes. Counts, sizes and findings are as recorded; times to full are stretched as the rest is."""
import math
import pathlib
import subprocess
import sys

import yaml

import exposition

HERE = pathlib.Path(__file__).resolve().parent
SCRAPE = 15  # seconds
TARGET = {"instance": "node-1", "node": "node-1", "job": "tmpfstrace"}


def incident(tool, recording):
    """By (name, labels): the values, None where a scrape had none."""
    samples = exposition.samples_of(tool, recording)
    began = samples[0]["monotonic_ns"]
    series = {}
    for at, sample in enumerate(samples):
        page = exposition.page_of(sample)
        page.append(("tmpfstrace_last_sample_timestamp_seconds", {}, at * SCRAPE))
        page.append(("tmpfstrace_interval_seconds", {}, SCRAPE))
        page.append(("tmpfstrace_counting_since_timestamp_seconds", {}, -SCRAPE))
        page.append(("up", {}, 1))
        for name, labels, value in page:
            key = name, tuple(sorted({**labels, **TARGET}.items()))
            if name == "tmpfstrace_superblock_full_in_seconds":
                value *= SCRAPE * 1e9 * (len(samples) - 1) / (samples[-1]["monotonic_ns"] - began)
            values = series.setdefault(key, [None] * len(samples))
            if values[at] is not None:
                raise AssertionError(f"twice in one scrape: {key}")
            values[at] = value
    return series


def written(name, labels):
    words = ",".join('%s="%s"' % (key, word.replace("\\", "\\\\").replace('"', '\\"')) for key, word in labels)
    return f"{name}{{{words}}}"


def number(value):
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def promtool_values(values):
    """promtool has no NaN among what it reads; where nothing was scraped Prometheus writes a stale marker."""
    words, had = [], False
    for value in values:
        words.append(number(value) if value is not None else "stale" if had else "_")
        had = value is not None
    return " ".join(words)


def main():
    tool, recording, rules, out = sys.argv[1:]
    series = incident(tool, recording)
    if any(math.isnan(value) for values in series.values() for value in values if value is not None):
        raise AssertionError("not a number")
    expected = yaml.safe_load((HERE / "incident_alerts.yml").read_text())
    tests = {"rule_files": [rules], "evaluation_interval": f"{SCRAPE}s", "tests": [{
        "name": "the recorded incident", "interval": f"{SCRAPE}s",
        "input_series": [{"series": written(*key), "values": promtool_values(values)} for key, values in sorted(series.items())],
        **expected}]}
    by_hand = yaml.safe_load((HERE / "rules_test.yml").read_text())
    by_hand["rule_files"] = [rules]
    # promtool evaluates groups in no order of its own. Prometheus has them run beside each other: there an alert may be one evaluation late.
    order = [group["name"] for group in yaml.safe_load(open(rules))["groups"]]
    tests["group_eval_order"] = by_hand["group_eval_order"] = order
    names = {rule["alert"] for group in yaml.safe_load(open(rules))["groups"] for rule in group["rules"] if "alert" in rule}
    fired = {case["alertname"] for test in by_hand["tests"] for case in test.get("alert_rule_test", []) if case.get("exp_alerts")}
    quiet = {case["alertname"] for test in by_hand["tests"] for case in test.get("alert_rule_test", []) if not case.get("exp_alerts")}
    if names - fired or names - quiet:
        raise AssertionError(f"no test that it fires: {sorted(names - fired)}; no test that it does not: {sorted(names - quiet)}")
    for name, test in (("incident", tests), ("by-hand", by_hand)):
        path = pathlib.Path(out) / f"rules-{name}.yml"
        path.write_text(yaml.safe_dump(test, width=1000000))
        run = subprocess.run(["promtool", "test", "rules", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode:
            print(run.stdout)
            raise AssertionError(f"promtool: {path}")
        count = sum(len(case.get("alert_rule_test", [])) + len(case.get("promql_expr_test", [])) for case in test["tests"])
        print(f"ok    rules, {name}: {len(test['tests'])} tests with {count} moments")


if __name__ == "__main__":
    main()
