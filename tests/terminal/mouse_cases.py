# SPDX-License-Identifier: Apache-2.0
"""Clicks, the wheel, and who gets them."""
from harness import equal
from recording import INCIDENT, at_the_end
from tmux import Terminal, is_titles, rows_of, selected_of, top
from wire import Wire

REPLAY = ("--replay", INCIDENT, "--speed", "1000")
LEFT, WHEEL_UP, WHEEL_DOWN = 0, 64, 65


def sgr(button, row, column, end="M"):
    """Rows and columns from 0."""
    return f"\x1b[<{button};{column + 1};{row + 1}{end}"


def x10(button, row, column):
    return "\x1b[M" + chr(32 + button) + chr(33 + column) + chr(33 + row)


def click(terminal, row, column, encode=sgr):
    terminal.type(encode(LEFT, row, column))
    # Let go: SGR says it with its last letter, the older form with a button of its own.
    terminal.type(sgr(LEFT, row, column, "m") if encode is sgr else x10(3, row, column))


def check_mouse(term, encode):
    with Terminal(top(*REPLAY), 118, 32, term) as terminal:
        lines = terminal.wait_for("REPLAY END")
        titles = next(i for i, line in enumerate(lines) if is_titles(line))
        count = len(rows_of(lines))
        # A row: it is selected, and a second click opens it.
        click(terminal, titles + 3, 20, encode)
        terminal.wait("the third row", lambda now: now[titles + 3].startswith(">"))
        click(terminal, titles + 3, 20, encode)
        terminal.wait_for("bytes in use")
        # The wheel moves a page of details.
        before = terminal.lines()
        terminal.type(encode(WHEEL_DOWN, 15, 10))
        terminal.wait("further down", lambda now: now[4] != before[4] and now[4] == before[7])
        terminal.type(encode(WHEEL_UP, 15, 10))
        terminal.wait("where it was", lambda now: now == before)
        terminal.press("Escape", "MOUNT")
        # And the selection of a table.
        terminal.keys("g")
        terminal.wait("the first row", lambda now: selected_of(now) == rows_of(now)[0])
        terminal.type(encode(WHEEL_DOWN, titles + 2, 10))
        terminal.wait("the fourth row", lambda now: selected_of(now) == rows_of(now)[3])
        # A title sorts, and sorts the other way when it is clicked again.
        column = lines[titles].index("USED")
        click(terminal, titles, column, encode)
        first = rows_of(terminal.wait("sorted by USED", lambda now: "USEDv" in now[titles] and now))
        click(terminal, titles, column, encode)
        other = rows_of(terminal.wait("the other way", lambda now: "USED^" in now[titles] and now))
        equal("rows", (len(first), len(other)), (count, count))
        assert first[0][3:] != other[0][3:], first
        # A tab of the foot.
        click(terminal, 31, lines[31].index("3 Events"), encode)
        terminal.wait_for("[3 Events]")
        # Where nothing is nothing happens.
        click(terminal, 0, 5, encode)
        click(terminal, 2, 100, encode)
        terminal.wait_for("[3 Events]")


def case_mouse_of_xterm():
    check_mouse("xterm-256color", sgr)


def case_mouse_of_screen():
    check_mouse("screen-256color", x10)


def case_m_gives_the_mouse_to_the_terminal():
    with at_the_end() as terminal:
        equal("reporting", terminal.about("mouse_any_flag"), "1")
        terminal.keys("m")
        terminal.wait("no reporting", lambda _: terminal.about("mouse_any_flag") == "0")
        terminal.keys("m")
        terminal.wait("reporting", lambda _: terminal.about("mouse_any_flag") == "1")
    with Wire(*REPLAY) as wire:
        wire.wait_for(" END")
        assert b"\x1b[?1006;1000h" in wire.bytes, "the mouse was never asked for"
        wire.quiet()
        wire.send("m")
        data = wire.answer()
        assert b"\x1b[?1006;1000l" in data or b"\x1b[?1000l" in data, data
        # And it stays off when the terminal is given back.
        wire.quit()


CASES = [value for name, value in list(globals().items()) if name.startswith("case_")]
