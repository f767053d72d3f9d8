# SPDX-License-Identifier: Apache-2.0
"""Validates documents of the tool against docs/schema/tmpfstrace-1.schema.json.

schema.py TMPFSTRACE: those of the recordings and fixtures, of this host by mode poll where it can be watched, and of an
audit; and that the schema refuses what is none. schema.py --lines: each line of standard input.
"""
import copy
import json
import subprocess
import sys

import jsonschema

SCHEMA = json.load(open("docs/schema/tmpfstrace-1.schema.json", encoding="utf-8"))
jsonschema.Draft202012Validator.check_schema(SCHEMA)


def problem_of(document):
    """None, or where and why. The kind of document is taken from its type, for a message that says more than "none of them"."""
    kind = document.get("type") if isinstance(document, dict) else None
    if kind not in ("sample", "event", "alert", "audit"):
        return f"no document of a known type: {kind!r}"
    part = {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}
    errors = sorted(jsonschema.Draft202012Validator(part).iter_errors(document), key=lambda error: list(error.path))
    return f"{'.'.join(map(str, errors[0].path))}: {errors[0].message[:200]}" if errors else None


def check(lines, where):
    count = 0
    for line in lines:
        if not line.strip():
            continue
        problem = problem_of(json.loads(line))
        if problem:
            sys.exit(f"schema: {where}: {problem}")
        count += 1
    if count == 0:
        sys.exit(f"schema: {where}: no document")
    return count


def output_of(*command, may_fail=()):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 and done.returncode not in may_fail:
        sys.exit(f"schema: {' '.join(command)} exited with {done.returncode}: {done.stderr.strip()}")
    return done.stdout.splitlines()


def check_refusals():
    """What is wrong must not pass."""
    good = json.load(open("tests/fixtures/samples/full.json", encoding="utf-8"))
    for spoil in (lambda d: d.pop("ledger"), lambda d: d.update(surprise=1), lambda d: d["superblocks"][0].update(dev="x"),
                  lambda d: d["cgroups"][0]["counters"].update(created={"regular": -1}), lambda d: d.update(schema="tmpfstrace/2"),
                  lambda d: d["superblocks"][0].update(used_bytes="many"), lambda d: d.update(type="sampel")):
        bad = copy.deepcopy(good)
        spoil(bad)
        if not problem_of(bad):
            sys.exit("schema: a spoilt document passed")


if sys.argv[1:] == ["--lines"]:
    print(f"schema: {check(sys.stdin, 'standard input')} documents are as they should be")
    sys.exit(0)
tool = sys.argv[1]
count = 0
for name in ("full", "poll", "event"):
    with open(f"tests/fixtures/samples/{name}.json", encoding="utf-8") as file:
        count += check([json.dumps(json.load(file))], name)
for name in ("alerts", "incident"):
    count += check(output_of(tool, "json", "--replay", f"tests/fixtures/samples/{name}.ndjson"), name)
count += check(output_of(tool, "json", "--mode", "poll", "--count", "2", "--interval", "100ms"), "this host")
count += check(output_of(tool, "audit", "--json", may_fail=(20, 21)), "audit")
check_refusals()
print(f"schema: {count} documents are as they should be, 7 spoilt ones are refused")
