#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""host_test.py TOOL [NAME…]: every case, or those whose name contains one of the words."""
import json
import sys
import traceback

import poll_cases
import program_cases
import syscall_cases
from harness import Skip, Tool, run


def why_no_tracepoints():
    """Why the "syscall" mode cannot run here; None when it can."""
    done = run("doctor", "--mode", "syscall", "--json")
    if done.returncode == 10:
        return None
    report = run("doctor", "--json")
    try:
        raw = json.loads(report.stdout)["raw_tracepoints"]
    except ValueError:
        return report.stderr.strip() or "doctor says nothing"
    return None if raw["works"] else f"raw tracepoints: {raw['why_not']}"


def main(arguments):
    Tool.binary, *words = arguments
    missing = why_no_tracepoints()
    cases = [(case, None) for case in program_cases.ANYWHERE + poll_cases.CASES]
    cases += [(case, missing) for case in program_cases.WITH_TRACEPOINTS + syscall_cases.CASES]
    passed = failed = skipped = 0
    for case, reason in cases:
        name = case.__module__.removesuffix("_cases") + ": " + case.__name__.removeprefix("case_").replace("_", " ")
        if words and not any(word in name for word in words):
            continue
        try:
            if reason:
                raise Skip(reason)
            case()
        except Skip as why:
            skipped += 1
            print(f"skip  {name}: {why}", flush=True)
        except Exception as error:  # a case that breaks is a failed case
            failed += 1
            print(f"FAIL  {name}: {error}", flush=True)
            if not isinstance(error, AssertionError):
                traceback.print_exc()
        else:
            passed += 1
            print(f"ok    {name}", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
