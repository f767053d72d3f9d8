# SPDX-License-Identifier: Apache-2.0
"""A recording that is paused, stepped and gone through, by its keys."""
import re
from fractions import Fraction

from harness import equal
from recording import INCIDENT, documents, first_refused, samples
from tmux import Terminal, top

TIMELINE = re.compile(r"^(\S) (\d\d:\d\d:\d\d) x(\S+) \[.*\] .*?(\d+)/(\d+)$")


def timeline(lines):
    """(sign, clock, speed, position, count) of the fourth line."""
    found = TIMELINE.match(lines[3].rstrip())
    assert found, f"no time line: {lines[3]!r}"
    sign, clock, speed, position, count = found.groups()
    return sign, clock, float(Fraction(speed)), int(position), int(count)


def wait_for_position(terminal, position):
    lines = terminal.wait(f"sample {position}", lambda now: TIMELINE.match(now[3].rstrip())
                          and timeline(now)[3] == position and now)
    clock = samples()[position - 1]["time"][11:19]
    equal(f"clock at {position}", (timeline(lines)[1], clock in lines[0]), (clock, True))
    return lines


def limit_changes():
    return [document for document in documents() if document.get("event") == "limit_change"]


def case_keys_steer_a_recording():
    first = first_refused()
    with Terminal(top("--replay", INCIDENT, "--speed", "1")) as terminal:
        terminal.wait_for("REPLAY")
        terminal.wait("the time line", lambda now: TIMELINE.match(now[3].rstrip()))
        playing = timeline(terminal.lines())
        equal("samples of the recording", playing[4], len(samples()))
        # Space pauses: the sign is another one.
        terminal.keys("Space")
        lines = terminal.wait("a pause", lambda now: timeline(now)[0] != playing[0] and now)
        paused = timeline(lines)
        at = paused[3]
        terminal.keys("t", "t")
        wait_for_position(terminal, at + 2)
        terminal.keys("T")
        wait_for_position(terminal, at + 1)
        terminal.keys("F")
        lines = wait_for_position(terminal, first)
        assert "!! " in "\n".join(lines), lines
        assert "!" in lines[3] and "*" in lines[3], f"refusals and a changed limit: {lines[3]}"
        # The event before the first refusal: the changed limit of another volume.
        change = next(i for i, sample in enumerate(samples(), 1) if sample["time_ns"] >= limit_changes()[0]["time_ns"])
        terminal.keys("E")
        lines = wait_for_position(terminal, change)
        assert "!! " not in "\n".join(lines), lines
        terminal.keys("e")
        wait_for_position(terminal, first)
        terminal.keys("e")
        wait_for_position(terminal, first + 1)
        # The past knows nothing of what comes: neither events nor what was found.
        terminal.keys("E", "E", "3")
        terminal.wait_for("no refusal since the start")
        terminal.keys("0")
        wait_for_position(terminal, 1)
        terminal.keys("}")
        terminal.wait("twice as fast", lambda now: timeline(now)[2] == 2 * playing[2])
        terminal.keys("{", "{")
        terminal.wait("half as fast", lambda now: timeline(now)[2] == playing[2] / 2)
        # Many keys at once.
        terminal.keys("}", "}", "}", "}", "}", "}", "}", "}", "}", "}", "Space")
        terminal.wait_for("REPLAY END")
        wait_for_position(terminal, len(samples()))
        # From the end it plays on from the start, so slowly that the start is seen.
        terminal.keys(*["{"] * 10, "0")
        terminal.wait("the start", lambda now: "REPLAY END" not in now[0] and timeline(now)[3] < len(samples()) / 2)


def case_what_was_chosen_survives_a_jump():
    with Terminal(top("--replay", INCIDENT, "--speed", "1000")) as terminal:
        terminal.wait_for("REPLAY END")
        terminal.keys("Down", "Down")
        row = terminal.wait("the third row", lambda now: next((l for l in now if l.startswith(">")), None))
        name = row[3:25].strip()
        terminal.keys("F")
        terminal.wait("the same row elsewhere", lambda now: any(l.startswith(">") and name in l for l in now))


CASES = [case_keys_steer_a_recording, case_what_was_chosen_survives_a_jump]
