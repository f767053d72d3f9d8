# SPDX-License-Identifier: Apache-2.0
"""schema.py TMPFSTRACE: documents of the tool against docs/schema/tmpfstrace-1.schema.json, by the validator that is the
reference: those of the recordings and fixtures, whole and in part, of this host by mode poll where it can be watched, of
an audit and of doctor; and that the schema refuses what is none. The compiled validator, which all other tests use, has to say the same.
"""
import copy
import functools
import json
import os
import subprocess
import sys

import jsonschema

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schema"))
import documents  # noqa: E402

Validator = jsonschema.Draft202012Validator
ALERTS = "tests/fixtures/samples/alerts.ndjson"


@functools.cache
def reference(kind, reduced):
    return Validator(documents.schema_of(kind, reduced))


def problem_of(document):
    kind = document.get("type")
    if kind not in documents.TYPES:
        return f"no document of a known type: {kind!r}"
    errors = sorted(reference(kind, "fields" in document).iter_errors(document), key=lambda error: list(error.path))
    problem = f"{'.'.join(map(str, errors[0].path))}: {errors[0].message[:200]}" if errors else None
    wrong = bool(problem)
    if wrong != bool(documents.problem_of(document)) or ("fields" not in document and wrong == whole.is_valid(document)):
        sys.exit(f"schema: the validators do not agree: {problem}; {documents.problem_of(document)}")
    return problem


def check(lines, where):
    count = 0
    for line in lines:
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


def fields_of(kind):
    """Those of the document itself."""
    part = documents.SCHEMA["$defs"][kind]
    return sorted(part["properties"])


def check_refusals():
    """What is wrong must not pass."""
    with open("tests/fixtures/samples/full.json", encoding="utf-8") as file:
        good = json.load(file)
    spoil = (lambda d: d.pop("ledger"), lambda d: d.update(surprise=1), lambda d: d["superblocks"][0].update(dev="x"),
             lambda d: d["cgroups"][0]["counters"].update(created={"regular": -1}), lambda d: d.update(schema="tmpfstrace/2"),
             lambda d: d["superblocks"][0].update(used_bytes="many"), lambda d: d.update(type="sampel"))
    # Of a part of a document: no type, a field of no document, and one that is not what it should be.
    spoil_part = (lambda d: d.pop("time"), lambda d: d.update(surprise=1), lambda d: d.update(fields=[]),
                  lambda d: d["totals"].update(size_bytes="many"))
    part = {key: good[key] for key in ("schema", "type", "sequence", "time", "totals")} | {"fields": ["totals"]}
    for document, ways in ((good, spoil), (part, spoil_part)):
        for way in ways:
            bad = copy.deepcopy(document)
            way(bad)
            if not problem_of(bad):
                sys.exit("schema: a spoilt document passed")
    return len(spoil) + len(spoil_part)


Validator.check_schema(documents.SCHEMA)
whole = Validator(documents.SCHEMA)
tool = sys.argv[1]
count = 0
for name in ("full", "poll", "event"):
    with open(f"tests/fixtures/samples/{name}.json", encoding="utf-8") as file:
        count += check([json.dumps(json.load(file))], name)
for name in ("alerts", "incident"):
    count += check(output_of(tool, "json", "--replay", f"tests/fixtures/samples/{name}.ndjson", "--config",
                             "docs/tmpfstrace.toml"), name)
for kind in ("sample", "refusal", "limit_change", "alert"):
    for fields in ([",".join(fields_of(kind))], fields_of(kind)):
        for paths in fields:
            count += check(output_of(tool, "json", "--replay", ALERTS, "--config", "docs/tmpfstrace.toml", "--field", paths),
                           f"--field {paths}")
count += check(output_of(tool, "json", "--mode", "poll", "--count", "2", "--interval", "100ms"), "this host")
count += check(output_of(tool, "audit", "--json", may_fail=(20, 21)), "audit")
count += check(output_of(tool, "doctor", "--mode", "poll", "--json", may_fail=(11,)), "doctor")
refused = check_refusals()
print(f"schema: {count} documents are as they should be, {refused} spoilt ones are refused")
