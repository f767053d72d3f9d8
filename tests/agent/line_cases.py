# SPDX-License-Identifier: Apache-2.0
"""JSON lines beside the metrics: to a file that is rotated, to standard output, and when neither takes them."""
import os
import signal
import tempfile

from agent import Agent
from harness import Mount, document_of, equal, wait_until


def lines_of(path):
    with open(path) as file:
        return file.read().splitlines()


def case_a_file_is_rotated_and_no_line_is_lost():
    with tempfile.TemporaryDirectory() as directory:
        path = directory + "/lines.json"
        with Agent("--json", path, "--json-max-size", "64KiB", "--json-files", "3", interval="100ms") as agent:
            wait_until("a third file", lambda: os.path.exists(path + ".2"), seen=lambda: os.listdir(directory))
            equal("exit status", agent.stop(), 0)
        equal("files", sorted(os.listdir(directory)), ["lines.json", "lines.json.1", "lines.json.2"])
        sequences = []
        for name in (path + ".2", path + ".1", path):
            assert os.path.getsize(name) <= 65536, (name, os.path.getsize(name))
            sequences += [document_of(line)["sequence"] for line in lines_of(name)]
        equal("sequences", sequences, list(range(sequences[0], sequences[0] + len(sequences))))


def case_sighup_opens_the_file_again():
    with tempfile.TemporaryDirectory() as directory:
        path = directory + "/lines.json"
        with Agent("--json", path, interval="100ms") as agent:
            agent.after_samples()
            os.rename(path, path + ".moved")
            agent.process.send_signal(signal.SIGHUP)
            wait_until("a new file", lambda: os.path.exists(path) and lines_of(path))
            equal("exit status", agent.stop(), 0)
        moved, rest = lines_of(path + ".moved"), lines_of(path)
        equal("the next one follows", document_of(rest[0])["sequence"], document_of(moved[-1])["sequence"] + 1)


def case_only_what_is_asked_for_goes_to_standard_output():
    with Agent("--json", "-", "--only", "sample", "--field", "sequence", web=False, interval="100ms") as agent:
        lines = [agent.process.stdout.readline() for _ in range(3)]
    assert all('"sequence"' in line and '"superblocks"' not in line for line in lines), lines


def case_a_reader_that_stops_reading_costs_lines_and_nothing_else():
    with Agent("--json", "-", interval="100ms") as agent:
        # Nobody reads: the pipe is full after some.
        wait_until("lost lines", lambda: agent.metrics().has("tmpfstrace_losses_total", loss="json_lines_lost")
                   and agent.metrics().get("tmpfstrace_losses_total", loss="json_lines_lost") > 0, seen=lambda: agent.errors)
        before = agent.metrics().get("tmpfstrace_samples_total")
        assert agent.after_samples().get("tmpfstrace_samples_total") > before
        equal("complaints", agent.errors.count("standard output"), 1)


def case_a_full_disk_costs_lines_and_nothing_else():
    with Mount("size=128k") as mount, Agent("--json", mount.path + "/lines.json", interval="100ms") as agent:
        wait_until("lost lines", lambda: agent.metrics().get("tmpfstrace_losses_total", loss="json_lines_lost") > 0)
        agent.after_samples()
        assert "No space left on device" in agent.errors, agent.errors


WITH_TRACEPOINTS = ()
CASES = (case_a_file_is_rotated_and_no_line_is_lost, case_sighup_opens_the_file_again,
         case_only_what_is_asked_for_goes_to_standard_output,
         case_a_reader_that_stops_reading_costs_lines_and_nothing_else, case_a_full_disk_costs_lines_and_nothing_else)
