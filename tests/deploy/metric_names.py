# SPDX-License-Identifier: Apache-2.0
"""What `tmpfstrace agent` exports: names and labels, from the tables that it exports them by. Rules, dashboard, runbooks and the series that
these are tried on may name nothing else."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = ("userspace/metrics/metric_table.cpp", "userspace/web/web_metrics.h")
STRING = r'"((?:[^"\\]|\\.)*)"'
# Of the scrape, not of the agent.
SCRAPE = {"instance", "node", "job"}


def _entries(text):
    """{"name", type, "unit", "help", "labels"}, where strings that stand beside each other are one."""
    macros = dict(re.findall(rf"^#define (\w+) {STRING}$", text, re.M))
    text = re.sub(r"^#.*$", "", text, flags=re.M)
    for name, value in macros.items():
        text = re.sub(rf"\b{name}\b", f'"{value}"', text)
    for start in re.finditer(r'\{"((?:tmpfstrace|process)_\w+)"', text):
        entry = re.match(rf"\{{(?:{STRING}|[^{{}}\"])*\}}", text[start.start():])
        if not entry:
            raise AssertionError(f"the entry of {start[1]} is not read")
        fields = re.sub(r'"\s+"', "", entry[0])
        yield start[1], re.findall(STRING, fields)[-1].split()


def table():
    """By name: the set of labels."""
    found = {}
    for path in TABLES:
        text = (ROOT / path).read_text()
        entries = dict(_entries(text))
        if not entries or len(entries) != len(re.findall(r'\{"[a-z]+_\w+"', text)):
            raise AssertionError(f"{path}: {len(entries)} metrics were read, which are not all")
        found.update({name: set(labels) for name, labels in entries.items()})
    return found


def check_names(*paths):
    """Of all that names metrics in these files; how many there are."""
    known, unknown, names = table(), {}, set()
    for path in paths:
        for name in re.findall(r"(?<![\w:/.-])(?:tmpfstrace|process)_\w+", pathlib.Path(path).read_text()):
            names.add(name)
            if name not in known:
                unknown.setdefault(name, pathlib.Path(path).name)
    if unknown:
        raise AssertionError(f"metrics that are not exported: {unknown}")
    return len(names)


def check_labels(series):
    """Of (name, labels): none but those of the table, and of the scrape."""
    known = table()
    for name, labels in series:
        if name == "up":
            continue
        if name not in known:
            raise AssertionError(f"{name} is not exported")
        if unknown := set(dict(labels)) - known[name] - SCRAPE:
            raise AssertionError(f"{name} has no labels {sorted(unknown)}")
