# SPDX-License-Identifier: Apache-2.0
"""contention.py LINES: the lines of contention_guest.sh, with MACHINE in front -> Markdown, and a verdict.

Two measures, each the tool against empty programs on the same hooks:
  scaling  operations a second of two workers at once, through those of one: 2 when neither slows the other
  more     ns that one run of a BPF program takes more with two workers than with one
A figure is the median of all quiet windows of the rounds; its spread what would be the standard deviation of normal noise, from
their median distance from it: windows in which the machine did something else move neither.
Exit 1 when a hot path of the tool scales worse than empty programs by more than the spread and 3 %, or when a run of its
programs takes more of a second worker by more than half the spread and half of what one shared add takes; 3 when the run cannot
tell.
"""
import collections
import json
import statistics
import sys

STATES = ["nothing", "floor", "tool", "contended"]
WORKERS = {"own": "each its own cgroup and tmpfs", "same": "one cgroup and tmpfs, a directory each"}
# Of each, whether nothing shared may be written there. A refusal writes lines that all share: docs/performance.md.
OPERATIONS = {
    "calibrate": ("a loop in registers", False),
    "overwrite": ("overwrite 1,500 B in place", True),
    "session_file": ("create + write 1,500 B + close + unlink", True),
    "page_of_mebibyte": ("1 MiB write + unlink, a page", True),
    "fault": ("mmap, first touch of a page", True),
    "mmap_write": ("write fault, page is there", True),
    "refused_write": ("write refused, tmpfs full", False),
}
TOLERATED = 0.03  # of the scaling of empty programs
LEAST_WINDOWS, LEAST_ROUNDS = 8, 3  # for a figure
DISTANCES, FAR_NS = ("far", "near"), 15  # see distance_of
WITNESS = "overwrite"  # the shortest operation with a hook: what is not seen there is seen nowhere

EMULATED = """The guest is emulated. Its atomic instructions and stores are done by two threads of the host, so a line of memory that both
write is as slow as it is there. The rest takes many times as long as without emulation: a shared line weighs that much less in
the first table, which is why there is a second. The run times in that come from a clock which the emulator reads under a lock:
that is in the figure of empty programs as well. More than two processors, and those of several sockets, are not shown."""

SCALING, MORE = 0, 1  # fields of a window

Figure = collections.namedtuple("Figure", "median spread")


def figure_of(values):
    median = statistics.median(values)
    return Figure(median, 1.4826 * statistics.median(abs(value - median) for value in values))


def distance_of(bounce):
    """A hypervisor moves processors: between two that share a cache a line moves quickly. Windows of the two kinds are not compared."""
    return "far" if bounce >= FAR_NS else "near"


class Run:
    def __init__(self, path):
        # distance -> (operation, workers, state) -> round -> [(scaling, more, bounce)]
        self.windows = {kind: collections.defaultdict(lambda: collections.defaultdict(list)) for kind in DISTANCES}
        self.tries = collections.Counter()
        self.samples, self.machine, self.rounds = [], None, 0
        for line in open(path, encoding="utf-8"):
            kind, _, rest = line.rstrip("\n").partition(" ")
            if kind == "MACHINE":
                self.machine = [int(field) for field in rest.split()]
            elif kind == "ROUND":
                self.rounds = int(rest)
            elif kind == "SAMPLE":
                self.samples.append(json.loads(rest))
            elif kind == "CONTENTION":
                self.add(rest.split())

    def add(self, fields):
        state, workers, operation, verdict = fields[:4]
        self.tries[verdict] += 1
        if verdict != "quiet":
            return
        bounce, alone0, alone1, both0, both1, run0, run1, run_both = map(float, fields[4:])
        scaling = (both0 + both1) / ((alone0 + alone1) / 2)
        rounds = self.windows[distance_of(bounce)][operation, workers, state]
        rounds[self.rounds].append((scaling, run_both - (run0 + run1) / 2, bounce))

    def figures(self, operation, workers, at):
        """The kind of windows, and state -> Figure of field `at`, None when too few were quiet. Far ones show more."""
        for kind in DISTANCES:
            result = {}
            for state in STATES:
                rounds = self.windows[kind][operation, workers, state]
                values = [window[at] for windows in rounds.values() for window in windows]
                enough = len(rounds) >= LEAST_ROUNDS and len(values) >= LEAST_WINDOWS
                result[state] = figure_of(values) if enough else None
            if all(result[state] for state in STATES[1:]):
                break
        return kind, result

    def bounces(self, kind):
        return [window[2] for rounds in self.windows[kind].values() for windows in rounds.values() for window in windows]


