"""Where the parts of a plot stand: header, panels, ticks, legend, conclusion.

Everything here is in logical pixels, so that a plot k times as large is the same plot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from bnsim.pictures.types import Array, Axis, LegendEntry, Panel, PlotPicture
from bnsim.views.fonts import text_width

MARGIN: Final = 14.0
HEADER_Y: Final = 20.0
HEADER_BOTTOM: Final = 33.0
TITLE_SIZE, SUBTITLE_SIZE, TEXT_SIZE, TICK_SIZE = 13.0, 11.5, 12.0, 11.0
#: Heights of one row of panel titles, ticks, legend and conclusion.
TITLE_ROW, TICK_ROW, LEGEND_ROW, TEXT_ROW = 17.0, 19.0, 19.0, 17.0
#: Between tick texts and the data, and from one panel to the next.
TICK_GAP, PANEL_GAP = 7.0, 20.0
TOP_PAD, BOTTOM_PAD = 8.0, 8.0
#: Without so much height for the data the legend and the conclusion give way.
LEAST_DATA: Final = 54.0
LEAST_SIDE: Final = 8.0
#: An axis label no wider than this stands in the room of the other axis' numbers.
LABEL_ROOM: Final = 44.0
ENTRY_GAP: Final = 18.0
_FAR_SPANS: Final = 10.0

#: Rows of a legend: entries with where each starts.
Rows = tuple[tuple[tuple[LegendEntry, float], ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The rectangle of one panel's data, and how its coordinates map into it."""

    panel: Panel
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def px(self, x: Array | float) -> Array:
        """Pixels of values on the horizontal axis; NaN stays NaN, infinity is far away."""
        low, high = span(self.panel.x)
        return self.x + shares(x, low, high) * self.width

    def py(self, y: Array | float) -> Array:
        """Pixels of values on the vertical axis."""
        low, high = span(self.panel.y)
        return self.bottom - shares(y, low, high) * self.height

    def holds(self, x: Array, y: Array, grace: float = 2.0) -> np.ndarray:
        """Whether points in pixels lie on the panel."""
        across = (x >= self.x - grace) & (x <= self.right + grace)
        return across & (y >= self.y - grace) & (y <= self.bottom + grace)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Everything but the shapes: rows are (entry, x) lists and plain lines."""

    width: float
    height: float
    frames: tuple[Frame, ...]
    legend_y: float
    legend: Rows
    lines_y: float
    lines: tuple[str, ...]
    warning: str


def span(axis: Axis) -> tuple[float, float]:
    """Return the ends of an axis; 0 to 1 where they are no range."""
    low, high = float(axis.low), float(axis.high)
    sane = math.isfinite(low) and math.isfinite(high) and high - low > 1e-12 * max(abs(low), 1e-9)
    return (low, high) if sane and max(abs(low), abs(high)) < 1e12 else (0.0, 1.0)


def shares(values: Array | float, low: float, high: float) -> Array:
    """Return where values stand between low (0) and high (1), at most a few spans away."""
    with np.errstate(all="ignore"):
        found = (np.asarray(values, dtype=np.float64) - low) / (high - low)
        return np.clip(found, -_FAR_SPANS, _FAR_SPANS + 1)


def lay_out(picture: PlotPicture, width: float, height: float) -> Layout:
    """Divide the area into header, panels, legend and sentences."""
    top = HEADER_BOTTOM + TOP_PAD + TITLE_ROW * any(map(_has_heading, picture.panels))
    ticks = TICK_ROW * any(panel.x.ticks for panel in picture.panels)
    room = height - BOTTOM_PAD - ticks - top - TEXT_ROW * bool(picture.warning)
    legend, lines = _fitting(picture, width - 2 * MARGIN, room - LEAST_DATA)
    data = max(room - _height(legend, lines), LEAST_SIDE)
    legend_y = top + data + ticks
    lines_y = legend_y + LEGEND_ROW * len(legend)
    frames = _frames(picture.panels, width, top, data)
    return Layout(width, height, frames, legend_y, legend, lines_y, lines, picture.warning)


def _fitting(picture: PlotPicture, width: float, height: float) -> tuple[Rows, tuple[str, ...]]:
    """Return as much of the legend and the conclusion as there is room for."""
    legend, lines = _wrapped(picture.legend, width), _broken(picture.conclusion, width)
    choices = ((legend, lines), (legend, lines[:1]), (legend[:1], lines[:1]), ((), lines[:1]))
    return next((both for both in choices if _height(*both) <= height), ((), ()))


def _height(legend: Rows, lines: tuple[str, ...]) -> float:
    return LEGEND_ROW * len(legend) + TEXT_ROW * len(lines)


def gutter(panel: Panel) -> float:
    """Return the room that a panel's vertical numbers need, label of x included."""
    widest = max((text_width(text, TICK_SIZE) for _, text in panel.y.ticks), default=0.0)
    label = text_width(panel.x.label, TICK_SIZE) if panel.x.label else 0.0
    if widest and label <= LABEL_ROOM:
        widest = max(widest, label)
    return math.ceil(widest + TICK_GAP) if widest else 0.0


def _has_heading(panel: Panel) -> bool:
    return bool(panel.title or panel.y.label)


def _frames(
    panels: tuple[Panel, ...], width: float, top: float, height: float
) -> tuple[Frame, ...]:
    """Put panels side by side, with data of equal width."""
    gutters = [gutter(panel) for panel in panels]
    room = width - 2 * MARGIN - sum(gutters) - PANEL_GAP * (len(panels) - 1)
    each = max(room / max(len(panels), 1), LEAST_SIDE)
    frames, x = [], MARGIN
    for panel, left in zip(panels, gutters, strict=True):
        frames.append(Frame(panel, x + left, top, each, height))
        x += left + each + PANEL_GAP
    return tuple(frames)


def symbol_width(entry: LegendEntry) -> float:
    """Return the width of what stands before an entry's words."""
    return 22.0 if entry.line else 11.0


def _wrapped(entries: tuple[LegendEntry, ...], room: float) -> Rows:
    """Put entries into rows, with where each starts."""
    rows: list[list[tuple[LegendEntry, float]]] = []
    x = room + 1
    for entry in entries:
        wide = symbol_width(entry) + 6 + text_width(entry.text, TICK_SIZE)
        if not rows or x + wide > room:
            rows.append([])
            x = 0.0
        rows[-1].append((entry, MARGIN + x))
        x += wide + ENTRY_GAP
    return tuple(map(tuple, rows))


def _broken(text: str, room: float) -> tuple[str, ...]:
    """Break a sentence into two lines at a space where it is too wide for one."""
    if not text or text_width(text, TEXT_SIZE) <= room:
        return (text,) if text else ()
    words = text.split(" ")
    for count in range(len(words) - 1, 0, -1):
        first = " ".join(words[:count])
        if text_width(first, TEXT_SIZE) <= room:
            return first, " ".join(words[count:])
    return (text,)
