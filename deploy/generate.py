#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what under deploy/ is made of other files there: the PrometheusRule of rules.yml, and the single manifests of the
kustomization. After a change of either: deploy/generate.py. With --check nothing is written: the exit status is 1, and the names
of those that are not up to date are printed. KUBECTL is the kubectl to take."""
import os
import pathlib
import subprocess
import sys

import yaml

DEPLOY = pathlib.Path(__file__).resolve().parent
LICENSE = "# SPDX-License-Identifier: Apache-2.0\n"


class Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True  # words that rules share are written out: not every reader knows aliases


def _string(dumper, text):
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, _string)


def prometheus_rule():
    rules = yaml.safe_load((DEPLOY / "prometheus/rules.yml").read_text())
    rule = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "tmpfstrace"},
        "spec": rules,
    }
    return (LICENSE + "# Made of rules.yml by deploy/generate.py.\n"
            + yaml.dump(rule, Dumper=Dumper, sort_keys=False, width=10000, allow_unicode=True))


def build(directory):
    command = [os.environ.get("KUBECTL", "kubectl"), "kustomize", str(DEPLOY / "kubernetes" / directory)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def manifest(directory):
    return LICENSE + f"# Made of kubernetes/{directory} by deploy/generate.py; the reasons stand there.\n" + build(directory)


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit("usage: generate.py [--check]")
    stale = []
    # In this order: the manifests contain the rule.
    for name, make in (("prometheus/prometheusrule.yaml", prometheus_rule),
                       ("kubernetes/tmpfstrace.yaml", lambda: manifest("base")),
                       ("kubernetes/tmpfstrace-plain.yaml", lambda: manifest("overlays/plain"))):
        path = DEPLOY / name
        text = make()
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text)
    if stale:
        print(("not up to date: " if check else "written: ") + " ".join(stale))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
