"""What the pointer is on, anywhere in the window, ringed in the graph."""

from __future__ import annotations

from bnsim.pictures.canvas import Canvas
from bnsim.pictures.quantity import marks_of
from bnsim.pictures.types import Box, Circle, Key, Mark, Strokes
from bnsim.sim.frame import Frame

ROUND = ("input", "neuron", "behind")
HEAVY = 2.0


def draw_lit(canvas: Canvas, frame: Frame, lit: Key | None) -> None:
    """A ring round the marks, and a second colour on the lines, that stand for ``lit``."""
    keys = marks_of(frame, lit)
    if not keys:
        return
    lines = canvas.lines_of(keys)
    if len(lines):
        # Below the badges: the number on a line must be read while it is lit.
        theme = canvas.theme
        canvas.top[:0] = [Strokes(lines, theme.panel, 5.0), Strokes(lines, theme.accent, 2.6)]
    for mark in canvas.marks:
        if mark.key in keys:
            canvas.top.append(_ring(mark, canvas.theme.accent))


def _ring(mark: Mark, color: str) -> Circle | Box:
    if mark.key[0] in ROUND:
        return Circle(mark.x, mark.y, mark.width / 2 + 1.0, "", color, HEAVY)
    width, height = mark.width + 2.0, mark.height + 2.0
    left, top = mark.x - width / 2, mark.y - height / 2
    return Box(left, top, width, height, "", color, HEAVY, 4.0)
