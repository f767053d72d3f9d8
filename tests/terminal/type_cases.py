# SPDX-License-Identifier: Apache-2.0
"""Types of terminal, locales, and what must not be on the wire with them."""
import re
import subprocess

from harness import equal
from recording import INCIDENT
from tmux import Terminal, top
from wire import Wire

REPLAY = ("--replay", INCIDENT, "--speed", "1000")
TYPES = ("linux", "xterm", "xterm-256color", "screen", "screen-256color", "tmux-256color", "vt100", "vt220")
# Foreground and background, of 8, 16, 256 or all colours.
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:]\d+)*m")


def through_all_views(wire):
    wire.wait_for(" END")
    for key in "123456?":
        wire.send(key)
        wire.quiet()
    wire.send("1")
    wire.quiet()
    wire.send("\r")
    wire.quiet()
    equal("exit status and messages", wire.quit(), (0, ""))
    return wire.bytes


def case_the_screen_is_the_same_on_every_type():
    screens = {}
    for term in TYPES:
        with Terminal(top(*REPLAY), 100, 30, term) as terminal:
            terminal.wait_for("REPLAY END")
            terminal.keys("j", "k")
            screens[term] = terminal.settle()
    for term in TYPES:
        equal(f"screen of {term}", screens[term], screens["xterm-256color"])


def case_every_type_draws_and_leaves():
    for term in TYPES:
        with Wire(*REPLAY, term=term) as wire:
            data = through_all_views(wire)
        for text in (b"MOUNT", b"CGROUP", b"SEVERITY"):
            assert text in data, f"{term}: no {text!r}"
        coloured = COLOUR.search(data) is not None
        equal(f"colours on {term}", coloured, not term.startswith("vt"))


def case_types_that_cannot_be_used():
    for term, why in (("dumb", "its cursor cannot be moved"), ("", "terminfo does not know it"),
                      (None, "terminfo does not know it"), ("no-such-type", "terminfo does not know it")):
        with Wire(*REPLAY, term=term) as wire:
            code, errors = wire.end()
            equal(f"exit status with TERM={term}", code, 1)
            assert f"cannot use a terminal of type '{term or ''}': {why}" in errors and "set TERM" in errors, errors
            equal(f"bytes with TERM={term}", wire.bytes.strip(), b"")


def case_no_terminal_at_all():
    done = subprocess.run(top(*REPLAY), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    equal("exit status and output", (done.returncode, done.stdout), (2, ""))
    assert "top needs a terminal" in done.stderr and "tmpfstrace json" in done.stderr, done.stderr


def case_no_color():
    with Wire(*REPLAY, environment={"NO_COLOR": "1"}) as wire:
        data = through_all_views(wire)
    found = COLOUR.search(data)
    assert found is None, f"a colour: {found.group()!r}"
    # Set and empty is not set.
    with Wire(*REPLAY, environment={"NO_COLOR": ""}) as wire:
        assert COLOUR.search(through_all_views(wire)), "no colour with an empty NO_COLOR"


def case_ascii_in_a_locale_of_ascii():
    for locale in ("C", "POSIX"):
        with Wire(*REPLAY, environment={"LANG": locale, "LC_ALL": locale}) as wire:
            data = through_all_views(wire)
        high = [byte for byte in data if byte >= 0x80]
        equal(f"bytes above 0x7f with {locale}", high, [])
    with Wire(*REPLAY, environment={"LANG": "C.UTF-8"}) as wire:
        data = through_all_views(wire)
    assert "█".encode() in data, "no block in a graph"
    data.decode("utf-8")


CASES = [value for name, value in list(globals().items()) if name.startswith("case_")]
