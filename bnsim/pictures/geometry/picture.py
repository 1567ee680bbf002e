"""A neuron's batch as one arrow: standardizing puts it on a circle, whatever it was."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.canvas import MARGIN, Canvas
from bnsim.pictures.captions import Frames
from bnsim.pictures.geometry.bars import draw_bars, draw_two
from bnsim.pictures.geometry.plane import draw_plane
from bnsim.pictures.geometry.words import Vectors, why_nothing, words_of
from bnsim.pictures.look import Look
from bnsim.pictures.microscope.words import wrapped
from bnsim.pictures.names import neuron_name
from bnsim.pictures.types import Picture

Array = NDArray[np.float64]

TOP, BARE_TOP = 36.0, 8.0
SIZE, LINE, GAP = 11.0, 14.5, 4.0
#: From this width on the words stand beside the drawing, in a column of this width.
BESIDE, COLUMN = 520.0, 235.0
#: Words below the drawing take at most this share of the height.
WORDS_SHARE = 0.36


def geometry_picture(frames: Frames, look: Look, width: float, height: float) -> Picture:
    """Draw the m standardized values of the selected neuron as one vector.

    For m = 3 the vector (x̂₁, x̂₂, x̂₃) lies in the plane orthogonal to (1, 1, 1), which is seen
    face on; its length is √(m v / (v + ε)).  For m = 2 that plane is a line with two possible
    points.  For larger m the picture shows the bound √(m - 1) of every x̂ and the length.

    Parameters
    ----------
    frames : mapping of lane to Frame
        Both lanes; the neuron is that of the lane with batch normalization.
    look : Look
    width, height : float
        In logical pixels.

    Returns
    -------
    Picture
        Marks: ("slot", layer, unit, sample) for what belongs to one sample.
    """
    canvas, frame = Canvas(width, height, look.theme), frames["with"]
    canvas.ground()
    name = neuron_name(frame, *look.selected)
    with np.errstate(all="ignore"):
        said = _draw(canvas, frames, look)
    if look.title:
        canvas.title(f"{name}: the batch as one arrow", _context(frames))
    return canvas.picture(f"{name}: the batch as one arrow. {said}")


def _context(frames: Frames) -> str:
    frame = frames["with"]
    return f"batch {frame.cursor.batch + 1} · m = {frame.m}"


def _draw(canvas: Canvas, frames: Frames, look: Look) -> str:
    """The drawing and its words; only words where there is nothing to draw."""
    frame = frames["with"]
    top = TOP if look.title else BARE_TOP
    nothing = why_nothing(frame, look)
    if nothing:
        _sentence(canvas, nothing, top)
        return nothing
    vectors = Vectors(frame, look)
    words = words_of(vectors, canvas.theme)
    left, right, bottom = _place_words(canvas, words, top)
    draw = {2: draw_two, 3: draw_plane}.get(frame.m, draw_bars)
    draw(canvas, vectors, (left, top, right, bottom))
    return " ".join(text for text, _ in words)


def _sentence(canvas: Canvas, text: str, top: float) -> None:
    """One sentence in the middle of an empty picture."""
    room = canvas.width - 2 * MARGIN - 12
    lines = wrapped(text, 12, room)
    first = (top + canvas.height) / 2 - 9 * (len(lines) - 1)
    for i, line in enumerate(lines):
        canvas.text(canvas.width / 2, first + 18 * i, line, 12, canvas.theme.muted, room=room + 8)


def _place_words(
    canvas: Canvas, words: list[tuple[str, str]], top: float
) -> tuple[float, float, float]:
    """Write the words beside or below; give left, right and bottom of what is left over."""
    width, height = canvas.width, canvas.height
    if width >= BESIDE:
        column = min(max(COLUMN, 0.36 * width), 380.0)
        lines = _lines(words, column, math.inf)
        tall = sum(LINE + (GAP if first else 0.0) for _, _, first in lines)
        start = max(top + 6, (top + height - tall) / 2)
        _write(canvas, _cut(lines, height - 10 - start), width - MARGIN - column, start, column)
        return MARGIN, width - MARGIN - column - 10, height - 8
    room = width - 2 * MARGIN
    lines = _cut(_lines(words, room, 0.0), WORDS_SHARE * (height - top))
    tall = LINE * len(lines)
    _write(canvas, lines, MARGIN, height - 8 - tall, room)
    return MARGIN, width - MARGIN, height - 12 - tall


def _lines(words: list[tuple[str, str]], room: float, spaced: float) -> list[tuple[str, str, bool]]:
    """(text, colour, whether space stands above) of every line."""
    found = []
    for text, color in words:
        for i, line in enumerate(wrapped(text, SIZE, room)):
            found.append((line, color, i == 0 and bool(spaced)))
    return found


def _cut(lines: list[tuple[str, str, bool]], room: float) -> list[tuple[str, str, bool]]:
    """As many lines as there is room for."""
    heights = np.cumsum([LINE + (GAP if first else 0.0) for _, _, first in lines])
    return [line for line, end in zip(lines, heights, strict=True) if end <= room]


def _write(
    canvas: Canvas, lines: list[tuple[str, str, bool]], x: float, top: float, room: float
) -> None:
    y = top
    for text, color, first in lines:
        y += GAP if first else 0.0
        canvas.text(x, y + LINE / 2, text, SIZE, color, align="left", room=room + 6)
        y += LINE
