"""The cells of a heat map: boxes with numbers where there is room, else lines of colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.canvas import Canvas, text_width
from bnsim.pictures.matrix.data import Grid, Merged
from bnsim.pictures.matrix.layout import NUMBER_HEIGHT, NUMBER_WIDTH, Place
from bnsim.pictures.palette import Color, Theme, mix, text_on, value_color
from bnsim.pictures.types import Key, Strokes

Array = NDArray[np.float64]
Levels = NDArray[np.int64]

#: Colours of a fine map on each side of zero; one more stands for NaN.
STEPS = 12
NAN = STEPS + 1
#: From so many cells on a map is drawn in lines of one colour each.
MOST_BOXES = 400
SIZES = (11.5, 11.0, 10.5, 10.0, 9.5, 9.0)
#: Lines of a fine map reach so far into their neighbours, or seams would show.
OVERLAP = 0.4

#: What is written in the cells, row by row.
Texts = list[list[str]]
#: (sample, neuron) -> key, and whether a cell is lit.
KeyOf = Callable[[int, int], Key]
IsLit = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class Cells:
    """One map on a canvas: what it shows and where."""

    canvas: Canvas
    place: Place
    grid: Grid
    part: Merged

    def draw(self, texts: Callable[[], Sequence[Texts]]) -> None:
        """Unknown rows hollow, known cells in the colour of their value, numbers if they fit.

        ``texts`` gives the numbers in several wordings, the most exact first.
        """
        self._hollow()
        if self.place.is_fine or self.part.values.size > MOST_BOXES:
            self._lines()
            return
        self._boxes(self._fitting(texts()) if self._has_room else None)

    @property
    def _has_room(self) -> bool:
        place = self.place
        return place.cell_width >= NUMBER_WIDTH * 0.8 and place.cell_height >= NUMBER_HEIGHT

    def box_of(self, row: int, column: int) -> tuple[float, float, float, float]:
        """Left, top, width and height of a cell without the gap round it."""
        place, gap = self.place, self.place.gap
        x, y = place.left + column * place.cell_width, place.top + row * place.cell_height
        return x + gap / 2, y + gap / 2, place.cell_width - gap, place.cell_height - gap

    # -- cells with room -----------------------------------------------------------
    def _boxes(self, texts: tuple[Texts, float] | None) -> None:
        theme = self.canvas.theme
        for row in np.flatnonzero(self.part.known).tolist():
            for column, value in enumerate(self.part.values[row].tolist()):
                fill = fill_of(theme, value, self.grid.reach)
                x, y, width, height = self.box_of(row, column)
                self.canvas.box(x, y, width, height, fill, radius=2)
                if texts is not None:
                    color = theme.flagged_text if value != value else text_on(theme, fill)
                    middle = x + width / 2, y + height / 2
                    self.canvas.text(*middle, texts[0][row][column], texts[1], color)

    def _fitting(self, wordings: Sequence[Texts]) -> tuple[Texts, float] | None:
        """The first wording that fits and its size, None where none does."""
        room = self.place.cell_width - self.place.gap - 4
        for texts in wordings:
            widest = max((text_width(text, 1.0) for row in texts for text in row), default=0.0)
            size = next((s for s in SIZES if widest * s <= room), None)
            if size is not None:
                return texts, min(size, self.place.cell_height - 3)
        return None

    def _hollow(self) -> None:
        """Rows that are not known: dashed cells, or one dashed outline round many."""
        unknown = ~self.part.known
        if not unknown.any():
            return
        if self.place.is_fine or self.part.values.size > MOST_BOXES:
            for first, last in runs(unknown):
                self._outline(first, last)
            return
        for row in np.flatnonzero(unknown).tolist():
            for column in range(self.place.columns):
                box = self.box_of(row, column)
                self.canvas.box(*box, "", self.canvas.theme.faint, radius=2, dashed=True)

    def _outline(self, first: int, last: int) -> None:
        place = self.place
        top, height = place.top + first * place.cell_height, (last - first) * place.cell_height
        width = place.right - place.left
        self.canvas.box(
            place.left, top, width, height, "", self.canvas.theme.faint, radius=2, dashed=True
        )

    # -- many cells ------------------------------------------------------------------
    def _lines(self) -> None:
        """One upright line for every stretch of a column in one colour, one shape a colour."""
        levels, theme = levels_of(self.part.values, self.grid.reach), self.canvas.theme
        column, first, last = stretches(levels, self.part.known)
        place, colors = self.place, levels[first, column]
        gap = place.gap
        x = place.left + (column + 0.5) * place.cell_width
        reach = OVERLAP / 2 if not gap else -gap / 2
        y0 = place.top + first * place.cell_height - reach
        y1 = place.top + last * place.cell_height + reach
        lines = np.stack([x, y0, x, y1], axis=1)
        width = place.cell_width + (OVERLAP if not gap else -gap)
        for level in np.unique(colors).tolist():
            color = level_color(theme, level)
            self.canvas.add(Strokes(lines[colors == level], color, width))

    # -- what a pointer finds ----------------------------------------------------------
    def mark(self, samples: Sequence[int], units: Sequence[int], key_of: KeyOf) -> None:
        """Let the pointer find the numbers of these samples and neurons."""
        place = self.place
        for row in samples:
            y = place.top + (row + 0.5) * place.cell_height
            for column in units:
                x = place.left + (column + 0.5) * place.cell_width
                key = key_of(row, column)
                self.canvas.mark(key, x, y, place.cell_width, place.cell_height)

    def light(self, samples: Sequence[int], units: Sequence[int], is_lit: IsLit) -> None:
        """Ring the cells of the number that the pointer is on."""
        for row in samples:
            for column in units:
                if is_lit(row, column):
                    x, y, width, height = self.box_of(row, column)
                    around = x - 1, y - 1, width + 2, height + 2
                    self.canvas.box(*around, "", self.canvas.theme.accent, 2.4, 3)


def fill_of(theme: Theme, value: float, reach: float) -> Color:
    """The colour of a value; NaN has the colour of what is out of scale."""
    return theme.flagged if value != value else value_color(theme, value, reach)


def levels_of(values: Array, reach: float) -> Levels:
    """The colour scale of the graph in steps from -STEPS to STEPS; NaN for undefined values."""
    with np.errstate(all="ignore"):
        share = np.sign(values) * np.sqrt(np.minimum(np.abs(values) / reach, 1.0))
    return np.where(np.isnan(share), NAN, np.rint(np.nan_to_num(share) * STEPS)).astype(np.int64)


def level_color(theme: Theme, level: int) -> Color:
    """The colour of a step."""
    if level == NAN:
        return theme.flagged
    return mix(theme.zero, theme.positive if level > 0 else theme.negative, abs(level) / STEPS)


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, end) of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def stretches(levels: Levels, known: NDArray[np.bool_]) -> tuple[Levels, Levels, Levels]:
    """Column, first row and end of every stretch of one colour in the known rows."""
    rows, columns = levels.shape
    new = np.ones((columns, rows), dtype=bool)
    new[:, 1:] = (np.diff(levels, axis=0) != 0).T | (np.diff(known.astype(np.int8)) != 0)
    column, first = np.nonzero(new)
    last = np.append(first[1:], rows)
    last[np.append(np.diff(column) != 0, True)] = rows
    kept = known[first]
    return column[kept], first[kept], last[kept]
