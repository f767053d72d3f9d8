# SPDX-License-Identifier: Apache-2.0
"""The incident as tests/fixtures/recordings has it, and what the tool's JSON says of it."""
import functools
import json
import os
import subprocess

from harness import Tool
from tmux import Terminal, top

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INCIDENT = ROOT + "/tests/fixtures/recordings/incident.zst"
OWNER = "pod auth/outpost"
WRITER = OWNER + " container proxy"


@functools.cache
def documents():
    done = subprocess.run([Tool.binary, "json", "--replay", INCIDENT], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def samples():
    return [document for document in documents() if document["type"] == "sample"]


def refusals():
    return [document for document in documents() if document["type"] == "event" and document["event"] == "refusal"]


def shm_of(sample):
    found = [sb for sb in sample["superblocks"] if sb["owner"] and sb["owner"]["text"] == OWNER]
    assert len(found) == 1, f"{len(found)} superblocks of {OWNER}"
    return found[0]


def first_refused():
    """The number of the first sample that holds a refusal, as the screen counts them."""
    return next(i for i, sample in enumerate(samples(), 1) if sample["totals"]["refusals"])


def at_the_end(*options, layout="", columns=118, rows=32):
    """`top`, at the last sample of the incident. The caller's `with` ends it."""
    terminal = Terminal(top("--replay", INCIDENT, "--speed", "1000", *options, layout=layout), columns, rows)
    try:
        terminal.wait_for("REPLAY END")
    except BaseException:
        terminal.__exit__()
        raise
    return terminal
