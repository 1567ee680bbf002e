"""Back through batch normalization: three paths of a gradient, and who depends on whom."""

from __future__ import annotations

from dataclasses import dataclass

from bnsim.pictures.backward.area import ROW, SMALL, Area, wrapped
from bnsim.pictures.backward.bars import draw_bars
from bnsim.pictures.backward.heat import draw_heat
from bnsim.pictures.backward.neuron import Neuron
from bnsim.pictures.backward.words import COMING, Line, description, lines_of, nothing_yet
from bnsim.pictures.canvas import MARGIN, Canvas, text_width
from bnsim.pictures.captions import Frames
from bnsim.pictures.look import Look
from bnsim.pictures.types import Picture

TOP, GAP, BOTTOM = 40.0, 16.0, 10.0
#: The sentences take at most this share of the height.
WORDS_SHARE = 0.36
#: A picture this many times as high as wide has its parts below each other.
TALL = 1.15
WIDEST_HEAT = 560.0


def backward_picture(frames: Frames, look: Look, width: float, height: float) -> Picture:
    """The gradients of the selected neuron, in the lane with batch normalization.

    Parameters
    ----------
    frames : Frames
        Both lanes at the moment; the one without is not looked at.
    look : Look
        The selected neuron, the shown sample, and what the pointer is on.
    width, height : float
        In logical pixels.

    Returns
    -------
    Picture
        Bars: every sample's gradient of its raw value as the paths of
        :func:`bnsim.sim.jacobian.terms`, with their sum.  Cells: the Jacobian of x-hat, once
        x-hat is known.  Sentences: what the gradients add up to.  Marks: `Quantity` keys, the
        gradient of the raw value on bars and x-hat on rows of cells.
    """
    neuron = Neuron(frames["with"], look)
    canvas = Canvas(width, height, look.theme)
    canvas.ground()
    _draw(canvas, neuron)
    what = "back through the batch" if neuron.has_tray else "gradient"
    batch = f"batch {neuron.frame.cursor.batch + 1} · m = {neuron.frame.m}"
    canvas.title(f"{neuron.name}: {what}", batch)
    return canvas.picture(description(neuron))


def _draw(canvas: Canvas, neuron: Neuron) -> None:
    inner = Area(MARGIN, TOP, canvas.width - 2 * MARGIN, canvas.height - TOP - BOTTOM)
    if not (neuron.normalized_known or neuron.gradient_known):
        _sentence(canvas, nothing_yet(neuron), inner)
        return
    rows = _rows(lines_of(neuron), inner)
    words = len(rows) * ROW
    charts = Area(inner.x, inner.y, inner.width, inner.height - words - 4)
    _draw_charts(canvas, neuron, charts)
    _draw_rows(canvas, rows, charts.bottom + 4)


def _draw_charts(canvas: Canvas, neuron: Neuron, area: Area) -> None:
    if not neuron.has_tray:
        draw_bars(canvas, neuron, area)
        return
    left, right = _halves(area)
    if neuron.gradient_known:
        draw_bars(canvas, neuron, left)
    else:
        _sentence(canvas, COMING, left)
    draw_heat(canvas, neuron, right)


def _halves(area: Area) -> tuple[Area, Area]:
    """Bars and cells, side by side or below each other."""
    if area.height > TALL * area.width:
        half = (area.height - GAP) / 2
        return (
            Area(area.x, area.y, area.width, half),
            Area(area.x, area.y + half + GAP, area.width, half),
        )
    # the cells are square: they need as much width as their height leaves them
    heat = min(0.45 * area.width, area.height - 20, WIDEST_HEAT)
    heat = max(heat, 0.4 * area.width if area.width < 420 else 0.0)
    return (
        Area(area.x, area.y, area.width - heat - GAP, area.height),
        Area(area.right - heat, area.y, heat, area.height),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """One printed row; ``of`` is the line it belongs to."""

    text: str
    of: Line


def _rows(lines: list[Line], inner: Area) -> list[_Row]:
    """The lines in their longest form that leaves the charts enough height, whole lines only."""
    most = max(2, int(inner.height * WORDS_SHARE // ROW))
    for long in (True, False):
        rows: list[_Row] = []
        for line in lines:
            more = _wrapped(line, long, inner.width)
            if len(rows) + len(more) > most:
                break
            rows += more
        else:
            break
    return rows


def _wrapped(line: Line, long: bool, room: float) -> list[_Row]:
    text = line.long if long and line.long else line.short
    return [_Row(part, line) for part in wrapped(text, SMALL + 0.5, room)]


def _draw_rows(canvas: Canvas, rows: list[_Row], top: float) -> None:
    for index, row in enumerate(rows):
        y, theme = top + (index + 0.5) * ROW, canvas.theme
        color = theme.text if row.of.keys else theme.muted
        room = canvas.width - 2 * MARGIN
        canvas.text(MARGIN, y, row.text, SMALL + 0.5, color, align="left", room=room)
        width = min(text_width(row.text, SMALL + 0.5), room) / max(len(row.of.keys), 1)
        for place, key in enumerate(row.of.keys):
            canvas.mark(key, MARGIN + (place + 0.5) * width, y, width, ROW)


def _sentence(canvas: Canvas, text: str, area: Area) -> None:
    """A calm sentence in the middle of an area."""
    rows = wrapped(text, 11.5, min(area.width - 12, 360.0))
    top = area.y + (area.height - len(rows) * 17) / 2
    for index, row in enumerate(rows):
        middle = area.x + area.width / 2, top + (index + 0.5) * 17
        canvas.text(*middle, row, 11.5, canvas.theme.muted, room=area.width)
