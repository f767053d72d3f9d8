# SPDX-License-Identifier: Apache-2.0
"""web_test.py DRIVER [CASE…]: what the web side serves, and what it withstands."""
import sys
import threading
import time
import traceback

import auth_cases
import load_cases
import page_cases
import route_cases
import sandbox_cases
import stream_cases
import tls_cases
from driver import Driver

GROUPS = {"routes": route_cases, "load": load_cases, "streams": stream_cases, "auth": auth_cases, "tls": tls_cases,
          "sandbox": sandbox_cases, "page": page_cases}


def run(group, case, results):
    start = time.monotonic()
    try:
        note = case()
        passed = True
    except Exception:  # every case is run
        note, passed = "", False
        traceback.print_exc()
    results.append(passed)
    print(f"{'ok  ' if passed else 'FAIL'}  {group}: {case.__doc__} ({time.monotonic() - start:.1f} s)"
          f"{': ' + note if note else ''}", flush=True)


def main():
    Driver.binary = sys.argv[1]
    results, waiting = [], []
    cases = [(group, case) for group in sys.argv[2:] or GROUPS for case in GROUPS[group].CASES]
    for group, case in cases:
        if getattr(case, "only_waits", False):  # beside the others
            waiting.append(threading.Thread(target=run, args=(group, case, results)))
            waiting[-1].start()
    for group, case in cases:
        if not getattr(case, "only_waits", False):
            run(group, case, results)
    for thread in waiting:
        thread.join()
    print(f"web: {sum(results)} of {len(cases)} cases passed")
    return 0 if all(results) and len(results) == len(cases) else 1


sys.exit(main())
