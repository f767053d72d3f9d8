# SPDX-License-Identifier: Apache-2.0
"""An agent with --pin: its metrics go on where the kernel went on, and its sandbox lets it."""
import os
import signal

from agent import Agent, capabilities_left
from harness import Mount, equal
from pin_cases import BpfMount, refuse, unpin

MODE = ("--mode", "syscall")


def case_metrics_go_on_after_kills():
    with BpfMount() as bpf, Mount("size=1m") as mount:
        refused, since = 0, None
        for _ in range(5):
            with Agent(*MODE, *bpf.options) as agent:
                if refused:
                    # From the first scrape on: what was refused while no agent ran is in it.
                    equal("refusals at the start", agent.metrics().get("tmpfstrace_superblock_refusals_total", device=mount.dev),
                          refused)
                refuse(mount, 3)
                refused += 3
                metrics = agent.after_samples(3)
                equal("refusals", metrics.get("tmpfstrace_superblock_refusals_total", device=mount.dev), refused)
                begun = metrics.get("tmpfstrace_counting_since_timestamp_seconds")
                since = since or begun
                equal("counting since", begun, since)
                agent.stop(signal.SIGKILL)
            refuse(mount, 2)  # while none runs
            refused += 2
        assert os.listdir(bpf.pins)
        unpin(bpf)
        assert not os.path.exists(bpf.pins), os.listdir(bpf.pins)


def case_the_sandbox_is_the_same_with_pins():
    with BpfMount() as bpf:
        left = []
        for _ in range(2):
            with Agent(*MODE, *bpf.options) as agent:
                left.append(capabilities_left(agent))
                agent.stop()
        equal("capabilities of one that starts and of one that goes on", left[0], left[1])
        unpin(bpf)


def case_two_with_one_place_are_one_too_many():
    with BpfMount() as bpf, Agent(*MODE, *bpf.options) as agent:
        with Agent(*MODE, *bpf.options, wait=False) as second:
            equal("exit status of the second", second.process.wait(60), 1)
            second.reader.join(60)
            assert str(agent.process.pid) in second.errors, second.errors
        agent.after_samples()
        equal("exit status of the first", agent.stop(), 0)
        unpin(bpf)


CASES = (case_metrics_go_on_after_kills, case_the_sandbox_is_the_same_with_pins, case_two_with_one_place_are_one_too_many)
WITH_TRACEPOINTS = CASES
