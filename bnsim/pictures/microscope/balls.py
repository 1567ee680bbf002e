"""Balls of samples on number lines: where they stand, on their way, and what joins them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.canvas import Canvas
from bnsim.pictures.look import Look
from bnsim.pictures.microscope.rows import Row
from bnsim.pictures.palette import Theme, mix
from bnsim.pictures.quantity import Quantity, is_lit
from bnsim.pictures.types import Strokes
from bnsim.sim.frame import Frame

Array = NDArray[np.float64]

#: More samples than this are a rug of ticks.
MOST_BALLS = 32
#: Radius of a ball in a rug.
RUG_BALL = 8.0
#: Parts of a curve between two lines.
PARTS = 18
#: Font size in radii of a number of one, two, three and more digits.
DIGIT_SIZES = (1.25, 1.1, 0.85, 0.7)
#: The least radius in a crowd, and the least distance of two levels in radii at which the
#: numbers of both can be read.
SMALLEST, LEAST_SPACING = 5.5, 1.2
#: From this radius on a ring stands apart from its ball.
ROOMY = 7.0


@dataclass(frozen=True, slots=True, eq=False)
class Balls:
    """The finite known samples of a row in pixels, in the order of the samples."""

    samples: NDArray[np.int64]
    x: Array
    y: Array
    radii: Array
    #: Which numbers can be read, and (x, y, words) of what stands beside a crowd.
    clear: NDArray[np.bool_]
    counts: tuple[tuple[float, float, str], ...] = ()

    def place(self, sample: int) -> tuple[float, float] | None:
        """Where a sample stands, None when it is not there."""
        found = np.flatnonzero(self.samples == sample)
        return (float(self.x[found[0]]), float(self.y[found[0]])) if found.size else None


def balls_of(row: Row, y: float, radius: float, zone: float) -> Balls:
    """Stand every known finite sample on its value; those that overlap are spread.

    Parameters
    ----------
    row : Row
    y, radius, zone : float
        Height of the line, size of a ball that stands alone, and the room of all of them.
    """
    samples = np.flatnonzero(row.known & np.isfinite(row.values))
    x = row.line.x(row.values[samples])
    radii, offsets, clear = np.full(x.size, radius), np.zeros(x.size), np.ones(x.size, dtype=bool)
    if row.values.size > MOST_BALLS:
        return Balls(samples, x, offsets + y, radii, clear)
    counts = []
    for crowd in crowds(x, 1.9 * radius):
        levels = levels_of(x[crowd], 1.9 * radius)
        radii[crowd] = size = crowd_radius(int(levels.max()) + 1, radius, zone)
        offsets[crowd], spacing = spread(levels, size, zone / 2 - size)
        clear[crowd] = spacing >= LEAST_SPACING * size
        if spacing < LEAST_SPACING * size and int(levels.max()) + 1 == crowd.size:
            counts.append((float(x[crowd].max()), y, f"{crowd.size} samples"))
    return Balls(samples, x, y + offsets, radii, clear, tuple(counts))


def crowds(x: Array, gap: float) -> list[NDArray[np.int64]]:
    """Indices of points that touch their neighbours, a chain each, in their own order."""
    order = np.argsort(x, kind="stable")
    breaks = np.flatnonzero(np.diff(x[order]) >= gap) + 1
    return [np.sort(crowd) for crowd in np.split(order, breaks) if crowd.size]


def levels_of(x: Array, gap: float) -> NDArray[np.int64]:
    """For each ball of a chain its level, 0 on top.

    Balls that all overlap stand below each other in the order of their samples; in a longer
    chain each takes, from the left, the first level on which it touches none before it.
    """
    levels = np.zeros(x.size, dtype=np.int64)
    ends: list[float] = []
    for index in np.argsort(x, kind="stable"):
        free = next((i for i, end in enumerate(ends) if x[index] - end >= gap), len(ends))
        levels[index] = free
        ends[free : free + 1] = [float(x[index])]
    return np.arange(x.size) if len(ends) == x.size else levels


def crowd_radius(count: int, radius: float, zone: float) -> float:
    """Balls on many levels are smaller, so that their numbers stay clear of each other."""
    fitting = zone / (2 + 1.75 * (count - 1))
    return min(radius, max(fitting, SMALLEST))


def spread(levels: NDArray[np.int64], radius: float, half: float) -> tuple[Array, float]:
    """Vertical shifts of balls on levels, and the distance between two levels."""
    count = int(levels.max()) + 1
    if count == 1:
        return np.zeros(levels.size), 2 * radius
    reach = max(min(half, 0.95 * radius * (count - 1)), 1.0)
    return np.linspace(-reach, reach, count)[levels], 2 * reach / (count - 1)


# -- curves ----------------------------------------------------------------------------
def along(start: tuple[float, float], end: tuple[float, float], share: Array) -> Array:
    """Points (n, 2) on the curve between two places: it leaves and arrives upright."""
    x = start[0] + (end[0] - start[0]) * share * share * (3 - 2 * share)
    return np.stack([x, start[1] + (end[1] - start[1]) * share], axis=1)


def curve(start: tuple[float, float], end: tuple[float, float], share: float = 1.0) -> Array:
    """The curve up to a share of its way, as lines (n, 4)."""
    points = along(start, end, np.linspace(0.0, share, PARTS + 1))
    return np.concatenate([points[:-1], points[1:]], axis=1)


def draw_curves(
    canvas: Canvas, upper: Balls, lower: Balls, glide: float, bold: frozenset[int]
) -> None:
    """Join every sample's places on two lines; ``bold`` samples stronger, a rug by straight lines.

    ``glide`` is the share of the way that is drawn.
    """
    theme, (starts, ends, samples) = canvas.theme, _joined(upper, lower)
    strong = np.isin(samples, sorted(bold))
    rug = samples.size > MOST_BALLS
    faint = mix(theme.faint, theme.panel, 0.78 if rug else 0.25)
    for chosen, color, width in ((~strong, faint, 1.0), (strong, theme.node_line, 1.5)):
        pairs = list(zip(starts[chosen].tolist(), ends[chosen].tolist(), strict=True))
        if rug and color == faint:
            tips = starts[chosen] + glide * (ends[chosen] - starts[chosen])
            canvas.add(Strokes(np.concatenate([starts[chosen], tips], axis=1), color, 0.7))
        elif pairs:
            ways = [curve((a[0], a[1]), (b[0], b[1]), glide) for a, b in pairs]
            canvas.add(Strokes(np.concatenate(ways), color, width))


def _joined(upper: Balls, lower: Balls) -> tuple[Array, Array, NDArray[np.int64]]:
    """Places (n, 2) on both lines of the samples that stand on both."""
    samples, first, second = np.intersect1d(
        upper.samples, lower.samples, assume_unique=True, return_indices=True
    )
    starts = np.stack([upper.x[first], upper.y[first]], axis=1)
    return starts, np.stack([lower.x[second], lower.y[second]], axis=1), samples


# -- drawing ---------------------------------------------------------------------------
def lit_samples(frame: Frame, look: Look, row: Row) -> frozenset[int]:
    """Samples of the neuron that the pointer is on, in any picture."""
    lit, (layer, unit) = look.lit, look.selected
    if lit is None:
        return frozenset()
    if row.name in ("without", "with"):
        name = frame.record.layout.output_name(layer)
        same = isinstance(lit, Quantity) and lit == Quantity(name, layer, lit.sample, unit)
        return frozenset({lit.sample}) if isinstance(lit, Quantity) and same else frozenset()
    lit = ("slot", *lit[1:]) if lit[0] == "raw" else lit
    return frozenset(s for s in range(frame.m) if is_lit(frame, lit, ("slot", layer, unit, s)))


def _mark(canvas: Canvas, row: Row, sample: int, place: tuple[float, float], size: float) -> None:
    """Let the pointer find a sample in a square of so many pixels."""
    key = row.key(sample)
    if key is not None:
        canvas.mark(key, *place, size, size)


def draw_balls(
    canvas: Canvas, row: Row, balls: Balls, ringed: frozenset[int], faces: tuple[str, str]
) -> None:
    """Numbered balls in the colour of their line; a rug of ticks for many.

    ``faces`` are fill and outline.
    """
    if row.values.size > MOST_BALLS:
        _draw_rug(canvas, row, balls, ringed, faces)
        return
    for index in np.argsort([int(s) in ringed for s in balls.samples], kind="stable"):
        sample = int(balls.samples[index])
        place = float(balls.x[index]), float(balls.y[index])
        ring = sample in ringed
        numbered = bool(balls.clear[index]) or ring
        _ball(canvas, place, float(balls.radii[index]), sample, ring, numbered, faces)
    for sample, x, y, radius in zip(balls.samples, balls.x, balls.y, balls.radii, strict=True):
        _mark(canvas, row, int(sample), (float(x), float(y)), float(2 * radius))
    _counts(canvas, row, balls)


def _ball(
    canvas: Canvas,
    place: tuple[float, float],
    radius: float,
    sample: int,
    ring: bool,
    numbered: bool,
    faces: tuple[str, str],
) -> None:
    theme, (fill, line) = canvas.theme, faces
    canvas.circle(*place, radius, fill, line, 1.6)
    if ring:
        # In a crowd the ring lies on the outline: it must not cover a neighbour's number.
        canvas.circle(*place, radius + (2.4 if radius >= ROOMY else 0.6), "", theme.accent, 1.9)
    if numbered:
        text = str(sample + 1)
        size = radius * DIGIT_SIZES[min(len(text), len(DIGIT_SIZES)) - 1]
        canvas.text(*place, text, size, ink(theme, fill), bold=True)


def ink(theme: Theme, fill: str) -> str:
    """The colour of a number in a ball, the same in teal and in violet ones."""
    return theme.text if fill == theme.panel else theme.fill_text_strong


def _counts(canvas: Canvas, row: Row, balls: Balls) -> None:
    """How many stand where their numbers cannot be read."""
    for x, y, text in balls.counts:
        right = x < row.line.right - 70
        at = x + SMALLEST + 6 if right else x - SMALLEST - 6
        canvas.text(at, y - 8, text, 10, canvas.theme.muted, align="left" if right else "right")


def _draw_rug(
    canvas: Canvas, row: Row, balls: Balls, ringed: frozenset[int], faces: tuple[str, str]
) -> None:
    """A tick a sample; the ringed ones are balls."""
    fill, line = faces
    x, y, color = balls.x, balls.y, line if fill == canvas.theme.panel else fill
    if x.size:
        canvas.add(Strokes(np.stack([x, y - 5, x, y + 5], axis=1), "#99" + color[1:], 1.2))
    for index, sample in enumerate(balls.samples):
        _mark(canvas, row, int(sample), (float(x[index]), float(y[index])), 10)
    for sample in sorted(ringed):
        place = balls.place(sample)
        if place is not None:
            _ball(canvas, place, RUG_BALL, sample, True, True, (fill, line))
            _mark(canvas, row, sample, place, 2 * RUG_BALL)
