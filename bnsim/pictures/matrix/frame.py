"""What stands round the cells of an activation matrix: headings, names, outlines, statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bnsim.pictures.canvas import MARGIN, Canvas, text_width
from bnsim.pictures.look import Look, shown_sample
from bnsim.pictures.matrix.data import Averaged, Grid, averaged, statistic_key
from bnsim.pictures.matrix.layout import FOOT, HEADING, NAMES, Place
from bnsim.pictures.matrix.words import affine, heading, statistics, waiting
from bnsim.pictures.names import neuron_name
from bnsim.pictures.palette import Color
from bnsim.pictures.quantity import Quantity, is_lit
from bnsim.pictures.types import Key
from bnsim.pictures.words import short
from bnsim.sim.frame import Frame

NAME_SIZE, HEADING_SIZE, STATISTIC_SIZE = 10.0, 11.0, 11.0
STEPS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
Told = Sequence[tuple[str, Key]]


def draw_heading(canvas: Canvas, frame: Frame, layer: int, grid: Grid, place: Place) -> None:
    """What a map shows, behind the symbol of its stage, and the end of its colour scale."""
    theme = canvas.theme
    color = {"raw": theme.raw, "normalized": theme.normalized, "scaled": theme.scaled}[grid.kind]
    above = HEADING + (NAMES if place.names_columns else 0.0)
    x, y = place.left + 4, place.top - above + HEADING / 2 - 1
    canvas.circle(x, y, 3.6, "" if grid.kind == "raw" else color, color, 1.5)
    room, reach = place.heading_right - x - 10, short(grid.reach)
    ends = f"full colour at ±{reach}", f"±{reach}"
    text, end = _fitting(heading(frame, layer, grid), ends, room)
    canvas.text(x + 9, y, text, HEADING_SIZE, color, True, "left", max(room, 24.0))
    behind = x + 9 + _wide(text) + 14 + text_width(end, NAME_SIZE)
    canvas.text(max(place.right, behind), y, end, NAME_SIZE, theme.muted, align="right")


def _fitting(texts: Sequence[str], ends: Sequence[str], room: float) -> tuple[str, str]:
    """The longest heading that fits, then the longest of the words behind it that still does."""
    texts_and_ends = [(text, end) for text in texts for end in (*ends, "")]

    def fits(both: tuple[str, str]) -> bool:
        gap = 14 if both[1] else 0
        return _wide(both[0]) + gap + text_width(both[1], NAME_SIZE) <= room

    return next(filter(fits, texts_and_ends), (texts[-1], ""))


def _wide(text: str) -> float:
    """Width of a bold heading."""
    return 1.08 * text_width(text, HEADING_SIZE)


def draw_names(
    canvas: Canvas, frame: Frame, place: Place, layer: int, unit: int, sample: int
) -> None:
    """Samples s1, s2, ... on the left and neurons on top, as many as have room."""
    if place.names_rows:
        _sample_names(canvas, frame.m, place, sample)
    if place.names_columns:
        _neuron_names(canvas, frame, place, layer, unit)


def _sample_names(canvas: Canvas, m: int, place: Place, sample: int) -> None:
    theme, each = canvas.theme, place.cell_height / place.per_row
    for index in _named(m, each, NAME_SIZE + 2, sample):
        shown = index == sample
        color = theme.text if shown else theme.muted
        y = place.top + (index // place.per_row + 0.5) * place.cell_height
        canvas.text(place.left - 5, y, f"s{index + 1}", NAME_SIZE, color, shown, "right")


def _neuron_names(canvas: Canvas, frame: Frame, place: Place, layer: int, unit: int) -> None:
    theme, n = canvas.theme, frame.plan.layers[layer].n_out
    width = text_width(neuron_name(frame, layer, n - 1), NAME_SIZE) + 6
    y = place.top - NAMES / 2 - 1.5
    for index in _named(n, place.cell_width / place.per_column, width, unit):
        chosen = index == unit
        color = theme.text if chosen else theme.muted
        x = place.left + (index // place.per_column + 0.5) * place.cell_width
        canvas.text(x, y, neuron_name(frame, layer, index), NAME_SIZE, color, chosen)
        canvas.mark(("neuron", layer, index), x, y, max(place.cell_width, width), NAMES)


def _named(count: int, each: float, least: float, chosen: int) -> list[int]:
    """The chosen one, the first, and every 2nd, 4th, 8th, ... that keeps its distance."""
    step = next((s for s in STEPS if s * each >= least), count)
    named = [chosen]
    for index in sorted({0, *range(step - 1, count, step)}):
        if all(abs(index - other) * each >= least for other in named):
            named.append(index)
    return named


def draw_averaged(canvas: Canvas, place: Place, axis: Averaged, unit: int, sample: int) -> None:
    """The line that is averaged, and faint and dashed the one that the other norm would take."""
    column, row = _column_box(place, unit), _row_box(place, sample)
    theme = canvas.theme
    lit, other = (row, column) if axis == "row" else (column, row)
    if axis in ("column", "row"):
        canvas.box(*other, "", theme.muted, 1.2, 3, dashed=True)
    if axis != "none":
        canvas.box(*lit, "", theme.normalized, 2.2, 4, dashed=axis == "running")


def _column_box(place: Place, unit: int) -> tuple[float, float, float, float]:
    x = place.left + unit // place.per_column * place.cell_width
    return x - 1, place.top - 1.5, place.cell_width + 2, place.bottom - place.top + 3


def _row_box(place: Place, sample: int) -> tuple[float, float, float, float]:
    y = place.top + sample // place.per_row * place.cell_height
    return place.left - 2, y - 1, place.right - place.left + 4, place.cell_height + 2


def draw_statistics(canvas: Canvas, frame: Frame, look: Look, place: Place) -> None:
    """Mean and deviation under the lit column, of the lit row below the map; or the waiting."""
    layer, unit = look.selected
    sample, foot = shown_sample(frame, look), _Foot(canvas, frame, look, place)
    told = [
        (text, statistic_key(frame, layer, name, unit, sample))
        for name, text in statistics(frame, layer, unit, sample)
    ]
    if not told:
        foot.say(waiting(frame, layer, unit))
    elif averaged(frame, layer) == "row":
        foot.tell(place.left, [(f"s{sample + 1}:", told[0][1]), *told], canvas.theme.normalized)
    else:
        foot.tell_below(told, canvas.theme.normalized)


def draw_affine(canvas: Canvas, frame: Frame, look: Look, place: Place) -> None:
    """Gamma and beta of the selected neuron under its column of the normalized map."""
    layer, unit = look.selected
    told = [(text, Quantity(name, layer, unit=unit)) for name, text in affine(frame, layer, unit)]
    _Foot(canvas, frame, look, place).tell_below(told, canvas.theme.scaled)


@dataclass(frozen=True, slots=True)
class _Foot:
    """The line below a map."""

    canvas: Canvas
    frame: Frame
    look: Look
    place: Place

    @property
    def y(self) -> float:
        return self.place.bottom + FOOT / 2 + 2

    def say(self, words: str) -> None:
        """A sentence from the left edge of the map."""
        x, color = self.place.left, self.canvas.theme.muted
        room = self.canvas.width - MARGIN - x
        self.canvas.text(x, self.y, words, STATISTIC_SIZE, color, align="left", room=room)

    def tell_below(self, told: Told, color: Color) -> None:
        """Numbers under the selected column, moved as far as it takes to stay inside."""
        place, width = self.place, sum(map(_room, told)) - 8
        column = self.look.selected[1] // place.per_column
        middle = place.left + (column + 0.5) * place.cell_width
        x = min(max(middle - width / 2, place.left - 4), self.canvas.width - MARGIN - width)
        self.tell(x, told, color)

    def tell(self, x: float, told: Told, color: Color) -> None:
        """Numbers from ``x`` on, in the accent where the pointer is on the same number."""
        for text, key in told:
            width, lit = _room((text, key)), is_lit(self.frame, self.look.lit, key)
            shown = self.canvas.theme.accent if lit else color
            self.canvas.text(x, self.y, text, STATISTIC_SIZE, shown, True, "left")
            self.canvas.mark(key, x + width / 2 - 4, self.y, width - 8, FOOT)
            x += width


def _room(entry: tuple[str, Key]) -> float:
    return 1.06 * text_width(entry[0], STATISTIC_SIZE) + 8
