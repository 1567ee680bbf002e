"""What stands on and above one number line of the microscope: axis, words, bar, handles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.canvas import MARGIN, Canvas, text_width
from bnsim.pictures.look import Look
from bnsim.pictures.microscope.balls import MOST_BALLS
from bnsim.pictures.microscope.rows import Row, is_handle
from bnsim.pictures.microscope.words import nonfinite_words
from bnsim.pictures.palette import Theme, mix
from bnsim.pictures.quantity import Quantity, is_lit
from bnsim.pictures.types import Align, Arrow, Key, Strokes
from bnsim.pictures.words import number
from bnsim.sim.frame import Frame

Array = NDArray[np.float64]

#: Heights in a row: its words, the bar of mean and deviation, the words of the ticks.
HEAD, BAR, TICKS = 15.0, 11.0, 15.0


@dataclass(frozen=True, slots=True)
class Place:
    """Heights of one row in pixels."""

    head: float
    bar: float
    axis: float
    ticks: float


def place_of(top: float, zone: float) -> Place:
    """A row from ``top`` with so many pixels for its balls."""
    axis = top + HEAD + BAR + zone / 2
    ticks = axis + zone / 2 + TICKS / 2 - 2
    return Place(top + HEAD / 2, top + HEAD + BAR / 2, axis, ticks)


def row_color(theme: Theme, row: Row) -> str:
    """Charcoal for raw values and without BN, teal for normalized ones, violet for scaled."""
    colors = {"x_hat": theme.normalized, "with": theme.normalized, "y": theme.scaled}
    return colors.get(row.name, theme.raw)


@dataclass(frozen=True, slots=True)
class Ruler:
    """One row without its balls, on a canvas."""

    canvas: Canvas
    frame: Frame
    look: Look
    row: Row
    place: Place

    @property
    def theme(self) -> Theme:
        """The colours."""
        return self.canvas.theme

    @property
    def color(self) -> str:
        """The colour of the row."""
        return row_color(self.theme, self.row)

    def draw(self, ends: bool) -> None:
        """Everything but the balls; without ``ends`` nothing is known that gives the line them."""
        self._axis(ends)
        self._head()
        self._bar()
        self._lost()

    def _axis(self, ends: bool) -> None:
        theme, line, y = self.theme, self.row.line, self.place.axis
        color = theme.node_line
        self.canvas.add(Strokes(np.array([[line.left - 8, y, line.right + 8, y]]), color, 1.2))
        ticks = line.ticks() if ends else []
        marks = np.array([[x, y - 4, x, y + 4] for x, _ in ticks]).reshape(-1, 4)
        self.canvas.add(Strokes(marks, color, 1.2))
        for x, text in ticks:
            self._words(x, self.place.ticks, text, 10.5, theme.muted)

    def _words(
        self, x: float, y: float, text: str, size: float, color: str,
        align: Align = "center", bold: bool = False,
    ) -> None:  # fmt: skip
        """Words on a ground of their own: curves pass behind them."""
        width = text_width(text, size) * (1.08 if bold else 1.0)
        left = {"left": x - 2, "center": x - width / 2, "right": x - width}[align]
        self.canvas.box(left, y - size / 2 - 1, width, size + 2, self.theme.panel, radius=2)
        self.canvas.text(x, y, text, size, color, bold, align)

    def _head(self) -> None:
        """The name of the line, and its numbers as far as there is room."""
        row, y, right = self.row, self.place.head, self.canvas.width - MARGIN
        self._words(MARGIN + 4, y, row.title, 11, self.color, "left", True)
        least = MARGIN + 12 + 1.08 * text_width(row.title, 11)
        for index, (text, key) in enumerate(reversed(row.words)):
            text = f"{text} ·" if index else text
            width = text_width(text, 11)
            if right - width < least:
                break
            lit = key is not None and self._lit(key)
            color = self.theme.accent if lit else self.theme.muted
            self._words(right, y, text, 11, color, "right", lit)
            if key is not None:
                self.canvas.mark(key, right - width / 2, y, width, HEAD)
            right -= 0.96 * width + 6

    def _lit(self, key: Key) -> bool:
        """Among numbers only the same one; the rack in the graph lights them all."""
        lit = self.look.lit
        if isinstance(lit, Quantity) and lit.name in ("mean", "var", "std", "gamma", "beta"):
            return lit._replace(name="var" if lit.name == "std" else lit.name) == key
        if is_handle(lit) and isinstance(key, Quantity):
            return lit == (key.name, key.layer, key.unit)
        return is_lit(self.frame, lit, key)

    def _bar(self) -> None:
        """The tick at the mean and the bar of one deviation to both sides."""
        row, y = self.row, self.place.bar
        if row.middle is None:
            return
        if row.side is not None:
            start, end = row.line.x(np.array([row.middle - row.side, row.middle + row.side]))
            soft = mix(self.color, self.theme.panel, 0.68)
            self.canvas.box(start, y - 2.5, max(end - start, 1.5), 5, soft, radius=2.5)
        x = row.line.at(row.middle)
        self.canvas.add(Strokes(np.array([[x, y - 6, x, y + 6]]), self.color, 2.4))
        if row.name == "y" and row.side is not None:
            self._handles(row.middle)

    def _handles(self, beta: float) -> None:
        """Grips for the mouse: beta at the tick, gamma where x-hat = 1 goes."""
        (layer, unit), y = self.look.selected, self.place.bar
        gamma = float(self.frame.record.view(layer, "gamma")[unit])
        # On the same point both must be in reach.
        aside = 6.5 if abs(self.row.line.at(beta + gamma) - self.row.line.at(beta)) < 6.5 else 0.0
        for name, value, sign in (("beta", beta, "β"), ("gamma", beta + gamma, "γ")):
            key: Key = (name, layer, unit)
            lit = self.look.lit == key
            x = self.row.line.at(value) + (aside if sign == "γ" else -aside)
            line = self.theme.accent if lit else self.color
            self.canvas.circle(x, y, 6.0, self.theme.panel, line, 2.0 if lit else 1.4)
            self.canvas.text(x, y, sign, 9, self.color, bold=True)
            self.canvas.mark(key, x, y, 14, 14)

    def _lost(self) -> None:
        """Arrows and words for what is not finite, quantiles for a rug."""
        row, samples = self.row, np.flatnonzero(self.row.known)
        values = row.values[samples]
        text = nonfinite_words(values, samples)
        if text:
            y = self.place.bar if row.middle is None else self.place.axis - 12
            self._words(row.line.right - 6, y, text, 11, self.theme.outlier, "right", True)
            self._arrows(values)
        elif row.values.size > MOST_BALLS and values.size:
            middle, y = self.canvas.width / 2, self.place.axis + 14.5
            self._words(middle, y, quantile_words(values), 9.5, self.theme.muted)

    def _arrows(self, values: Array) -> None:
        line = self.row.line
        kinds: tuple[tuple[bool, float, Literal["up", "left", "right"]], ...] = (
            (bool(np.isposinf(values).any()), line.right + 12, "right"),
            (bool(np.isneginf(values).any()), line.left - 12, "left"),
            (bool(np.isnan(values).any()), line.right - 14, "up"),
        )
        for found, x, direction in kinds:
            if found:
                self.canvas.add(Arrow(x, self.place.axis, 10.0, self.theme.outlier, direction))


def quantile_words(values: Array) -> str:
    """``15 % −1.02 · median 0.03 · 85 % +1.04`` of finite values."""
    low, middle, high = np.quantile(values, (0.15, 0.5, 0.85))
    parts = (("15 %", low), ("median", middle), ("85 %", high))
    return " · ".join(f"{word} {number(float(v))}" for word, v in parts)
