"""The shapes of a plot but its lines: what lies behind them, and what lies on top."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from bnsim.pictures.palette import DARK, LIGHT, contrast, luminance, mix
from bnsim.pictures.types import (
    Align,
    Arrow,
    Band,
    Box,
    Circle,
    Color,
    Curve,
    LegendEntry,
    Note,
    PlotPicture,
    Shape,
    Strokes,
    Symbol,
    Text,
)
from bnsim.views.fonts import text_width
from bnsim.views.plot_layout import (
    HEADER_BOTTOM,
    HEADER_Y,
    LEGEND_ROW,
    MARGIN,
    SUBTITLE_SIZE,
    TEXT_ROW,
    TEXT_SIZE,
    TICK_GAP,
    TICK_ROW,
    TICK_SIZE,
    TITLE_ROW,
    TITLE_SIZE,
    TOP_PAD,
    Frame,
    Layout,
    symbol_width,
)

RING_WIDTH: Final = 1.6
EDGE: Final = 6.0
BAND_RADIUS: Final = 3.0
LEAST_CONTRAST: Final = 3.0


def back_shapes(picture: PlotPicture, layout: Layout, line: Color = "") -> list[Shape]:
    """Return the ground, bands, grids and all words outside of the panels.

    `line` frames the plot as a card.
    """
    shapes: list[Shape] = []
    if line:
        size = (layout.width - 1, layout.height - 1)
        shapes.append(Box(0.5, 0.5, *size, picture.background, line, 1.0, 6.0))
    shapes += _header(picture, layout)
    for frame in layout.frames:
        shapes += _behind(picture, frame)
        shapes += _ticks(picture, frame, layout.width)
        shapes += _headings(picture, frame)
    return shapes + _legend(picture, layout) + _lines(picture, layout)


def front_shapes(picture: PlotPicture, layout: Layout) -> list[Shape]:
    """Return symbols, the labels in them, and notes."""
    shapes: list[Shape] = []
    for frame in layout.frames:
        for curve in frame.panel.curves:
            shapes += _symbols(picture, frame, curve)
        shapes += [_note(frame, note) for note in frame.panel.notes if note.text]
    return shapes


# -- words -----------------------------------------------------------------------
def _header(picture: PlotPicture, layout: Layout) -> list[Shape]:
    """Title left and subtitle right; neither reaches into the other."""
    room, gap = layout.width - 2 * MARGIN, 12.0
    title = text_width(picture.title, TITLE_SIZE, True)
    wanted = text_width(picture.subtitle, SUBTITLE_SIZE)
    subtitle = min(wanted, max(room - gap - title, 0.35 * room)) if picture.subtitle else 0.0
    left = room - (subtitle + gap if subtitle else 0.0)
    right = layout.width - MARGIN
    return [
        Text(MARGIN, HEADER_Y, picture.title, TITLE_SIZE, picture.text_color, True, "left", left),
        Text(
            right, HEADER_Y, picture.subtitle, SUBTITLE_SIZE, picture.muted_color,
            False, "right", max(subtitle, 1.0),
        ),
    ]  # fmt: skip


def _headings(picture: PlotPicture, frame: Frame) -> list[Shape]:
    """A panel's title over its middle, the name of its vertical axis over its numbers."""
    panel, y = frame.panel, HEADER_BOTTOM + TITLE_ROW / 2
    color = panel.title_color or picture.muted_color
    middle = frame.x + frame.width / 2
    shapes: list[Shape] = []
    if panel.title:
        shapes.append(
            Text(middle, y, panel.title, TICK_SIZE, color, True, "center", frame.width)
        )
    if panel.y.label:
        room = frame.width / 2 if panel.title else frame.width
        muted = picture.muted_color
        shapes.append(Text(frame.x, y, panel.y.label, TICK_SIZE, muted, False, "left", room))
    return shapes


def _lines(picture: PlotPicture, layout: Layout) -> list[Shape]:
    """The warning with its triangle, then the conclusion."""
    shapes: list[Shape] = []
    y, room = layout.lines_y + TEXT_ROW / 2, layout.width - 2 * MARGIN
    if layout.warning:
        color = alert_color(picture.background)
        shapes.append(Arrow(MARGIN + 5, y, 10, color))
        shapes.append(
            Text(MARGIN + 16, y, layout.warning, TEXT_SIZE, color, True, "left", room - 16)
        )
        y += TEXT_ROW
    for text in layout.lines:
        color = picture.text_color
        shapes.append(Text(MARGIN, y, text, TEXT_SIZE, color, False, "left", room))
        y += TEXT_ROW
    return shapes


def alert_color(background: Color) -> Color:
    """The red that reads on a background."""
    return LIGHT.outlier if luminance(background) > 0.4 else DARK.outlier


def _legend(picture: PlotPicture, layout: Layout) -> list[Shape]:
    shapes: list[Shape] = []
    for row, entries in enumerate(layout.legend):
        y = layout.legend_y + LEGEND_ROW * (row + 0.5)
        for entry, x in entries:
            shapes += _entry(picture, entry, x, y)
            at, room = x + symbol_width(entry) + 6, layout.width - MARGIN - x
            muted = picture.muted_color
            shapes.append(Text(at, y, entry.text, TICK_SIZE, muted, False, "left", room))
    return shapes


