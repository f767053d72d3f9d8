# SPDX-License-Identifier: Apache-2.0
"""What it takes to look on: bytes a frame on a slow line, and CPU time of an idle screen."""
import os
import time

from harness import Mount
from recording import INCIDENT
from wire import Wire

IDLE_BYTES = 200  # the clock, and what the tool costs itself
KEY_BYTES = 600
IDLE_SECONDS = 15
IDLE_SHARE = 0.01  # of a CPU


def case_an_idle_frame_is_small():
    """The least of some: the machine is not the test's alone, and what its neighbours do is shown."""
    with Mount("size=2m", prefix="tt-"), Wire("--mode", "poll", "--interval", "1s") as wire:
        wire.wait_for("MOUNT")
        wire.quiet(0.7)
        frames = []
        while len(frames) < 4:
            begin = len(wire.bytes)
            wire.read(1.5)
            wire.quiet(0.3)
            frames.append(wire.bytes[begin:])
        sizes = [len(frame) for frame in frames]
    assert 0 < min(sizes) < IDLE_BYTES, f"bytes of idle frames: {sizes}; the least: {min(frames, key=len)!r}"


def case_a_key_press_is_small():
    with Wire("--replay", INCIDENT, "--speed", "1000") as wire:
        wire.wait_for(" END")
        wire.quiet()
        for key in (b"\x1bOB", b"j", b"\x1bOA"):
            wire.send(key)
            moved = wire.answer()
            assert 0 < len(moved) < KEY_BYTES, f"{len(moved)} bytes for {key!r}: {moved!r}"
        # A frame with nothing new costs nothing.
        wire.send("@")
        assert not wire.quiet(0.5), "a key without a meaning draws"


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def case_an_idle_screen_costs_little():
    """The mode that this kernel allows, a sample a second, after the seeding walk. setsid becomes the tool."""
    with Wire("--interval", "1s") as wire:
        wire.wait_for("MOUNT")
        time.sleep(5)
        wire.quiet(0.1)
        before, begin = cpu_seconds(wire.process.pid), time.monotonic()
        while time.monotonic() - begin < IDLE_SECONDS:
            wire.read(1)
        share = (cpu_seconds(wire.process.pid) - before) / (time.monotonic() - begin)
    print(f"     an idle screen at 1 s takes {share:.2%} of a CPU")
    assert share < IDLE_SHARE, f"an idle screen takes {share:.2%} of a CPU"


CASES = [case_a_key_press_is_small]
ALONE = [case_an_idle_frame_is_small, case_an_idle_screen_costs_little]
