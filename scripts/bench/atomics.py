# SPDX-License-Identifier: Apache-2.0
"""atomics.py OUTPUT: the lines of atomics_guest.sh -> Markdown, what is atomic or takes a lock in each operation.

Fails when an operation passes a place of which this file does not say who else writes there: that has to be thought about.
"""
import collections
import json
import sys

# By what the source writes to: who else does.
OTHERS = {
    "add &entry->pages": "who fills or empties the same file at that moment",
    "compare-and-swap &cell->inode": "by chance alone: whoever makes or removes a file of which the address hashes to the same line, one of 16,384",
    "add &live_marks": "every CPU on which tmpfs refuses a block",
    "compare-and-swap &cell->tid": "every CPU on which tmpfs refuses a block to a thread of nearly the same id, 4 of them a line",
    "add &(slot->counters.refusals[operation][cause])": "every CPU that is refused, in the same cgroup on the same superblock",
    "add &(slot->counters.events_held[cause])": "every CPU that is refused, in the same cgroup on the same superblock",
    "compare-and-swap &entry->tid": "nobody but the thread itself, unless another's id is the same modulo 16,384",
}
NAMES = {
    "session_file": "create + write 1,500 B + close + unlink",
    "page_of_mebibyte": "1 MiB write + unlink, a page",
    "overwrite": "overwrite 1,500 B in place",
    "refused_write": "write refused, tmpfs full",
    "fault": "mmap, first touch of a page, freed at the end",
    "read": "read 4 KiB",
    "stat": "stat",
    "mmap": "mmap + munmap",
    "mmap_read": "read fault on a page that is there",
    "mmap_write": "write fault on a page that is there",
}
RARE = 0.01  # a time: less often than that it was the guest's own doing, or once for all


def read(path):
    passed = collections.defaultdict(collections.Counter)  # "operation:state" -> (place, what) -> times
    times, programs, sample = {}, [], None
    for line in open(path, encoding="utf-8"):
        kind, _, rest = line.rstrip("\n").partition(" ")
        if kind == "ATOMIC":
            label, count, place, what = rest.split(" ", 3)
            passed[label][place, what] = int(count)
        elif kind == "BENCH":
            _, operation, _, _, number = rest.split(" ")
            times[operation] = int(number)
        elif kind == "PROGRAM":
            fields = rest.split(" ")
            programs.append((fields[1], int(fields[7])))
        elif kind == "SAMPLE":
            sample = json.loads(rest)
    return passed, times, programs, sample


def once(passed, times, operation):
    """(place, what) -> how often in one operation. The preparation is in both spans and falls out."""
    start, prepared, measured = (passed[f"{operation}:{state}"] for state in ("start", "prepared", "measured"))
    for key in measured:
        count = (measured[key] - 2 * prepared[key] + start[key]) / times[operation]
        if count >= RARE:
            yield *key, count


def main():
    passed, times, programs, sample = read(sys.argv[1])
    if not times or not programs or sample is None:
        sys.exit("atomics: the guest gave no figures")
    unknown = []
    print("| operation | a time | what is atomic, or takes a lock | where | who else writes there |\n|---|--:|---|---|---|")
    for operation in times:
        rows = list(once(passed, times, operation))
        for place, what, count in sorted(rows, key=lambda row: (-row[2], row[0])):
            if what not in OTHERS:
                unknown.append(f"{operation}: {place}: {what}")
            others = OTHERS.get(what, "**not known**")
            print(f"| {NAMES[operation]} | {count:.2f} | `{what.replace('->', '→')}` | `{place}` | {others} |".replace("→", "->"))
        if not rows:
            print(f"| {NAMES[operation]} | 0 | nothing | | |")
    print("\n| program | atomic instructions in it and in what it calls |\n|---|--:|")
    for name, atomics in sorted(programs):
        print(f"| `{name}` | {atomics} |")
    mode = sample["mode"]
    print(f"\nMode {mode['name']}, {mode['hooks']}; kernel {sample['kernel']}; the programs as that kernel has them.")
    for problem in unknown:
        print("atomics: not known who else writes there:", problem, file=sys.stderr)
    sys.exit(1 if unknown else 0)


main()