def _entry(picture: PlotPicture, entry: LegendEntry, x: float, y: float) -> Iterator[Shape]:
    width = symbol_width(entry)
    if entry.line:
        yield Strokes(np.array([[x, y, x + width, y]]), entry.color, 1.6, entry.dashed)
    if entry.symbol:
        yield from symbol(entry.symbol, x + width / 2, y, 9.0, entry.color, picture.background)
    elif not entry.line:
        yield Box(x, y - 5, width, 10, entry.color, radius=2)


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


def _places(to_pixels: object, ticks: tuple[tuple[float, str], ...]) -> list[float]:
    """Ticks in the middle of a pixel, where a line of one pixel is sharp."""
    found = [float(to_pixels(at)) for at, _ in ticks]  # type: ignore[operator]
    return [math.floor(at) + 0.5 for at in found if math.isfinite(at)]


def _band(frame: Frame, band: Band) -> Iterator[Shape]:
    x0, x1 = _ends(frame.px, band.x0, band.x1, frame.x, frame.right)
    y1, y0 = _ends(frame.py, band.y1, band.y0, frame.y, frame.bottom)
    inner = None not in (band.x0, band.x1, band.y0, band.y1)
    if x1 > x0 and y0 > y1:
        yield Box(x0, y1, x1 - x0, y0 - y1, band.color, radius=BAND_RADIUS if inner else 0.0)


def _ends(
    to_pixels: object, first: float | None, second: float | None, low: float, high: float
) -> tuple[float, float]:
    """Two ends in pixels, inside the panel; None and what is no number reach its edge."""
    ends = []
    for value, edge in ((first, low), (second, high)):
        at = edge if value is None else float(to_pixels(value))  # type: ignore[operator]
        ends.append(min(max(at, low), high) if math.isfinite(at) else edge)
    return ends[0], ends[1]


def _ticks(picture: PlotPicture, frame: Frame, width: float) -> list[Shape]:
    return [*_x_ticks(picture, frame, width), *_y_ticks(picture, frame)]


def _x_ticks(picture: PlotPicture, frame: Frame, width: float) -> Iterator[Shape]:
    """Numbers under the panel; what would touch another one is left out."""
    y, color = frame.bottom + TICK_ROW / 2 + 1, picture.muted_color
    taken: list[tuple[float, float]] = []
    label = frame.panel.x.label
    if label:
        end = frame.x - TICK_GAP
        start = end - text_width(label, TICK_SIZE)
        align: Align = "right"
        if start < MARGIN - 1:
            end = frame.right
            start, align = end - text_width(label, TICK_SIZE), "right"
        taken.append((start, end))
        yield Text(end, y, label, TICK_SIZE, color, False, align)
    for at, text in _by_rank(frame.panel.x.ticks):
        middle, half = float(frame.px(at)), text_width(text, TICK_SIZE) / 2
        if not math.isfinite(middle) or not text:
            continue
        middle = min(max(middle, half + 4), width - half - 4)
        if all(middle - half > end + 6 or middle + half < start - 6 for start, end in taken):
            taken.append((middle - half, middle + half))
            yield Text(middle, y, text, TICK_SIZE, color)


def _y_ticks(picture: PlotPicture, frame: Frame) -> Iterator[Shape]:
    taken: list[float] = []
    for at, text in _by_rank(frame.panel.y.ticks):
        y = float(frame.py(at))
        if not math.isfinite(y) or not text or any(abs(y - other) < 12 for other in taken):
            continue
        taken.append(y)
        x, color = frame.x - TICK_GAP, picture.muted_color
        yield Text(x, y, text, TICK_SIZE, color, False, "right")


def _by_rank(ticks: tuple[tuple[float, str], ...]) -> list[tuple[float, str]]:
    """Zero first, for it is the last that may be left out."""
    return sorted(ticks, key=lambda tick: tick[1] != "0")


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


def symbol(
    kind: Symbol, x: float, y: float, size: float, color: Color, background: Color
) -> Iterator[Shape]:
    """One symbol, `size` pixels across."""
    if kind == "disc":
        yield Circle(x, y, size / 2, color)
    elif kind == "ring":
        yield Circle(x, y, (size - RING_WIDTH) / 2, background, color, RING_WIDTH)
    elif kind == "triangle":
        yield Arrow(x, y, size * 1.1, color)
    else:
        yield from _rail(kind, x, y, size, color)


def _rail(kind: Symbol, x: float, y: float, size: float, color: Color) -> Iterator[Shape]:
    """A triangle against a bar: the value is beyond the end of the axis."""
    up = kind == "arrow_up"
    yield Arrow(x, y, size, color, "up" if up else "down")
    bar = y - size * 0.68 if up else y + size * 0.68
    yield Box(x - size * 0.55, bar - 0.8, size * 1.1, 1.6, color)


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
