# SPDX-License-Identifier: Apache-2.0
"""Judges what container.sh printed: the agent with the DaemonSet's arguments answers, counts what a pod's own tmpfs refuses in mode exact,
keeps no more capabilities than docs/agent.md says, ends in time, and another one goes on from there. And without one of the capabilities
the tool does not see that, which is why that one is there."""
import json
import re
import sys

# docs/agent.md, "What it gives up", without CAP_BPF (kernels before 5.19) and CAP_SYS_ADMIN (--program-times).
KEPT = {"DAC_READ_SEARCH": 2, "SETGID": 6, "SETUID": 7, "SETPCAP": 8, "SYS_PTRACE": 19, "CHECKPOINT_RESTORE": 40}


def read(path):
    """The sections by name, and the lines of JSON by the capability that was left out."""
    sections, runs, name = {}, {}, None
    for line in open(path):
        if line.startswith("<<< "):
            name = line[4:].strip()
            sections[name] = ""
        elif line.startswith(">>> "):
            name = None
        elif name:
            sections[name] += line
        elif line.startswith("{"):
            run = json.loads(line)
            runs[run["without"]] = run
    return sections, runs


# Under the guest's mount points are directories, for which CAP_SYS_ADMIN would be needed. Who writes in the pod ends at once, before its
# stack has names.
ALLOWED = {'loss="seed_hidden_directories"', 'loss="stacks_without_names"'}


class Page:
    """One answer of /metrics."""

    def __init__(self, text):
        self.series = re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", text, re.M)

    def sum(self, name, *parts):
        """Of the series of that name whose labels contain the parts; None if there is none."""
        found = [float(value) for series, labels, value in self.series if series == name and all(part in labels for part in parts)]
        return sum(found) if found else None

    def refusals(self):
        return self.sum("tmpfstrace_superblock_refusals_total", "/private/deep") or 0


def judge_agent(sections, expect):
    first, second = Page(sections["metrics-1"]), Page(sections["metrics-2"])
    expect("/readyz", sections["readyz"].strip(), "ready")
    expect("/healthz", sections["healthz"].strip(), "ok")
    for name, page in (("the first", first), ("the second", second)):
        expect(f"mode of {name}", page.sum("tmpfstrace_mode_info", 'mode="exact"', 'hooks="fentry"'), 1)
        expect(f"size of the pod's tmpfs in {name}", page.sum("tmpfstrace_superblock_size_bytes", "/private/deep"), 1 << 20)
        expect(f"drift of {name}", page.sum("tmpfstrace_ledger_drift_bytes"), 0)
        lost = {labels: value for series, labels, value in page.series if series == "tmpfstrace_losses_total" and value != "0"}
        if page.sum("tmpfstrace_ledger_drift_inodes") > page.sum("tmpfstrace_losses_total", "seed_hidden_directories"):
            expect(f"inodes of {name} that are not accounted for", page.sum("tmpfstrace_ledger_drift_inodes"), "hidden directories alone")
        expect(f"losses of {name}", {labels: value for labels, value in lost.items() if labels not in ALLOWED}, {})
    expect("interval", first.sum("tmpfstrace_interval_seconds"), 10)
    if not 0 < first.refusals() < second.refusals():
        expect("refusals", (first.refusals(), second.refusals()), "some, and then more")
    since = "tmpfstrace_counting_since_timestamp_seconds"
    expect("the second counts on", second.sum(since), first.sum(since))
    for process, kept, uid in (("agent", KEPT.values(), "0"), ("worker", (), "65534")):
        status = dict(re.findall(r"^(\w+):\s+(\S+)", sections["capabilities-" + process], re.M))
        wanted = sum(1 << number for number in kept)
        for name in ("CapEff", "CapPrm", "CapBnd"):
            expect(f"{name} of the {process}", int(status.get(name, "-1"), 16), wanted)
        for name in ("CapInh", "CapAmb"):
            expect(f"{name} of the {process}", int(status.get(name, "-1"), 16), 0)
        expect(f"uid, no_new_privs and seccomp of the {process}", (status.get("Uid"), status.get("NoNewPrivs"), status.get("Seccomp")), (uid, "1", "2"))
    for end in ("end-1", "end-2"):
        seconds = re.fullmatch(r"after (\d+) s, status 0", sections[end].strip())
        if not seconds:
            expect(end, sections[end].strip(), "status 0 in the grace period")
    expect("what unpin left", sections["left"].strip(), "")
    if "failed" in sections["unpin"]:
        expect("unpin", sections["unpin"], "ends well")
    return first, second


def judge_memory(sections, sizes, first, expect):
    """The request is what it takes, and the limit leaves room."""
    memory = dict(zip(*[iter(sections["memory"].split())] * 2))
    current, peak, maps = int(memory["current"]), int(memory["peak"]), int(first.sum("tmpfstrace_bpf_map_bytes"))
    if not current < sizes["memory_request"] < current * 2 or peak > sizes["memory_limit"] * 3 / 4:
        expect("memory", f"{current >> 20} MiB, {peak >> 20} at most", "less than the request, more than half of it, peak below three quarters of the limit")
    return f"{current >> 20} MiB ({peak >> 20} at most) with {maps / (1 << 20):.1f} MiB of maps"


def judge_without(runs, expect):
    def pod(sample):
        """The size of the tmpfs that only the pod has; None if it cannot be looked at."""
        found = [superblock["size_bytes"] for superblock in sample["superblocks"]
                 if any(mount["mount_point"] == "/private/deep" for mount in superblock["mounts"])]
        return found[0] if found else None

    for without in ("BPF", "PERFMON"):
        expect(f"without {without}, status and samples", (runs[without]["status"], runs[without]["sample"]), (3, None))  # 3: a privilege is missing
    for without in ("SYS_PTRACE", "DAC_READ_SEARCH"):
        expect(f"without {without}, the size of the pod's tmpfs", pod(runs[without]["sample"]), None)
    if not runs["CHECKPOINT_RESTORE"]["sample"]["losses"]["seed_errors"]:
        expect("without CHECKPOINT_RESTORE, what is missed of what is mapped", 0, "something")


def main():
    sections, runs = read(sys.argv[1])
    sizes = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", open(sys.argv[2]).read())}
    failures = []

    def expect(what, found, wanted):
        if found != wanted:
            failures.append(f"{what}: {found}, not {wanted}")

    first, second = judge_agent(sections, expect)
    memory = judge_memory(sections, sizes, first, expect)
    judge_without(runs, expect)
    if failures:
        print(sections["log-1"], sections["log-2"], sections["unpin"])
        raise AssertionError("\n".join(failures))
    print(f"ok    container: the agent in mode exact, ready after {sections['ready-1'].split()[0]} s (emulated), "
          f"{first.refusals():.0f} refusals of a pod, {second.refusals():.0f} with the next agent; {memory}\n"
          f"ok    container: ended {sections['end-1'].strip()}; kept of the capabilities {', '.join(KEPT)}, and by what answers none\n"
          "ok    container: none of BPF, PERFMON, SYS_PTRACE, DAC_READ_SEARCH, CHECKPOINT_RESTORE can be left out")


if __name__ == "__main__":
    main()
