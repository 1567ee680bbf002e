"""The shapes of a plot but its lines: what lies behind them, and what lies on top."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from bnsim.pictures.palette import contrast, mix
from bnsim.pictures.types import (
    Array,
    Band,
    Box,
    Circle,
    Color,
    Curve,
    Note,
    PlotPicture,
    Shape,
    Strokes,
    Text,
)
from bnsim.views.plot_layout import TOP_PAD, Frame, Layout
from bnsim.views.plot_symbols import symbol
from bnsim.views.plot_words import header, headings, legend, sentences, tick_words

EDGE: Final = 6.0
BAND_RADIUS: Final = 3.0
LEAST_CONTRAST: Final = 3.0

ToPixels = Callable[[Array | float], Array]


def back_shapes(picture: PlotPicture, layout: Layout, line: Color = "") -> list[Shape]:
    """Return the ground, bands, grids and all words outside of the panels.

    `line` frames the plot as a card.
    """
    shapes: list[Shape] = []
    if line:
        size = (layout.width - 1, layout.height - 1)
        shapes.append(Box(0.5, 0.5, *size, picture.background, line, 1.0, 6.0))
    shapes += header(picture, layout)
    for frame in layout.frames:
        shapes += _behind(picture, frame)
        shapes += tick_words(picture, frame, layout.width)
        shapes += headings(picture, frame)
    return shapes + legend(picture, layout) + sentences(picture, layout)


def front_shapes(picture: PlotPicture, layout: Layout) -> list[Shape]:
    """Return symbols, the labels in them, and notes."""
    shapes: list[Shape] = []
    for frame in layout.frames:
        for curve in frame.panel.curves:
            shapes += _symbols(picture, frame, curve)
        shapes += [_note(frame, note) for note in frame.panel.notes if note.text]
    return shapes


# -- axes ------------------------------------------------------------------------
def _behind(picture: PlotPicture, frame: Frame) -> Iterator[Shape]:
    """Bands, then grids, then the line of the horizontal axis and verticals."""
    panel = frame.panel
    for band in panel.bands:
        yield from _band(frame, band)
    grid = []
    if panel.y.grid:
        grid += [(frame.x, y, frame.right, y) for y in _places(frame.py, panel.y.ticks)]
    if panel.x.grid:
        grid += [(x, frame.y, x, frame.bottom) for x in _places(frame.px, panel.x.ticks)]
    if grid:
        yield Strokes(np.array(grid), picture.grid_color, 1.0)
    if panel.x.ticks:
        base = math.floor(frame.bottom) + 0.5
        color = mix(picture.grid_color, picture.muted_color, 0.3)
        yield Strokes(np.array([[frame.x, base, frame.right, base]]), color, 1.0)
    for x, color, dashed in panel.verticals:
        at = float(frame.px(x))
        if frame.x <= at <= frame.right:
            yield Strokes(np.array([[at, frame.y, at, frame.bottom]]), color, 1.2, dashed)


def _places(to_pixels: ToPixels, ticks: tuple[tuple[float, str], ...]) -> list[float]:
    """Ticks in the middle of a pixel, where a line of one pixel is sharp."""
    found = [float(to_pixels(at)) for at, _ in ticks]
    return [math.floor(at) + 0.5 for at in found if math.isfinite(at)]


def _band(frame: Frame, band: Band) -> Iterator[Shape]:
    x0, x1 = _ends(frame.px, band.x0, band.x1, frame.x, frame.right)
    y1, y0 = _ends(frame.py, band.y1, band.y0, frame.y, frame.bottom)
    inner = None not in (band.x0, band.x1, band.y0, band.y1)
    if x1 > x0 and y0 > y1:
        yield Box(x0, y1, x1 - x0, y0 - y1, band.color, radius=BAND_RADIUS if inner else 0.0)


def _ends(
    to_pixels: ToPixels, first: float | None, second: float | None, low: float, high: float
) -> tuple[float, float]:
    """Two ends in pixels, inside the panel; None and what is no number reach its edge."""
    ends = []
    for value, edge in ((first, low), (second, high)):
        at = edge if value is None else float(to_pixels(value))
        ends.append(min(max(at, low), high) if math.isfinite(at) else edge)
    return ends[0], ends[1]


# -- data ------------------------------------------------------------------------
def _symbols(picture: PlotPicture, frame: Frame, curve: Curve) -> list[Shape]:
    if not curve.symbol:
        return []
    n = min(len(curve.x), len(curve.y))
    x, y = frame.px(curve.x[:n]), frame.py(curve.y[:n])
    shapes: list[Shape] = []
    for i in np.flatnonzero(frame.holds(x, y)).tolist():
        at = float(x[i]), float(y[i])
        shapes += symbol(curve.symbol, *at, curve.symbol_size, curve.color, picture.background)
        if i < len(curve.labels):
            if curve.symbol == "disc":  # a thin gap, so that numbered discs stay apart
                shapes.append(Circle(*at, curve.symbol_size / 2, "", picture.background, 1.0))
            shapes.append(_label(picture, curve, *at, curve.labels[i]))
    return shapes


def _label(picture: PlotPicture, curve: Curve, x: float, y: float, text: str) -> Text:
    size = min(9.0, max(8.0, 0.62 * curve.symbol_size))
    inside = picture.background if curve.symbol == "ring" else curve.color
    # The ground shining through looks calmer, where it can be read.
    hollow = contrast(picture.background, inside) >= LEAST_CONTRAST
    color = picture.background if hollow else picture.text_color
    return Text(x, y, text, size, color, True)


def _note(frame: Frame, note: Note) -> Text:
    """A note at its point, or inside the edge that its coordinate is beyond."""
    share = {"left": 0.0, "center": 0.5, "right": 1.0}[note.align]
    x = float(frame.px(math.nan if note.x is None else note.x))
    y = float(frame.py(math.nan if note.y is None else note.y))
    x = frame.x + EDGE + share * (frame.width - 2 * EDGE) if math.isnan(x) else x
    x = min(max(x, frame.x + EDGE), frame.right - EDGE)
    y = frame.y + TOP_PAD if math.isnan(y) else min(max(y, frame.y + TOP_PAD), frame.bottom - EDGE)
    room = frame.right - x if note.align == "left" else 0.0
    return Text(x, y, note.text, note.size, note.color, note.bold, note.align, max(room, 0.0))
