#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""host_test.py TOOL [NAME…]: every case, or those whose name contains one of the words."""
import sys
import traceback

import cgroup_cases
import cost_cases
import demo_cases
import limit_cases
import pin_cases
import poll_cases
import program_cases
import receiver_cases
import record_cases
import storm_cases
import syscall_cases
import terminal_cases
import verdict_cases
from bpf_probe import why_no_tracepoints
from harness import Skip, Tool, document_of

ANYWHERE = (program_cases.ANYWHERE + record_cases.CASES + poll_cases.CASES + cgroup_cases.ANYWHERE +
            terminal_cases.CASES + demo_cases.ANYWHERE + cost_cases.ANYWHERE + verdict_cases.ANYWHERE +
            receiver_cases.CASES)
WITH_TRACEPOINTS = (program_cases.WITH_TRACEPOINTS + syscall_cases.CASES + cgroup_cases.WITH_TRACEPOINTS +
                    limit_cases.WITH_TRACEPOINTS + pin_cases.CASES + storm_cases.CASES + demo_cases.WITH_TRACEPOINTS +
                    cost_cases.WITH_TRACEPOINTS + verdict_cases.WITH_TRACEPOINTS)


def main(arguments):
    Tool.binary, *words = arguments
    missing = why_no_tracepoints()
    cases = [(case, None) for case in ANYWHERE] + [(case, missing) for case in WITH_TRACEPOINTS]
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
    print(f"      {document_of.count} documents held against the schema", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
