#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ask_prometheus.py URL <questions >answers: a line "trace, part, window, time, expression" (tabs) each; the answer
takes the place of the last two. One process for all: `promtool query` takes a tenth of a second to start."""
import json
import sys
import urllib.parse
import urllib.request


def ask(url, time, expression):
    query = urllib.parse.urlencode({"query": expression, "time": time})
    with urllib.request.urlopen(f"{url}/api/v1/query?{query}", timeout=10) as response:
        result = json.load(response)["data"]["result"]
    if len(result) != 1:
        sys.exit(f"ask_prometheus.py: {len(result)} answers to {expression} at {time}")
    return result[0]["value"][1]


for line in sys.stdin:
    *key, time, expression = line.rstrip("\n").split("\t")
    print("\t".join([*key, ask(sys.argv[1], time, expression)]))
