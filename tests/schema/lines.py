# SPDX-License-Identifier: Apache-2.0
"""lines.py: holds each line of standard input against the schema. Prints what is wrong, the first of each kind, then
"documents=N invalid=N"; exits with 1 when a document is invalid or there is none."""
import json
import sys

from documents import problem_of

MOST_SHOWN = 10


def main():
    count, invalid, shown = 0, 0, set()
    for line in sys.stdin:
        count += 1
        try:
            problem = problem_of(json.loads(line))
        except ValueError as error:
            problem = f"no JSON: {error}"
        if problem is None:
            continue
        invalid += 1
        if problem not in shown and len(shown) < MOST_SHOWN:
            shown.add(problem)
            print(f"INVALID document {count}: {problem}: {line[:200].strip()}")
    print(f"documents={count} invalid={invalid}")
    return 1 if invalid or not count else 0


if __name__ == "__main__":
    sys.exit(main())
