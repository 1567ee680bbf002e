"""The words of a plot: header, numbers, legend, sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from bnsim.pictures.palette import DARK, LIGHT, luminance
from bnsim.pictures.types import (
    Align,
    Arrow,
    Box,
    Color,
    LegendEntry,
    PlotPicture,
    Shape,
    Strokes,
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
    Frame,
    Layout,
    symbol_width,
)
from bnsim.views.plot_symbols import symbol


def header(picture: PlotPicture, layout: Layout) -> list[Shape]:
    """Title left and subtitle right; neither reaches into the other."""
    room, gap = layout.width - 2 * MARGIN, 12.0
    title = text_width(picture.title, TITLE_SIZE, True)
    wanted = text_width(picture.subtitle, SUBTITLE_SIZE)
    # The title first: a few letters of a subtitle say nothing.
    rest = room - gap - title
    subtitle = min(wanted, rest) if picture.subtitle and rest >= min(wanted, 90.0) else 0.0
    left = room - (subtitle + gap if subtitle else 0.0)
    shapes: list[Shape] = [
        Text(MARGIN, HEADER_Y, picture.title, TITLE_SIZE, picture.text_color, True, "left", left)
    ]
    if subtitle:
        right, color = layout.width - MARGIN, picture.muted_color
        words = (picture.subtitle, SUBTITLE_SIZE, color, False, "right", subtitle)
        shapes.append(Text(right, HEADER_Y, *words))
    return shapes


def headings(picture: PlotPicture, frame: Frame) -> list[Shape]:
    """A panel's title over its middle, the name of its vertical axis over its numbers."""
    panel, y = frame.panel, HEADER_BOTTOM + TITLE_ROW / 2
    color = panel.title_color or picture.muted_color
    middle = frame.x + frame.width / 2
    shapes: list[Shape] = []
    if panel.title:
        shapes.append(Text(middle, y, panel.title, TICK_SIZE, color, True, "center", frame.width))
    if panel.y.label:
        room = frame.width / 2 if panel.title else frame.width
        muted = picture.muted_color
        shapes.append(Text(frame.x, y, panel.y.label, TICK_SIZE, muted, False, "left", room))
    return shapes


def sentences(picture: PlotPicture, layout: Layout) -> list[Shape]:
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


def legend(picture: PlotPicture, layout: Layout) -> list[Shape]:
    """The rows of the legend."""
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


def tick_words(picture: PlotPicture, frame: Frame, width: float) -> list[Shape]:
    """The numbers of both axes."""
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
