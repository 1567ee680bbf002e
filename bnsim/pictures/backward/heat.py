"""Which samples' normalized values hang on which samples' raw values: the Jacobian in colours."""

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
    in_tens,
    label_step,
    labelled,
    power_of,
    tens,
)
from bnsim.pictures.backward.neuron import Neuron
from bnsim.pictures.canvas import Canvas, text_width
from bnsim.pictures.palette import text_on, value_color
from bnsim.pictures.types import Box, Strokes
from bnsim.pictures.words import fixed, number, special
from bnsim.sim.jacobian import jacobian, largest_in_blocks

Array = NDArray[np.float64]

#: Up to so many samples every cell is a box; past it cells of one colour are drawn at once.
MOST_BOXES = 16
MOST_CELLS, LEAST_CELL = 64, 2.0
#: Cells from this size on hold a number.
NUMBERED = 26.0
SHADES = 24


def draw_heat(canvas: Canvas, neuron: Neuron, area: Area) -> None:
    """The Jacobian of the neuron, rows and columns by samples, and how to read it."""
    _Heat(canvas, neuron, area).draw()


@dataclass(frozen=True, eq=False)
class _Heat:
    canvas: Canvas
    neuron: Neuron
    area: Area

    # -- places ------------------------------------------------------------------
    @cached_property
    def square(self) -> Area:
        """Where the cells lie, right of and below their labels, on whole pixels."""
        area, left, top = self.area, self._label_width, 2 * ROW + 6
        room = min(area.width - left, area.height - top - ROW - 4)
        cell = max(room / self.n, 0.0)
        cell = float(np.floor(cell)) if cell >= LEAST_CELL else cell
        x = np.floor(area.x + left + max(0.0, (area.width - left - cell * self.n) / 2))
        return Area(float(x), float(np.floor(area.y + top)), cell * self.n, cell * self.n)

    @property
    def _label_width(self) -> float:
        return 5 + text_width(str(self.neuron.frame.m), SMALL)

    @cached_property
    def group(self) -> int:
        """Samples that share a row of cells."""
        room = min(self.area.width - self._label_width, self.area.height - 3 * ROW - 10)
        most = min(MOST_CELLS, max(1, int(room // LEAST_CELL)))
        return -(-self.neuron.frame.m // most)

    @cached_property
    def n(self) -> int:
        """Rows of cells."""
        return -(-self.neuron.frame.m // self.group)

    @property
    def cell(self) -> float:
        """Width and height of a cell."""
        return self.square.width / self.n

    # -- numbers -----------------------------------------------------------------
    @cached_property
    def values(self) -> Array:
        """What the cells show, shape (n, n)."""
        neuron = self.neuron
        place = neuron.frame.record, neuron.layer, neuron.unit
        return jacobian(*place) if self.group == 1 else largest_in_blocks(*place, self.group)

    @cached_property
    def reach(self) -> float:
        """The largest finite size."""
        sizes = np.abs(self.values)
        return float(sizes[np.isfinite(sizes)].max(initial=0.0))

    @cached_property
    def power(self) -> int:
        """The power of ten that the numbers in the cells leave to the heading."""
        return power_of(self.reach)

    @property
    def numbered(self) -> bool:
        return self.cell >= NUMBERED

    # -- drawing -----------------------------------------------------------------
    def draw(self) -> None:
        if self.square.width < 20:
            return
        self._draw_heading()
        if self.n <= MOST_BOXES:
            self._draw_boxes()
        else:
            self._draw_runs()
        self._draw_labels()
        self._draw_marks()
        self._draw_foot()

    def _draw_heading(self) -> None:
        canvas, area = self.canvas, self.area
        scale = f", in {tens(self.power)}" if self.numbered and self.power else ""
        what = f"∂x̂ᵢ / ∂{self.neuron.raw}ⱼ"
        options = (f"{what}: row i, column j{scale}", f"{what}{scale}")
        heading = fitting(options, SIZE, area.width, bold=True)
        canvas.text(area.x, area.y + 5, heading, SIZE, bold=True, align="left", room=area.width)

    def _draw_boxes(self) -> None:
        theme, square, cell = self.canvas.theme, self.square, self.cell
        texts, size = self._texts()
        for i, j in np.ndindex(self.values.shape):
            fill = value_color(theme, float(self.values[i, j]), self.reach)
            x, y = square.x + j * cell, square.y + i * cell
            self.canvas.box(x + 0.5, y + 0.5, cell - 1, cell - 1, fill, radius=2.0)
            if size:
                at = x + cell / 2, y + cell / 2
                bold = i == self.neuron.shown
                self.canvas.text(*at, texts[i * self.n + j], size, text_on(theme, fill), bold)

    def _texts(self) -> tuple[list[str], float]:
        """The numbers of the cells in order, and their size; 0 where there is no room."""
        if not self.numbered:
            return [], 0.0
        texts = [_cell_text(float(v), self.power) for v in self.values.flat]
        widest = max(text_width(text, 1.0) for text in texts) * 1.04
        size = min(12.0, (self.cell - 4) / widest)
        return texts, size if size >= 7.0 else 0.0

    def _draw_runs(self) -> None:
        """Cells side by side of one shade are one stroke, all strokes of one shade a shape."""
        shades = self._shades()
        theme, square, cell = self.canvas.theme, self.square, self.cell
        self.canvas.box(square.x, square.y, square.width, square.height, theme.zero, radius=0.0)
        flat = shades.reshape(-1)
        new = np.ones(flat.size, dtype=bool)
        new[1:] = (flat[1:] != flat[:-1]) | (np.arange(1, flat.size) % self.n == 0)
        starts = np.flatnonzero(new)
        lengths = np.diff(np.append(starts, flat.size))
        y = square.y + (starts // self.n + 0.5) * cell
        x = square.x + starts % self.n * cell
        lines = np.stack([x, y, x + lengths * cell, y], axis=1)
        for shade in np.unique(flat[flat != 0]):
            color = value_color(theme, float(np.sign(shade) * shade**2), SHADES**2)
            self.canvas.add(Strokes(lines[flat[starts] == shade], color, cell))

    def _shades(self) -> NDArray[np.int64]:
        """The place of every cell on the scale of colours, -SHADES to SHADES; 0 for NaN."""
        with np.errstate(all="ignore"):
            shares = np.clip(np.nan_to_num(self.values / (self.reach or 1.0)), -1.0, 1.0)
        return np.asarray(np.rint(np.sign(shares) * np.sqrt(np.abs(shares)) * SHADES), np.int64)

    def _draw_labels(self) -> None:
        """Numbers of samples: of rows on the left, of columns on top."""
        theme, square, neuron = self.canvas.theme, self.square, self.neuron
        m, pitch = neuron.frame.m, self.cell / self.group
        for sample in labelled(m, label_step(m, pitch)):
            shown, text = sample == neuron.shown, str(sample + 1)
            color = theme.text if shown else theme.muted
            offset = (sample // self.group + 0.5) * self.cell
            self.canvas.text(square.x + offset, square.y - 8, text, SMALL, color, shown)
            at = square.x - 4, square.y + offset
            self.canvas.text(*at, text, SMALL, color, shown, align="right")

    def _draw_marks(self) -> None:
        """A mark a row of samples; the lit row has an outline."""
        square, lit = self.square, self.neuron.lit
        middle, pitch = square.x + square.width / 2, self.cell / self.group
        for sample in range(self.neuron.frame.m):
            y = square.y + (sample + 0.5) * pitch
            self.canvas.mark(self.neuron.normalized_key(sample), middle, y, square.width, pitch)
        if lit is not None:
            y, accent = square.y + lit // self.group * self.cell, self.canvas.theme.accent
            self.canvas.box(square.x, y, square.width, self.cell, "", accent, 1.8)

    def _draw_foot(self) -> None:
        """How to read a row, or the scale of the colours where cells have no numbers."""
        canvas, theme, area = self.canvas, self.canvas.theme, self.area
        y = self.square.bottom + ROW - 3
        if self.numbered and self.n <= MOST_BOXES:
            raw = self.neuron.raw
            options = (f"row i: which samples' {raw} moves x̂ᵢ, and how far", "row i: what moves x̂ᵢ")
            text = fitting(options, SMALL, area.width)
            canvas.text(area.x, y, text, SMALL, theme.muted, align="left", room=area.width)
            return
        self._draw_color_bar(y)

    def _draw_color_bar(self, y: float) -> None:
        canvas, theme, area = self.canvas, self.canvas.theme, self.area
        fills = tuple(value_color(theme, float(v), 1.0) for v in np.linspace(-1, 1, 21))
        canvas.add(Box(area.x, y - 5, 24.0, 10.0, fills))
        end = f"±{number(self.reach)}"
        canvas.text(area.x + 28, y, end, SMALL, theme.text, align="left")
        if self.group > 1:
            left = area.x + 28 + text_width(end, SMALL) + 8
            block = f"of {self.group} × {self.group}"
            options = (f"each cell the largest {block}", f"largest {block}", f"max. {block}")
            note = fitting(options, SMALL, area.right - left)
            canvas.text(left, y, note, SMALL, theme.muted, align="left", room=area.right - left)


def _cell_text(value: float, power: int) -> str:
    """A number of a cell in units of a power of ten, all cells with the same digits."""
    if special(value) or value == 0.0:
        return number(value)
    scaled = float(in_tens(value, power))
    size = abs(scaled)
    if size < 0.005:
        return "≈ 0"
    return fixed(scaled, 2 if size < 9.995 else 1 if size < 99.95 else 0, signed=True)
