# SPDX-License-Identifier: Apache-2.0
"""web_test.py DRIVER [CASE…]: what the web side serves, and what it withstands."""
import sys
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


def main():
    Driver.binary = sys.argv[1]
    wanted = sys.argv[2:] or list(GROUPS)
    failures = 0
    count = 0
    for group in wanted:
        for case in GROUPS[group].CASES:
            start = time.monotonic()
            count += 1
            try:
                note = case()
                result = "ok    "
            except Exception:  # every case is run
                failures += 1
                note = ""
                result = "FAIL  "
                traceback.print_exc()
            print(f"{result}{group}: {case.__doc__} ({time.monotonic() - start:.1f} s){': ' + note if note else ''}",
                  flush=True)
    print(f"web: {count - failures} of {count} cases passed")
    return 1 if failures else 0


sys.exit(main())
