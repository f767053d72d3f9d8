# SPDX-License-Identifier: Apache-2.0
"""agent_test.py TOOL [NAME…]: every case, or those whose name contains one of the words."""
import os
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "host"))
import budget_cases  # noqa: E402
import life_cases  # noqa: E402
import line_cases  # noqa: E402
import restart_cases  # noqa: E402
import sandbox_cases  # noqa: E402
import serve_cases  # noqa: E402
from bpf_probe import why_no_tracepoints  # noqa: E402
from harness import Skip, Tool  # noqa: E402


def main(arguments):
    Tool.binary, *words = arguments
    missing = why_no_tracepoints()
    passed = failed = skipped = 0
    for module in (serve_cases, line_cases, life_cases, restart_cases, sandbox_cases, budget_cases):
        for case in module.CASES:
            name = module.__name__.removesuffix("_cases") + ": " + case.__name__.removeprefix("case_").replace("_", " ")
            if words and not any(word in name for word in words):
                continue
            begin = time.monotonic()
            try:
                if missing and case in module.WITH_TRACEPOINTS:
                    raise Skip(missing)
                case()
            except Skip as why:
                skipped += 1
                print(f"SKIP {name}: {why}", flush=True)
            except Exception as error:  # a case that breaks is a failed case
                failed += 1
                print(f"FAIL {name}: {error}", flush=True)
                if not isinstance(error, AssertionError):
                    traceback.print_exc()
            else:
                passed += 1
                print(f"PASS {name} ({time.monotonic() - begin:.1f} s)", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
