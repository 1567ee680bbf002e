"""What colours, lines and rings mean, always on the screen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bnsim.pictures.canvas import Canvas, text_width
from bnsim.pictures.palette import Theme, mix, value_color
from bnsim.pictures.scales import NORMAL_REACH, WEIGHT_REACH, line_width, value_reach
from bnsim.pictures.types import Box, Picture, Strokes
from bnsim.pictures.words import MINUS, number
from bnsim.sim.frame import Frame
from bnsim.sim.rules import OUTLIER_TIMES, SCALE_TIMES

ROW, PAD, GAP = 22.0, 14.0, 16.0
SIZE = 11.0

Draw = Callable[[Canvas, float, float], None]
Entry = tuple[float, Draw, str]


def legend_picture(frame: Frame, theme: Theme, width: float) -> Picture:
    """The legend, wrapped to ``width``.

    Its height is that of the longest legend of the scenario, so that nothing moves when
    the steps go backward.
    """
    variants = {backward: _wrapped(_entries(frame, backward), width) for backward in (False, True)}
    rows = variants[frame.backward_shown]
    height = max(len(found) for found in variants.values()) * ROW + 6
    canvas = Canvas(width, height, theme)
    canvas.box(0.5, 0.5, width - 1, height - 1, theme.panel, theme.panel_line, radius=6)
    for index, row in enumerate(rows):
        _draw_row(canvas, row, 3 + ROW * (index + 0.5))
    words = [text for row in rows for _, _, text in row]
    return canvas.picture("Legend: " + "; ".join(words))


def _draw_row(canvas: Canvas, row: list[Entry], y: float) -> None:
    x = PAD
    for symbol, draw, text in row:
        draw(canvas, x, y)
        canvas.text(x + symbol + 7, y, text, SIZE, canvas.theme.muted, align="left")
        x += _room((symbol, draw, text))


def _room(entry: Entry) -> float:
    return entry[0] + 7 + text_width(entry[2], SIZE) + GAP


def _wrapped(entries: list[Entry], width: float) -> list[list[Entry]]:
    rows: list[list[Entry]] = [[]]
    used = PAD
    for entry in entries:
        if rows[-1] and used + _room(entry) - GAP > width - PAD:
            rows.append([])
            used = PAD
        rows[-1].append(entry)
        used += _room(entry)
    return rows


def _entries(frame: Frame, backward: bool) -> list[Entry]:
    outlier: Entry = (26.0, _red, f"outlier: |w| ≥ {OUTLIER_TIMES:.0f} × rms of others")
    if backward:
        return [
            (122.0, _bar(0.0), "gradient: full colour at the largest of each lane"),
            (26.0, _negative, "negative gradient or weight"),
            outlier,
        ]
    trays = [i for i, p in enumerate(frame.schedule.placements) if p != "none"]
    scaled = any(frame.schedule.layers[i].affine for i in trays)
    return [
        (112.0, _bar(value_reach(frame)), "neuron"),
        *([(112.0, _bar(NORMAL_REACH), "normalized")] if trays else []),
        (26.0, _negative, "negative"),
        (112.0, _bar(WEIGHT_REACH), "weight"),
        outlier,
        (18.0, _flagged, f"out of scale: rms > {SCALE_TIMES:.0f} × usual"),
        (20.0, _waiting, "waits"),
        *([(20.0, _scaled_edge, "scaled, shifted")] if scaled else []),
    ]


def _scaled_edge(canvas: Canvas, x: float, y: float) -> None:
    canvas.box(x, y - 6, 20, 12, "", canvas.theme.scaled, 1.8)


def _bar(reach: float) -> Draw:
    """A colour bar with its ends and zero in numbers."""

    def draw(canvas: Canvas, x: float, y: float) -> None:
        theme = canvas.theme
        end = number(reach) if reach else "max"
        canvas.text(x + 26, y, f"{MINUS}{end}", SIZE, theme.text, align="right")
        fills = tuple(value_color(theme, float(v), 1.0) for v in np.linspace(-1, 1, 21))
        canvas.add(Box(x + 31, y - 5, 54, 10, fills))
        canvas.text(x + 90, y, f"+{end}", SIZE, theme.text, align="left")

    return draw


def _line(canvas: Canvas, x: float, y: float, color: str, width: float, dashed: bool) -> None:
    canvas.add(Strokes(np.array([[x, y, x + 26.0, y]]), color, width, dashed))


def _negative(canvas: Canvas, x: float, y: float) -> None:
    color = mix(canvas.theme.zero, canvas.theme.negative, 0.75)
    _line(canvas, x, y, color, line_width(0.3), True)


def _red(canvas: Canvas, x: float, y: float) -> None:
    _line(canvas, x, y, canvas.theme.outlier, 6.0, False)


def _flagged(canvas: Canvas, x: float, y: float) -> None:
    canvas.circle(x + 9, y, 7, canvas.theme.flagged, canvas.theme.outlier, 2.6)


def _waiting(canvas: Canvas, x: float, y: float) -> None:
    canvas.circle(x + 10, y, 7, canvas.theme.panel, canvas.theme.muted, 1.2, dashed=True)
    canvas.text(x + 10, y - 2, "…", 10, canvas.theme.muted, bold=True)