def shown(figure, digits):
    return "-" if figure is None else f"{figure.median:.{digits}f} ± {figure.spread:.{digits}f}"


def print_table(run, at, digits, title, limit_of, failures, seen):
    """limit_of(figures) -> (the worst that the tool may have, is a lower one worse)."""
    print(f"\n{title}\n")
    print("| workers | operation | processors | nothing | empty programs | the tool | one shared add | the tool against empty programs |\n|---|---|---|--:|--:|--:|--:|---|")
    for workers, workers_name in WORKERS.items():
        for operation, (name, is_hot) in OPERATIONS.items():
            kind, figures = run.figures(operation, workers, at)
            if operation == "calibrate" and at != SCALING:
                continue
            verdict = "no figure"
            if all(figures[state] for state in STATES[1:]):
                limit, sign = limit_of(figures)
                # Would a shared add, in place of the tool, have been found?
                sees = sign * (figures["contended"].median - limit) > 0
                worse = sign * (figures["tool"].median - limit) > 0
                seen[operation, workers] |= sees
                verdict = "**contended**" if worse else "not contended" if sees else "no worse; one shared add would not show"
                if operation == "calibrate":
                    verdict = ""
                elif not is_hot:
                    verdict = "contended, as is known" if worse else verdict
                elif worse:
                    failures.append(f"{name}, {workers_name}: {figures['tool'].median:.{digits}f}, the limit is {limit:.{digits}f}")
            nothing = shown(figures["nothing"], digits) if at == SCALING else ""
            cells = [shown(figures[state], digits) for state in STATES[1:]]
            print(f"| {workers_name} | {name} | {kind} | {nothing} | {' | '.join(cells)} | {verdict} |")


def scaling_limit(figures):
    floor, tool = figures["floor"], figures["tool"]
    return floor.median * (1 - TOLERATED) - max(floor.spread, tool.spread), -1


def more_limit(figures):
    floor, tool = figures["floor"], figures["tool"]
    shared_add = max(figures["contended"].median - floor.median, 0)
    # half the spread: well above the standard error of a median of so many windows
    return floor.median + shared_add / 2 + max(floor.spread, tool.spread) / 2, 1


def check_samples(samples):
    if not samples:
        return "the tool gave no sample"
    for sample in samples:
        mode = sample["mode"]
        lost = {name: count for name, count in sample["losses"].items() if count}
        if mode["name"] != "exact" or mode["hooks"] != "fentry":
            return f"the tool ran in mode {mode['name']} with {mode['hooks']}"
        if lost:
            return f"the tool lost events, what it took is not all: {lost}"
    return None


def main():
    run = Run(sys.argv[1])
    problem = check_samples(run.samples)
    if problem or run.machine is None:
        sys.exit(f"contention: {problem or 'no line about the machine'}")
    failures, seen = [], collections.defaultdict(bool)
    print_table(run, SCALING, 3, "Operations a second of two workers at once, through those of one:", scaling_limit, failures, seen)
    print_table(run, MORE, 0, "What one run of a BPF program takes more with two workers than with one, in ns:", more_limit, failures, seen)

    processors, elapsed, others, stolen, boots = run.machine
    whole = processors * elapsed
    print(f"\nKernel {run.samples[0]['kernel']}, mode exact, fentry; {run.rounds} rounds, {boots} boot(s), {elapsed / 1000:.0f} s. "
          f"Median of the windows ± 1.48 times their median distance from it.")
    for kind in DISTANCES:
        if bounces := run.bounces(kind):
            print(f"Processors {kind}: {len(bounces)} windows, an add to a shared word took {statistics.median(bounces):.0f} ns longer "
                  "with two workers. A row is of far ones where there are enough.")
    print(f"Not counted: {run.tries['disturbed']} windows in which a worker was off its processor, {run.tries['blind']} tries in which an add "
          f"to a shared word took no longer with two workers. Other processes took {100 * others / whole:.0f} % of the machine's "
          f"{processors} processors, a hypervisor kept {100 * stolen / whole:.0f} %.")
    if others > whole / 10 or run.tries["disturbed"] > run.tries["quiet"] / 10:
        print("The machine was NOT QUIET: only what is in the quiet windows was measured, and the spread is larger for it.")
    print("\n" + EMULATED)
    if not all(seen[WITNESS, workers] for workers in WORKERS):
        print("contention: NO VERDICT: the run did not find the contention of programs that add to one shared line "
              f"({OPERATIONS[WITNESS][0]}). Repeat it on a machine with two processors free.", file=sys.stderr)
        sys.exit(3)
    for failure in failures:
        print("contention: a second worker slows the tool more than it slows empty programs:", failure, file=sys.stderr)
    sys.exit(1 if failures else 0)


main()
