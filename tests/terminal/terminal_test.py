#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""terminal_test.py TOOL [WORD…]: every case, or those whose name contains one of the words."""
import os
import resource
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "host"))

# pylint: disable=wrong-import-position
import guest_cases  # noqa: E402
import hygiene_cases  # noqa: E402
import incident_cases  # noqa: E402
import injection_cases  # noqa: E402
import live_cases  # noqa: E402
import mouse_cases  # noqa: E402
import replay_cases  # noqa: E402
import type_cases  # noqa: E402
import wire_cases  # noqa: E402
from harness import Skip, Tool  # noqa: E402

MODULES = (guest_cases, hygiene_cases, live_cases, injection_cases, incident_cases, replay_cases, wire_cases,
           type_cases, mouse_cases)
AT_ONCE = 4  # most of a case is waiting for the next sample


class Results:
    def __init__(self):
        self.lock = threading.Lock()
        self.count = {"PASS": 0, "FAIL": 0, "SKIP": 0}

    def run(self, name, case):
        begun = time.monotonic()
        verdict, why = "PASS", ""
        try:
            case()
        except Skip as reason:
            verdict, why = "SKIP", f": {reason}"
        except Exception as error:  # a case that breaks is a failed case
            verdict, why = "FAIL", f": {error}"
            if not isinstance(error, AssertionError):
                why += "\n" + traceback.format_exc()
        with self.lock:
            self.count[verdict] += 1
            print(f"{verdict} {name}{why}" + ("" if verdict == "SKIP" else f" ({time.monotonic() - begun:.1f} s)"),
                  flush=True)


def name_of(module, case):
    return module.__name__.removesuffix("_cases") + ": " + case.__name__.removeprefix("case_").replace("_", " ")


def is_wanted(name, words):
    return not words or any(word in name for word in words)


def main(arguments):
    Tool.binary, *words = arguments
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # some cases kill the tool
    results = Results()
    begun = time.monotonic()
    wanted = [(name_of(module, case), case) for module in MODULES for case in module.CASES]
    alone = [(name_of(module, case), case) for module in MODULES for case in getattr(module, "ALONE", [])]
    # The guest takes longest: it is first, and runs beside all else.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for name, case in wanted:
            if is_wanted(name, words):
                pool.submit(results.run, name, case)
    for name, case in alone:
        if is_wanted(name, words):
            results.run(name, case)
    passed, failed, skipped = (results.count[kind] for kind in ("PASS", "FAIL", "SKIP"))
    print(f"{passed} passed, {failed} failed, {skipped} skipped in {time.monotonic() - begun:.0f} s")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
