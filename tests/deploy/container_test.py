# SPDX-License-Identifier: Apache-2.0
"""Judges what container.sh printed: with the DaemonSet's capabilities the tool runs in mode exact and sees a pod's own tmpfs and
what it refuses; without one of them it does not, which is why that one is there."""
import json
import sys


def main():
    samples, statuses = {}, {}
    for line in open(sys.argv[1]):
        if line.startswith("{"):
            run = json.loads(line)
            samples[run["without"]], statuses[run["without"]] = run["sample"], run["status"]

    def pod(sample):
        """Of the tmpfs that only the pod has: size, and what was refused."""
        found = [s for s in sample["superblocks"] if any(m["mount_point"] == "/private/deep" for m in s["mounts"])]
        return (found[0]["size_bytes"], found[0]["counters"].get("refused")) if found else (None, None)

    failures = []
    whole = samples["none"]
    if (whole["mode"]["name"], whole["mode"]["hooks"]) != ("exact", "fentry"):
        failures.append(f"mode {whole['mode']}")
    if pod(whole)[0] != 1 << 20 or not pod(whole)[1]:
        failures.append(f"with all capabilities: the pod's tmpfs is {pod(whole)}")
    if whole["totals"]["drift_bytes"] or whole["losses"]["seed_errors"] or whole["losses"]["unreachable_superblocks"]:
        failures.append(f"with all capabilities: {whole['totals']}, {whole['losses']}")
    for without in ("BPF", "PERFMON"):
        if statuses[without] != 3 or samples[without]:  # 3: a privilege is missing
            failures.append(f"without {without} it runs as well, status {statuses[without]}: why is it in the manifest?")
    for without in ("SYS_PTRACE", "DAC_READ_SEARCH"):
        if pod(samples[without])[0] is not None:
            failures.append(f"without {without} the pod's tmpfs is seen as well: why is it in the manifest?")
    if not samples["CHECKPOINT_RESTORE"]["losses"]["seed_errors"]:
        failures.append("without CHECKPOINT_RESTORE nothing is missed of what is mapped: why is it in the manifest?")
    if failures:
        raise AssertionError("\n".join(failures))
    print(f"ok    container: mode exact with the capabilities of the manifest, {pod(whole)[1]} refusals of a pod seen; "
          "none of BPF, PERFMON, SYS_PTRACE, DAC_READ_SEARCH, CHECKPOINT_RESTORE can be left out")


if __name__ == "__main__":
    main()
