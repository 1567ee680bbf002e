"""The activation matrix: samples by neurons of a layer, with the averaged axis lit.

Batch normalization averages down a column, one neuron over the batch; layer normalization
along a row, one sample over its neurons.  One picture tells the two apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bnsim.pictures.canvas import MARGIN, Canvas, text_width
from bnsim.pictures.captions import Frames
from bnsim.pictures.look import Look, shown_sample
from bnsim.pictures.matrix.cells import Cells
from bnsim.pictures.matrix.data import (
    Grid,
    averaged,
    cell_key,
    grids_of,
    merged,
)
from bnsim.pictures.matrix.frame import (
    draw_affine,
    draw_averaged,
    draw_heading,
    draw_names,
    draw_statistics,
)
from bnsim.pictures.matrix.layout import FOOT, Area, Place, lay_out
from bnsim.pictures.matrix.words import SENTENCES, beyond, cell_texts, merging
from bnsim.pictures.names import layer_name
from bnsim.pictures.quantity import Quantity, is_lit
from bnsim.pictures.types import Color, Key, Picture
from bnsim.sim.frame import Frame

TOP, LINE, WORD_SIZE, NAME_SIZE = 35.0, 15.0, 11.0, 10.0
#: So many cells have a mark each; of more only those of the lit column and row.
MOST_MARKS = 1200
Line = tuple[str, Color, bool]


def matrix_picture(frames: Frames, look: Look, width: float, height: float) -> Picture:
    """Draw the batch of the selected neuron's layer: raw values, and what became of them.

    Parameters
    ----------
    frames : mapping of lane to Frame
        The lane with batch normalization is shown.
    look : Look
        ``selected`` names the layer and the column, ``sample`` the row.
    width, height : float
        Logical pixels.

    Returns
    -------
    Picture
        With marks for the cells, the neurons' names, mean, var, gamma and beta.
    """
    frame, layer = frames["with"], look.selected[0]
    canvas, grids = Canvas(width, height, look.theme), grids_of(frame, look.selected[0])
    canvas.ground()
    places, lines = _composed(frame, look, grids, width, height)
    for grid, place in zip(grids, places, strict=True):
        _draw_map(canvas, frame, look, grid, place)
    _draw_sentences(canvas, lines, places)
    m, n = grids[0].values.shape
    title = f"Activation matrix of {layer_name(frame, layer)}"
    canvas.title(title, f"batch {frame.cursor.batch + 1} · m = {m}")
    return canvas.picture(f"{title}, {m} samples by {n} neurons. {lines[0][0]}")


def _draw_sentences(canvas: Canvas, lines: Sequence[Line], places: Sequence[Place]) -> None:
    """Below the maps, in line with their left edge where that leaves enough room."""
    widest = max(1.06 * text_width(text, WORD_SIZE) for text, _, _ in lines)
    x = max(min(places[0].left, canvas.width - MARGIN - widest), MARGIN)
    y = places[-1].bottom + FOOT + 5 + LINE / 2
    for text, color, bold in lines:
        canvas.text(x, y, text, WORD_SIZE, color, bold, "left", canvas.width - MARGIN - x)
        y += LINE


def _composed(
    frame: Frame, look: Look, grids: Sequence[Grid], width: float, height: float
) -> tuple[tuple[Place, ...], list[Line]]:
    """Where the maps stand, and the sentences below them; one more where values are merged."""
    lines, (m, n) = _sentences(frame, look, grids), grids[0].values.shape
    names = text_width(f"s{m}", NAME_SIZE) + 6

    def placed(count: int) -> tuple[Place, ...]:
        room = height - TOP - count * LINE - 10
        return lay_out(Area(MARGIN, TOP, width - 2 * MARGIN, room, names), m, n, len(grids))

    places = placed(len(lines))
    if places[0].per_row * places[0].per_column > 1:
        places = placed(len(lines) + 1)
        lines.append((merging(places[0].per_row, places[0].per_column), look.theme.muted, False))
    return places, lines


def _sentences(frame: Frame, look: Look, grids: Sequence[Grid]) -> list[Line]:
    """What is averaged, what the other normalization would do, and what is not finite."""
    theme, axis = look.theme, averaged(frame, look.selected[0])
    first, second = SENTENCES[axis]
    color = theme.text if axis in ("none", "running") else theme.normalized
    lines = [(first, color, True), (second, theme.muted, False)]
    lines.append((beyond(grids), theme.text, False))
    return [line for line in lines if line[0]]


def _draw_map(canvas: Canvas, frame: Frame, look: Look, grid: Grid, place: Place) -> None:
    layer, unit = look.selected
    sample = shown_sample(frame, look)
    part = merged(grid, place.per_row, place.per_column)
    cells = Cells(canvas, place, grid, part)
    draw_heading(canvas, frame, layer, grid, place)
    draw_names(canvas, frame, place, layer, unit, sample)
    _mark_columns(canvas, frame, place, layer)
    cells.draw(lambda: cell_texts(frame, layer, grid, unit, sample))
    draw_averaged(canvas, place, averaged(frame, layer), unit, sample)
    _Pointed(cells, frame, look, layer, sample).draw(part.is_whole)
    draw = draw_statistics if grid.kind == "raw" else draw_affine
    draw(canvas, frame, look, place)


def _mark_columns(canvas: Canvas, frame: Frame, place: Place, layer: int) -> None:
    """Where a cell has no mark of its own, a column stands for its first neuron."""
    middle, height = (place.top + place.bottom) / 2, place.bottom - place.top
    for unit in range(0, frame.plan.layers[layer].n_out, place.per_column):
        x = place.left + (unit // place.per_column + 0.5) * place.cell_width
        canvas.mark(("neuron", layer, unit), x, middle, place.cell_width, height)


@dataclass(frozen=True, slots=True)
class _Pointed:
    """What a pointer finds in a map, and what is lit because a pointer is on it elsewhere."""

    cells: Cells
    frame: Frame
    look: Look
    layer: int
    sample: int

    def draw(self, whole: bool) -> None:
        """Marks and rings of single values; a merged cell stands for none of them."""
        if not whole:
            return
        m, n = self.cells.grid.values.shape
        samples, units = range(m), range(n)
        if m * n <= MOST_MARKS:
            self._mark(samples, units)
        else:
            self._mark([self.sample], units)
            self._mark(samples, [self.look.selected[1]])

    def _mark(self, samples: Sequence[int], units: Sequence[int]) -> None:
        grid = self.cells.grid

        def key_of(sample: int, unit: int) -> Key:
            return cell_key(self.frame, self.layer, grid, sample, unit)

        self.cells.mark(samples, units, key_of)
        if self.look.lit is not None:
            self.cells.light(samples, units, self._is_lit)

    def _is_lit(self, sample: int, unit: int) -> bool:
        """A neuron of the graph shows one sample: the other rows stay as they are."""
        lit, grid = self.look.lit, self.cells.grid
        of_one = lit.sample if isinstance(lit, Quantity) and lit.sample >= 0 else self.sample
        key = cell_key(self.frame, self.layer, grid, sample, unit)
        if lit == key:
            return True
        if lit is None or (sample != of_one and lit[0] != "slot"):
            return False
        return is_lit(self.frame, lit, Quantity(grid.name, self.layer, sample, unit))
