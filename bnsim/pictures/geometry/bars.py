"""Two samples, which have two points to choose from, and many, which share one length."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.canvas import Canvas
from bnsim.pictures.geometry.words import Vectors, length
from bnsim.pictures.look import shown_sample
from bnsim.pictures.microscope.number_line import NumberLine
from bnsim.pictures.quantity import is_lit
from bnsim.pictures.types import Strokes
from bnsim.pictures.words import fixed, number

Array = NDArray[np.float64]
Area = tuple[float, float, float, float]

#: Up to so many samples bars stand in their order, with names.
MOST_NAMED = 16


def draw_two(canvas: Canvas, vectors: Vectors, area: Area) -> None:
    """A line with the two points that two standardized samples can have."""
    theme, (left, top, right, bottom) = canvas.theme, area
    line, y = NumberLine(-2.0, 2.0, left + 20, right - 20), (top + bottom) / 2
    canvas.add(Strokes(np.array([[line.left - 8, y, line.right + 8, y]]), theme.node_line, 1.2))
    for x, text in line.ticks():
        canvas.add(Strokes(np.array([[x, y - 4, x, y + 4]]), theme.node_line, 1.2))
        canvas.text(x, y + 26, text, 10.5, theme.muted)
    for place in (-1.0, 1.0):
        canvas.circle(line.at(place), y, 15, "", theme.muted, 1.2, dashed=True)
    canvas.text(line.at(0.0), y - 34, "the two points that there are", 11, theme.muted)
    _two_balls(canvas, vectors, line, y)


def _two_balls(canvas: Canvas, vectors: Vectors, line: NumberLine, y: float) -> None:
    x_hat, theme = vectors.x_hat, canvas.theme
    if x_hat is None or not np.isfinite(x_hat).all():
        return
    apart = abs(line.at(float(x_hat[0])) - line.at(float(x_hat[1]))) >= 18
    for sample, value in enumerate(x_hat):
        x = line.at(float(value))
        at = y if apart else y + (9 if sample else -9)
        ring = sample == shown_sample(vectors.frame, vectors.look)
        canvas.circle(x, at, 10, theme.normalized, theme.accent if ring else theme.panel, 1.8)
        canvas.text(x, at, str(sample + 1), 12, theme.fill_text_strong, bold=True)
        canvas.mark(("slot", *vectors.look.selected, sample), x, at, 22, 22)


def draw_bars(canvas: Canvas, vectors: Vectors, area: Area) -> None:
    """Bars of every |x-hat| below the bound, and the length of all beside its own."""
    left, top, right, bottom = area
    low = bottom - 46
    _each(canvas, vectors, (left, top, right, low))
    _norm(canvas, vectors, (left, low + 8, right, bottom))


def _each(canvas: Canvas, vectors: Vectors, area: Area) -> None:
    theme, (left, top, right, bottom) = canvas.theme, area
    named = vectors.m <= MOST_NAMED
    floor, ceiling = bottom - (16 if named else 4), top + 18
    x_hat = vectors.x_hat
    canvas.add(Strokes(np.array([[left, floor, right, floor]]), theme.node_line, 1.2))
    line = np.array([[left, ceiling, right, ceiling]])
    canvas.add(Strokes(line, theme.muted, 1.2, dashed=True))
    text = f"bound √(m − 1) = {fixed(vectors.bound, 3)}"
    canvas.text(left, ceiling - 9, text, 10.5, theme.muted, align="left")
    order = "" if named else ", largest first"
    canvas.text(right, ceiling - 9, f"|x̂|{order}", 10.5, theme.normalized, True, "right")
    if x_hat is None or not np.isfinite(x_hat).all():
        return
    order_of = np.arange(vectors.m) if named else np.argsort(-np.abs(x_hat), kind="stable")
    each = (right - left) / vectors.m
    for place, sample in enumerate(order_of):
        x = left + (place + 0.5) * each
        _bar(canvas, vectors, int(sample), x, each, (floor, ceiling))


def _bar(
    canvas: Canvas,
    vectors: Vectors,
    sample: int,
    x: float,
    each: float,
    heights: tuple[float, float],
) -> None:
    """One sample's bar: solid for a positive x-hat, hollow for a negative one."""
    theme, (floor, ceiling) = canvas.theme, heights
    key = ("slot", *vectors.look.selected, sample)
    value = 0.0 if vectors.x_hat is None else float(vectors.x_hat[sample])
    size = abs(value) / vectors.bound * (floor - ceiling)
    width = max(min(0.68 * each, 34.0), 0.8)
    outlined = width >= 4
    fill = theme.panel if value < 0 and outlined else theme.normalized
    ring = sample == shown_sample(vectors.frame, vectors.look)
    ring = ring or is_lit(vectors.frame, vectors.look.lit, key)
    line = theme.accent if ring else theme.normalized
    canvas.box(x - width / 2, floor - size, width, max(size, 0.5), fill,
               line if outlined else "", 1.8, radius=0)  # fmt: skip
    canvas.mark(key, x, floor - size / 2, each, size + 4)
    if vectors.m <= MOST_NAMED:
        canvas.text(x, floor + 10, str(sample + 1), 10, theme.muted)
    if vectors.m <= MOST_NAMED and each >= 30:
        _value(canvas, value, (x, floor - size), fill, ceiling)


def _value(
    canvas: Canvas, value: float, top: tuple[float, float], fill: str, ceiling: float
) -> None:
    """The number above a bar, or in it where the bar nearly reaches the bound."""
    theme, (x, y) = canvas.theme, top
    inside = y < ceiling + 14
    color = theme.fill_text_strong if inside and fill != theme.panel else theme.text
    canvas.text(x, y + (9 if inside else -8), number(value, True), 10, color)


def _norm(canvas: Canvas, vectors: Vectors, area: Area) -> None:
    """The length of x-hat against √m."""
    theme, (left, top, right, _) = canvas.theme, area
    whole, x_hat = math.sqrt(vectors.m), vectors.x_hat
    room, y = right - left, top + 18
    text = f"√m = √{vectors.m} = {fixed(whole, 3)}"
    canvas.text(right, top + 5, text, 10.5, theme.muted, align="right")
    canvas.box(left, y, room, 10, theme.field, radius=2)
    if x_hat is None or not np.isfinite(x_hat).all():
        return
    size = length(x_hat)
    canvas.box(left, y, room * min(size / whole, 1.0), 10, theme.normalized, radius=2)
    words = f"length √(Σ x̂²) = {fixed(size, 3)}"
    canvas.text(left, top + 5, words, 10.5, theme.normalized, True, "left")
