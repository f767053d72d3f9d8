# SPDX-License-Identifier: Apache-2.0
"""Validates documents of the tool against the published schema.

Compiled: every document of every test is validated, also those of thousands of cgroups. schema.py holds it against the
validator that is the reference.
"""
import copy
import functools
import json
import os

import fastjsonschema

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
with open(ROOT + "/docs/schema/tmpfstrace-1.schema.json", encoding="utf-8") as file:
    SCHEMA = json.load(file)
# The type of a document, for a message that says more than "none of them".
TYPES = ("sample", "event", "alert", "audit", "doctor")


def without_required(part):
    """What --field leaves has any fields."""
    if isinstance(part, list):
        return [without_required(each) for each in part]
    if isinstance(part, dict):
        return {key: without_required(value) for key, value in part.items() if key != "required"}
    return part


def reduced_definitions():
    """As docs/json.md says it."""
    definitions = without_required(copy.deepcopy(SCHEMA["$defs"]))
    for kind in ("sample", "refusal", "limit_change", "alert"):
        definitions[kind]["properties"]["fields"] = SCHEMA["$defs"]["reduced"]["properties"]["fields"]
    return definitions


def schema_of(kind, reduced):
    if not reduced:
        return {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}
    # What has the fields of a document is one only with what all have in common.
    definitions = reduced_definitions() | {"reduced": SCHEMA["$defs"]["reduced"]}
    return {"allOf": [{"$ref": "#/$defs/reduced"}, {"$ref": f"#/$defs/{kind}"}], "$defs": definitions}


@functools.cache
def validator(kind, reduced):
    return fastjsonschema.compile(schema_of(kind, reduced))


def problem_of(document):
    """None, or where and why."""
    kind = document.get("type") if isinstance(document, dict) else None
    if kind not in TYPES:
        return f"no document of a known type: {kind!r}"
    try:
        validator(kind, "fields" in document)(document)
    except fastjsonschema.JsonSchemaValueException as error:
        return f"{kind}: {error.message[:300]}"
    return None


def checked(document):
    """The document, if it is as it should be."""
    problem = problem_of(document)
    assert problem is None, f"against the schema: {problem}"
    return document
