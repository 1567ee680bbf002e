"""The gradient of every sample's raw value as three stacked paths, positive up, negative down."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.backward.area import (
    ROW,
    SIZE,
    SMALL,
    Area,
    fitting,
    hatching,
    in_tens,
    label_step,
    labelled,
    power_of,
    rounded_end,
    tens,
)
from bnsim.pictures.backward.neuron import Neuron
from bnsim.pictures.canvas import Canvas, text_width
from bnsim.pictures.palette import mix
from bnsim.pictures.types import Arrow, Strokes
from bnsim.pictures.words import number, short

Array = NDArray[np.float64]

#: Bars from this width on have outlines and hatches, narrower ones three shades.
PATTERNED = 7.0
#: Samples closer than this share a bar.
LEAST_PITCH = 3.0
#: Room for the scale.
LEFT = 42.0
WIDEST_BAR = 34.0
#: A side with little in it keeps this share of the height.
LEAST_SIDE = 0.06


def draw_bars(canvas: Canvas, neuron: Neuron, area: Area) -> None:
    """The three paths of every sample, their sum as a line with a number, and what they mean."""
    _Bars(canvas, neuron, area).draw()


@dataclass(frozen=True, eq=False)
class _Bars:
    canvas: Canvas
    neuron: Neuron
    area: Area

    # -- places ------------------------------------------------------------------
    @property
    def group(self) -> int:
        """Samples that share a bar."""
        return -(-self.neuron.frame.m // max(1, int(self.width // LEAST_PITCH)))

    @cached_property
    def chosen(self) -> NDArray[np.int64]:
        """The sample of each bar: all, or of each group the one with the largest gradient."""
        group, m = self.group, self.neuron.frame.m
        sizes = np.nan_to_num(np.abs(self.neuron.gradient), nan=np.inf)
        starts = range(0, m, group)
        return np.array([s + int(np.argmax(sizes[s : s + group])) for s in starts])

    @cached_property
    def plot(self) -> Area:
        """Where the bars stand, between legend and labels, right of the scale."""
        area, top = self.area, ROW * (1 + len(self.legend)) + 8
        return Area(area.x + LEFT, area.y + top, self.width, area.height - top - self.below + 4)

    @property
    def width(self) -> float:
        return self.area.width - LEFT

    @cached_property
    def below(self) -> float:
        """The height that labels and sums take."""
        return ROW * (1 + bool(self.sums)) + 10

    @property
    def pitch(self) -> float:
        return self.width / self.chosen.size

    @cached_property
    def bar(self) -> float:
        return min(0.62 * self.pitch, WIDEST_BAR) if self.pitch >= 6 else self.pitch * 0.8

    @property
    def patterned(self) -> bool:
        return self.bar >= PATTERNED

    def middle(self, index: int | NDArray[np.int64]) -> Array:
        """The middle of a bar."""
        return np.asarray(self.plot.x + (np.asarray(index) + 0.5) * self.pitch)

    def bar_of(self, sample: int) -> int:
        """The bar that stands for a sample or its group."""
        return sample // self.group

    # -- numbers -----------------------------------------------------------------
    @property
    def power(self) -> int:
        """The power of ten that the numbers leave to the heading."""
        return power_of(self.neuron.reach)

    @cached_property
    def shares(self) -> Array:
        """The paths of each bar in units of the largest, shape (3, bars)."""
        parts = np.stack(self.neuron.terms)[:, self.chosen] / self.neuron.reach
        return np.where(np.isfinite(parts), parts, 0.0)

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The round ends of the scale, below and above 0, in units of the largest path."""
        low = rounded_end(-np.minimum(self.shares, 0).sum(axis=0).min(), self.neuron.reach)
        high = rounded_end(np.maximum(self.shares, 0).sum(axis=0).max(), self.neuron.reach)
        least = LEAST_SIDE * (low + high) or 1.0
        return -max(low, least), max(high, least)

    def height(self, share: float | Array) -> Array:
        """Where a share of the largest path lies on the canvas."""
        low, high = self.ends
        return self.plot.bottom - (np.asarray(share) - low) / (high - low) * self.plot.height

    # -- drawing -----------------------------------------------------------------
    def draw(self) -> None:
        canvas, area = self.canvas, self.area
        heading = fitting(self._headings(), SIZE, area.width, bold=True)
        canvas.text(area.x, area.y + 5, heading, SIZE, bold=True, align="left", room=area.width)
        self._draw_legend()
        if self.plot.height < 24:
            return
        self._draw_shown()
        self._draw_scale()
        self._draw_paths()
        self._draw_totals()
        self._draw_labels()
        self._draw_marks()

    def _headings(self) -> tuple[str, str]:
        """What the bars show and in which unit, longer and shorter."""
        d, group = self.neuron.d_raw, self.group
        unit = f", in {tens(self.power)}" if self.power else ""
        if group > 1:
            return f"{d}{unit}: the largest of every {group}", f"{d}, max. of {group}{unit}"
        return f"{d} of every sample{unit}", f"{d}{unit}"

    @cached_property
    def legend(self) -> list[list[tuple[int, str]]]:
        """Rows of (path, words); path 3 is the sum."""
        if not self.neuron.has_tray:
            return [[(0, self.neuron.d_raw)]]
        long = ("direct", "through the mean", "through the variance", f"sum {self.neuron.d_raw}")
        short = ("direct", "through μ", "through σ²", "sum")
        for words in (long, short):
            entries = list(enumerate(words))
            if sum(map(self._entry_width, entries)) <= self.area.width + 12:
                return [entries]
        return [entries[:2], entries[2:]]

    @staticmethod
    def _entry_width(entry: tuple[int, str]) -> float:
        return 15 + text_width(entry[1], SMALL) + 12

    def _draw_legend(self) -> None:
        for row, entries in enumerate(self.legend):
            x, y = self.area.x, self.area.y + 5 + ROW * (row + 1)
            for path, words in entries:
                if path < 3:
                    self._box(path, x, y - 5, 11.0, 10.0)
                else:
                    self._total(x + 5.5, y, 11.0)
                self.canvas.text(x + 15, y, words, SMALL, self.canvas.theme.muted, align="left")
                x += self._entry_width((path, words))

    def _draw_shown(self) -> None:
        """A stripe behind the sample whose numbers are written out."""
        x = float(self.middle(self.bar_of(self.neuron.shown)))
        width = max(self.pitch, 3.0)
        top, height = self.plot.y - 4, self.plot.height + self.below
        self.canvas.box(x - width / 2, top, width, height, self.canvas.theme.stripe)

    def _draw_scale(self) -> None:
        theme, plot, (low, high) = self.canvas.theme, self.plot, self.ends
        zero = float(np.floor(self.height(0.0))) + 0.5
        grid = [[plot.x, at, plot.right, at] for at in (plot.y, plot.bottom)]
        self.canvas.add(Strokes(np.array(grid), theme.grid, 1.0))
        self.canvas.add(Strokes(np.array([[plot.x, zero, plot.right, zero]]), theme.muted, 1.0))
        for share, at in ((high, plot.y), (0.0, zero), (low, plot.bottom)):
            # with nothing but zeros there is no scale to speak of
            if share == 0.0 or (abs(at - zero) > 11 and self.shares.any()):
                text = ("+" * (share > 0)) + short(
                    float(share * in_tens(self.neuron.reach, self.power))
                )
                self.canvas.text(plot.x - 4, at, text, SMALL, theme.muted, align="right", room=40)

    def _draw_paths(self) -> None:
        up = np.cumsum(np.maximum(self.shares, 0), axis=0)
        down = np.cumsum(np.minimum(self.shares, 0), axis=0)
        stacked = np.where(self.shares > 0, up, down)
        for path in range(3):
            start = self.height(stacked[path] - self.shares[path])
            end = self.height(stacked[path])
            if self.patterned:
                self._draw_boxes(path, np.minimum(start, end), np.abs(end - start))
            else:
                x = self.middle(np.arange(start.size))
                lines = np.stack([x, start, x, end], axis=1)[np.abs(end - start) > 0]
                self.canvas.add(Strokes(lines, self._shade(path), self.bar))

    def _draw_boxes(self, path: int, tops: Array, heights: Array) -> None:
        for index in np.flatnonzero(heights > 0.3):
            left = float(self.middle(int(index))) - self.bar / 2
            self._box(path, left, float(tops[index]), self.bar, float(heights[index]))

    def _shade(self, path: int) -> str:
        theme = self.canvas.theme
        return mix(theme.panel, theme.text, (0.62, 0.36, 0.17)[path])

    def _box(self, path: int, x: float, y: float, width: float, height: float) -> None:
        """A stretch of a bar: solid, hatched or hollow; only shades where it is too narrow."""
        theme = self.canvas.theme
        line = mix(theme.panel, theme.text, 0.62)
        if not self.patterned:
            self.canvas.box(x, y, width, height, self._shade(path), radius=0.0)
            return
        fill = line if path == 0 else theme.panel
        self.canvas.box(x, y, width, height, fill, line, 1.0, radius=0.0)
        if path == 1:
            self.canvas.add(Strokes(hatching(x, y, width, height), line, 0.9))

    def _total(self, x: float, y: float, width: float) -> None:
        theme = self.canvas.theme
        line = np.array([[x - width / 2, y, x + width / 2, y]])
        self.canvas.add(Strokes(line, theme.text, 1.8))
        if self.patterned:
            self.canvas.circle(x, y, 3.2, theme.panel, theme.text, 1.6)

    def _draw_totals(self) -> None:
        """The sum of each bar, an arrow where it is infinite; NaN has no place."""
        totals = self.neuron.gradient[self.chosen]
        heights = np.clip(
            self.height(np.nan_to_num(totals / self.neuron.reach)), self.plot.y, self.plot.bottom
        )
        over, theme = (6.0 if self.patterned else 0.0), self.canvas.theme
        x, half = self.middle(np.arange(totals.size)), (self.bar + over) / 2
        lines = np.stack([x - half, heights, x + half, heights], axis=1)[np.isfinite(totals)]
        self.canvas.add(Strokes(lines, theme.text, 1.8))
        for index, total in enumerate(totals):
            at = float(x[index]), float(heights[index])
            if np.isinf(total):
                up = total > 0
                y = self.plot.y + 5 if up else self.plot.bottom - 5
                self.canvas.add(Arrow(at[0], y, 9.0, theme.text, "up" if up else "down"))
            elif self.patterned and np.isfinite(total):
                self.canvas.circle(*at, 3.2, theme.panel, theme.text, 1.6)

    @cached_property
    def sums(self) -> list[str]:
        """The sums in words, none where there is no room for them."""
        if self.group > 1 or self.pitch < 24:
            return []
        values = in_tens(self.neuron.gradient, self.power)
        texts = [number(float(v), signed=True) for v in values]
        return texts if max(text_width(t, SMALL) for t in texts) <= self.pitch - 2 else []

    def _draw_labels(self) -> None:
        """Numbers of samples, below them the sums where there is room."""
        m, y = self.neuron.frame.m, self.plot.bottom + ROW + 1
        step = label_step(m, self.pitch / self.group)
        self._label(self.plot.x - 8, y, "sample", muted=True)
        for sample in labelled(m, step):
            self._label(float(self.middle(self.bar_of(sample))), y, str(sample + 1), sample)
        if self.sums:
            self._label(self.plot.x - 8, y + ROW, "sum", muted=True)
        for sample, text in enumerate(self.sums):
            self._label(float(self.middle(sample)), y + ROW, text, sample)

    def _label(self, x: float, y: float, text: str, sample: int = -1, muted: bool = False) -> None:
        theme, shown = self.canvas.theme, sample == self.neuron.shown
        align = "right" if muted else "center"
        color = theme.text if shown else theme.muted
        self.canvas.text(x, y, text, SMALL, color, shown, align, 36 if muted else 0.0)  # type: ignore[arg-type]

    def _draw_marks(self) -> None:
        """A mark a sample over the height of the bars; the lit one has an outline."""
        plot, m, lit = self.plot, self.neuron.frame.m, self.neuron.lit
        top, height = plot.y - 4, plot.height + self.below
        width = self.pitch / self.group
        for sample in range(m):
            x = plot.x + (sample + 0.5) * width
            self.canvas.mark(self.neuron.gradient_key(sample), x, top + height / 2, width, height)
        if lit is not None:
            x, width = float(self.middle(self.bar_of(lit))), max(self.pitch, 4.0)
            accent = self.canvas.theme.accent
            self.canvas.box(x - width / 2, top, width, height, "", accent, 1.8)
