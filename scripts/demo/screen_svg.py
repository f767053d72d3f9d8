#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""screen_svg.py TITLE: what `tmux capture-pane -e -p` prints, from standard input, as an SVG on standard output.

Knows the 16 colours, bold, dim, underline and reverse, which is what the screen is drawn with. Blocks and lines are
drawn as rectangles: no font leaves a gap between them then.
"""
import re
import sys
import unicodedata
from itertools import groupby
from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH, HEIGHT, BASELINE, MARGIN = 8, 17, 13, 12  # of a cell, and around them all
FOREGROUND, BACKGROUND = "#d8dee6", "#14181d"
COLOURS = ("#2a3038", "#ff6b60", "#6fcf83", "#f2c14e", "#6aa7f0", "#cf8df0", "#4fc7d4", "#d8dee6",
           "#6b7683", "#ff8f86", "#93e0a3", "#ffd978", "#93c1ff", "#e0b2ff", "#7fe0ea", "#ffffff")
SEQUENCE = re.compile(r"\x1b\[([0-9;]*)m|\x1b[()][A-Za-z0-9]|[\x0e\x0f]|(.)", re.DOTALL)
# Of the cell: x, y, width and height in eighths.
RECTANGLES = {chr(0x2580 + n): (0, 8 - n, 8, n) for n in range(1, 9)}
RECTANGLES |= {"─": (0, 3.7, 8, 0.6), "│": (3.5, 0, 1, 8), "┃": (3, 0, 2, 8)}


class Look(NamedTuple):
    colour: int | None = None
    background: int | None = None
    bold: bool = False
    dim: bool = False
    underline: bool = False
    reverse: bool = False

    def foreground_of(self):
        colour = self.background if self.reverse else self.colour
        return (BACKGROUND if self.reverse else FOREGROUND) if colour is None else COLOURS[colour]

    def background_of(self):
        colour = self.colour if self.reverse else self.background
        return (FOREGROUND if self.reverse else BACKGROUND) if colour is None else COLOURS[colour]


def changed(look, codes):
    """The look after ESC [ codes m."""
    for code in map(int, (codes or "0").split(";")):
        if code == 0:
            look = Look()
        elif code in (1, 2, 4, 7):
            look = look._replace(**{{1: "bold", 2: "dim", 4: "underline", 7: "reverse"}[code]: True})
        elif code == 22:
            look = look._replace(bold=False, dim=False)
        elif code in (24, 27):
            look = look._replace(**{{24: "underline", 27: "reverse"}[code]: False})
        elif 30 <= code <= 37 or 90 <= code <= 97:
            look = look._replace(colour=code - 30 if code < 90 else code - 82)
        elif 40 <= code <= 47 or 100 <= code <= 107:
            look = look._replace(background=code - 40 if code < 100 else code - 92)
        elif code == 39:
            look = look._replace(colour=None)
        elif code == 49:
            look = look._replace(background=None)
        else:
            sys.exit(f"screen_svg.py: a screen of the tool has no SGR {code}")
    return look


def cells_of(line, look):
    """[column, text, look] of each character, and the look that the next line begins with."""
    cells = []
    column = 0
    for match in SEQUENCE.finditer(line):
        if match.group(1) is not None:
            look = changed(look, match.group(1))
        character = match.group(2)
        if character is None:
            continue
        if unicodedata.combining(character) and cells:
            cells[-1][1] += character
            continue
        cells.append([column, character, look])
        column += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return cells, look


def number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def rectangle(x, y, width, height, fill, more=""):
    return (f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" '
            f'fill="{fill}"{more}/>')


def draw_run(row, cells, columns):
    """Neighbours of one look."""
    look = cells[0][2]
    x, y = MARGIN + cells[0][0] * WIDTH, MARGIN + row * HEIGHT
    width = (cells[-1][0] + 1 - cells[0][0]) * WIDTH
    colour = look.foreground_of()
    opacity = ' opacity=".6"' if look.dim else ""
    if look.background_of() != BACKGROUND:
        whole = columns * WIDTH if cells[0][0] == 0 and cells[-1][0] >= columns - 1 else width
        yield rectangle(x, y, whole, HEIGHT, look.background_of())
    if look.underline:
        yield rectangle(x, y + HEIGHT - 2, width, 1, colour, opacity)
    for character, same in groupby(cells, key=lambda cell: cell[1] if cell[1] in RECTANGLES else None):
        same = list(same)
        at = MARGIN + same[0][0] * WIDTH
        if character is not None:
            left, top, wide, high = RECTANGLES[character]
            pieces = [(at, len(same))] if wide == 8 else [(MARGIN + cell[0] * WIDTH, 1) for cell in same]
            for piece, count in pieces:
                yield rectangle(piece + left * WIDTH / 8, y + top * HEIGHT / 8, wide * WIDTH / 8 * count,
                                high * HEIGHT / 8, colour, opacity)
            continue
        text = "".join(cell[1] for cell in same)
        at += (len(text) - len(text.lstrip())) * WIDTH
        text = text.strip()
        if not text:
            continue
        attributes = "" if colour == FOREGROUND else f' fill="{colour}"'
        attributes += ' font-weight="bold"' if look.bold else ""
        length = f' textLength="{len(text) * WIDTH}"' if len(text) > 1 else ""
        yield f'<text x="{at}" y="{y + BASELINE}"{length}{attributes}{opacity}>{escape(text)}</text>'


def svg_of(lines, title):
    rows, look = [], Look()
    for line in lines:
        cells, look = cells_of(line, look)
        rows.append(cells)
    while rows and not any(text.strip() or look.reverse for _, text, look in rows[-1]):
        rows.pop()
    columns = max((cells[-1][0] + 1 for cells in rows if cells), default=1)
    width, height = columns * WIDTH + 2 * MARGIN, len(rows) * HEIGHT + 2 * MARGIN
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
           f'font-family="DejaVu Sans Mono,Menlo,Consolas,Liberation Mono,monospace" font-size="13" fill="{FOREGROUND}" '
           'xml:space="preserve" shape-rendering="crispEdges">')
    yield f"<title>{escape(title)}</title>"
    yield f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}" shape-rendering="auto"/>'
    for row, cells in enumerate(rows):
        for _, run in groupby(cells, key=lambda cell: cell[2]):
            yield from draw_run(row, list(run), columns)
    yield "</svg>"


def main(title):
    text = sys.stdin.buffer.read().decode("utf-8")
    print("\n".join(svg_of(text.split("\n"), title)))


if __name__ == "__main__":
    main(*sys.argv[1:])
