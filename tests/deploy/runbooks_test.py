# SPDX-License-Identifier: Apache-2.0
"""Each alert has a runbook with all of its parts, and what stands there can be typed: commands run on a recording, queries are asked for by
promtool, links lead somewhere."""
import pathlib
import re
import subprocess
import sys

import yaml

PARTS = ["What it means", "Confirm", "Now", "For good", "Over"]


def check_links(page):
    for link in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if "://" not in link and not (page.parent / link).exists():
            raise AssertionError(f"{page}: nothing is at {link}")


def main():
    tool, recording, rules, root, out = sys.argv[1:]
    root = pathlib.Path(root)
    alerts = [rule for group in yaml.safe_load(open(rules))["groups"] for rule in group["rules"] if "alert" in rule]
    index = (root / "docs/runbooks/README.md").read_text()
    overview = (root / "docs/alerts.md").read_text()
    commands, queries = set(), set()
    for alert in alerts:
        name, page = alert["alert"], root / alert["annotations"]["runbook_url"]
        text = page.read_text()
        if name not in text.split("\n")[0]:
            raise AssertionError(f"{page}: not of {name}")
        if re.findall(r"^## (.+)$", text, re.M) != PARTS:
            raise AssertionError(f"{page}: its parts are not {PARTS}")
        if f"runbooks/{page.name}" not in overview or f"({page.name})" not in index or name not in index:
            raise AssertionError(f"{name}: no link in docs/alerts.md, or not in docs/runbooks/README.md")
        check_links(page)
        for line in "".join(re.findall(r"^```\n(.*?)^```$", text, re.M | re.S)).split("\n"):
            if line.startswith("tmpfstrace json"):
                commands.add(line)
            elif re.match(r"(sum|time\(\)|tmpfstrace_|max)", line):
                queries.add(line)
    for page in (root / "docs/runbooks/README.md", root / "docs/alerts.md", root / "deploy/README.md"):
        check_links(page)
    for line in sorted(commands):
        played = line.replace("tmpfstrace json", f"{tool} json --replay {recording}").replace("--count 1 ", "")
        run = subprocess.run(["bash", "-o", "pipefail", "-c", played], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        # Of the incident some have nothing to tell.
        quiet = re.search("inversion|fits|drift_bytes|losses", line)
        if run.returncode or not (run.stdout.strip() or quiet):
            raise AssertionError(f"exit code {run.returncode}: {line}\n{run.stdout}")
    path = pathlib.Path(out) / "runbook-queries.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "runbooks", "rules": [{"record": "x", "expr": query} for query in sorted(queries)]}]}))
    subprocess.run(["promtool", "check", "rules", "--lint=none", path], check=True, stdout=subprocess.DEVNULL)
    if len(commands) < 5 or len(queries) < 2:
        raise AssertionError(f"only {len(commands)} commands and {len(queries)} queries were found")
    print(f"ok    runbooks: {len(alerts)} alerts, {len(commands)} commands and {len(queries)} queries of theirs run")


if __name__ == "__main__":
    main()
