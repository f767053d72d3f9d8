# SPDX-License-Identifier: Apache-2.0
"""The terminal is given back as it was found, however the tool ends, and is drawn whole whatever was done to it."""
import os
import random
import signal
import tempfile
import time

from harness import equal
from recording import INCIDENT
from tmux import Terminal, top
from wire import Wire

REPLAY = ("--replay", INCIDENT, "--speed", "1000")
LEFT_ALONE = {"alternate_on": "0", "cursor_flag": "1", "mouse_any_flag": "0", "mouse_sgr_flag": "0",
              "keypad_flag": "0"}


def shell_line(words):
    return " ".join("'" + word + "'" for word in words)


def start_in_shell(terminal, line):
    terminal.type(line)
    terminal.keys("Enter")
    terminal.wait_for("REPLAY END")
    equal("alternate screen", terminal.about("alternate_on"), "1")


def expect_given_back(terminal, after):
    for name, wanted in LEFT_ALONE.items():
        terminal.wait(f"{name} {wanted} after {after}, it is {terminal.about(name)}",
                      lambda _, n=name, w=wanted: terminal.about(n) == w)
    # What was there before is there again.
    terminal.wait_for("what was here before")


def case_every_end_gives_the_terminal_back():
    with tempfile.TemporaryDirectory() as directory, \
            Terminal(["sh", "-c", "PS1='$ ' exec sh -i"], 100, 30, "xterm-256color") as terminal:
        terminal.type("ulimit -c 0; echo what was here before")
        terminal.keys("Enter")
        terminal.wait_for("what was here before")
        for number, (name, code) in enumerate((("q", 0), ("SIGTERM", 0), ("SIGINT", 0), ("SIGHUP", 0),
                                               ("SIGSEGV", 128 + signal.SIGSEGV), ("SIGABRT", 128 + signal.SIGABRT),
                                               ("SIGQUIT", 128 + signal.SIGQUIT))):
            before, after = f"{directory}/before{number}", f"{directory}/after{number}"
            start_in_shell(terminal, f"stty -a >{before}; {shell_line(top(*REPLAY))}; echo code=$?; stty -a >{after}")
            if name == "q":
                terminal.keys("q")
            else:
                os.kill(terminal.process(), getattr(signal, name))
            terminal.wait_for(f"code={code}")
            expect_given_back(terminal, name)
            terminal.wait(f"stty after {name}", lambda _, f=after: os.path.exists(f) and os.path.getsize(f))
            with open(before, encoding="ascii") as one, open(after, encoding="ascii") as other:
                equal(f"stty -a after {name}", other.read(), one.read())
            terminal.type("clear; echo what was here before")
            terminal.keys("Enter")
            terminal.wait_for("code=", gone=True)


def case_ctrl_z_and_back():
    with Terminal(["sh", "-c", "PS1='$ ' exec sh -i"], 100, 30, "xterm-256color") as terminal:
        terminal.type("echo what was here before")
        terminal.keys("Enter")
        terminal.wait_for("what was here before")
        start_in_shell(terminal, shell_line(top(*REPLAY)))
        drawn = terminal.settle()
        for _ in range(2):
            terminal.keys("C-z")
            terminal.wait_for("Stopped")
            expect_given_back(terminal, "Ctrl-Z")
            terminal.type("stty -a | grep -c ' echo '")
            terminal.keys("Enter")
            terminal.wait("a shell that echoes", lambda now: "1" in [line.strip() for line in now])
            terminal.type("fg")
            terminal.keys("Enter")
            terminal.wait("the same screen", lambda now: now == drawn)
            # Keys and the mouse are the tool's again.
            equal("mouse", terminal.about("mouse_any_flag"), "1")
            terminal.press("2", "[2 Cgroups]")
            terminal.press("1", "[1 Superblocks]")


def case_resized_while_it_is_stopped():
    with Terminal(["sh", "-c", "PS1='$ ' exec sh -i"], 100, 30, "xterm-256color") as terminal:
        start_in_shell(terminal, shell_line(top(*REPLAY)))
        terminal.keys("C-z")
        terminal.wait_for("Stopped")
        terminal.resize(140, 40)
        terminal.type("fg")
        terminal.keys("Enter")
        lines = terminal.wait("the whole screen", lambda now: "q Quit" in now[-1] and now)
        with Terminal(top(*REPLAY), 140, 40) as fresh:
            fresh.wait_for("REPLAY END")
            terminal.wait("what a fresh one draws", lambda now: now == fresh.lines())
        assert lines[0].startswith("tmpfstrace"), lines


def case_a_storm_of_resizes():
    chance = random.Random(20260101)
    sizes = [(chance.randint(20, 400), chance.randint(5, 120)) for _ in range(200)]
    with Terminal(top(*REPLAY), 100, 30) as terminal:
        terminal.wait_for("REPLAY END")
        for turn, (columns, rows) in enumerate(sizes):
            terminal.resize(columns, rows)
            if turn % 20 == 19:
                terminal.keys(chance.choice("123456"))
        for key, size in (("1", (118, 32)), ("Enter", (200, 50)), ("Enter", (60, 15)), ("2", (20, 5))):
            terminal.resize(*size)
            terminal.keys("1", "Escape")
            time.sleep(0.1)
            terminal.keys("g", key)
            with Terminal(top(*REPLAY), *size) as fresh:
                fresh.wait_for("tmpfstrace")
                fresh.wait("the end of the replay", lambda now: "END" in now[0] or size[0] < 30)
                fresh.keys(key)
                wanted = fresh.settle()
                terminal.wait(f"what a fresh one draws at {size}:\n" + "\n".join(wanted) + "\n--- instead:",
                              lambda now: now == fresh.lines())


def case_the_terminal_goes_away():
    """No endless loop of a tool that nobody sees any more."""
    with Wire(*REPLAY) as wire:
        wire.wait_for(" END")
        process = wire.process
        # The other end: what a terminal does when its window is closed.
        os.close(wire.master)
        wire.master = os.open("/dev/null", os.O_RDWR)
        deadline = time.monotonic() + 10
        while process.poll() is None:
            assert time.monotonic() < deadline, "it goes on"
            time.sleep(0.05)


CASES = [value for name, value in list(globals().items()) if name.startswith("case_")]
