"""Three samples: the plane orthogonal to (1, 1, 1), seen face on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.canvas import Canvas
from bnsim.pictures.geometry.words import Vectors, length
from bnsim.pictures.palette import mix
from bnsim.pictures.quantity import is_lit
from bnsim.pictures.types import Align, Strokes
from bnsim.pictures.words import fixed

Array = NDArray[np.float64]
Area = tuple[float, float, float, float]

#: Where the axes of samples 1, 2 and 3 point: up, down left, down right.
ANGLES = np.radians([90.0, 210.0, 330.0])
#: Rows are the screen's right and up in the plane; exact for vectors whose sum is 0.
BASIS = math.sqrt(2 / 3) * np.stack([np.cos(ANGLES), np.sin(ANGLES)])
#: How far axes, arrows and the gradient's arrow reach, in radii of the circle of √3.
AXIS, FARTHEST, TANGENT = 1.2, 1.15, 0.5
#: Length of an arrow's head, and the distance of arrows that lie beside x-hat.
HEAD, ASIDE = 8.0, 6.0
#: Shorter arrows have no name: it would lie on the centre.
LEAST_LABELLED = 22.0


@dataclass(frozen=True, slots=True)
class Plane:
    """From vectors (3,) to pixels: ``unit`` pixels are 1."""

    x: float
    y: float
    unit: float

    @property
    def centre(self) -> Array:
        """The pixel (2,) of the mean, from which all arrows start."""
        return np.array([self.x, self.y])

    def at(self, vector: Array) -> Array:
        """The pixel, shape (2,), in which a vector from the centre ends."""
        right, up = BASIS @ vector
        return np.array([self.x + self.unit * right, self.y - self.unit * up])

    def direction(self, vector: Array) -> Array:
        """The unit vector (2,) on the screen of a vector in the plane, 0 of none."""
        size = length(vector)
        if size == 0:
            return np.zeros(2)
        right, up = BASIS @ (vector / size)
        return np.array([right, -up]) / max(math.hypot(right, up), 1e-12)


def plane_in(area: Area) -> Plane:
    """The plane in an area: the circle of √3 with room for axes, longer arrows and words."""
    left, top, right, bottom = area
    across, upright = (right - left) / 2 - 46, bottom - top - 20
    radius = max(min(across / FARTHEST, upright / (AXIS + FARTHEST)), 10.0)
    spare = bottom - top - 20 - (AXIS + FARTHEST) * radius
    y = top + 16 + AXIS * radius + max(spare, 0.0) / 2
    return Plane((left + right) / 2, y, radius / math.sqrt(3))


def way_of(sample: int) -> Array:
    """The unit vector (2,) on the screen of a sample's axis."""
    return np.array([math.cos(ANGLES[sample]), -math.sin(ANGLES[sample])])


def draw_plane(canvas: Canvas, vectors: Vectors, area: Area) -> None:
    """Circles, axes, and the arrows that are known."""
    plane = plane_in(area)
    _circles(canvas, vectors, plane)
    _axes(canvas, vectors, plane)
    x_hat, share = vectors.x_hat, vectors.share
    if x_hat is not None and share != 0:
        _feet(canvas, plane, x_hat)
    _raw(canvas, vectors, plane)
    if x_hat is not None and share != 0:
        _x_hat(canvas, vectors, plane, x_hat)
        _scaled(canvas, vectors, plane, x_hat)
        _gradient(canvas, vectors, plane, x_hat)
    fill = canvas.theme.text if share != 0 else canvas.theme.normalized
    canvas.circle(plane.x, plane.y, 2.5 if share != 0 else 5.0, fill, "")


def _circles(canvas: Canvas, vectors: Vectors, plane: Plane) -> None:
    """The circle of √3, and inside the one on which x-hat ends."""
    theme, share = canvas.theme, vectors.share
    largest = math.sqrt(3) * plane.unit
    canvas.circle(plane.x, plane.y, largest, "", theme.muted, 1.0, dashed=True)
    if share is not None and vectors.x_hat is not None and share > 0:
        canvas.circle(plane.x, plane.y, largest * share, "", theme.normalized, 1.5)
        radius = f"radius {fixed(math.sqrt(3) * share, 3)}"
        words = f"{radius} = √3" if share > 0.9995 else radius
        canvas.text(plane.x, plane.y + largest + 11, words, 10.5, theme.normalized)


def _axes(canvas: Canvas, vectors: Vectors, plane: Plane) -> None:
    """The axes of the three samples as they look along (1, 1, 1), with the bound on one."""
    theme, radius = canvas.theme, math.sqrt(3) * plane.unit
    layer, unit = vectors.look.selected
    for sample in range(3):
        way = way_of(sample)
        end = plane.centre + AXIS * radius * way
        canvas.add(Strokes(np.array([[*plane.centre, *end]]), theme.faint, 1.0))
        x, y = end + (9 if sample == 0 else 13) * way
        x += 0.0 if sample == 0 else 6 * math.copysign(1, way[0])
        lit = is_lit(vectors.frame, vectors.look.lit, ("slot", layer, unit, sample))
        color = theme.accent if lit else theme.muted
        canvas.text(x, y, f"sample {sample + 1}", 10.5, color, lit)
        canvas.mark(("slot", layer, unit, sample), x, y, 54, 16)
        if sample == _farthest_axis(vectors):
            _bound(canvas, vectors, plane, sample, float(x), float(y))


def _farthest_axis(vectors: Vectors) -> int:
    """The sample whose axis the arrow leaves free."""
    centred = vectors.centred
    return 0 if centred is None or not np.isfinite(centred).all() else int(np.argmin(centred))


def _bound(canvas: Canvas, vectors: Vectors, plane: Plane, sample: int, x: float, y: float) -> None:
    """The largest x-hat there can be, on an axis whose name stands at (x, y).

    An x-hat is read at √(3/2) times itself along its axis.
    """
    way = way_of(sample)
    across = np.array([-way[1], way[0]])
    place = plane.centre + math.sqrt(1.5) * vectors.bound * plane.unit * way
    ends = place - 5 * across, place + 5 * across
    canvas.add(Strokes(np.array([[*ends[0], *ends[1]]]), canvas.theme.muted, 1.6))
    text = f"x̂ ≤ √2 = {fixed(vectors.bound, 3)}"
    if sample == 0:
        canvas.text(place[0] + 8, place[1] - 8, text, 10, canvas.theme.muted, align="left")
    else:
        canvas.text(x, y + 13, text, 10, canvas.theme.muted)


def _feet(canvas: Canvas, plane: Plane, x_hat: Array) -> None:
    """From the tip at right angles to each axis, where its x-hat can be read."""
    theme, tip = canvas.theme, plane.at(x_hat)
    for sample in range(3):
        foot = plane.centre + math.sqrt(1.5) * x_hat[sample] * plane.unit * way_of(sample)
        canvas.add(Strokes(np.array([[*tip, *foot]]), theme.faint, 1.0, dashed=True))
        if x_hat[sample] < 0:
            back = np.array([[*plane.centre, *foot]])
            canvas.add(Strokes(back, mix(theme.faint, theme.panel, 0.4), 1.0))
        canvas.circle(foot[0], foot[1], 2.5, theme.panel, theme.normalized, 1.4)


def _arrow(
    canvas: Canvas, start: Array, end: Array, color: str, width: float, dashed: bool = False
) -> None:
    """A line with an open head."""
    way = end - start
    size = math.hypot(*way)
    if size < 1e-9:
        return
    canvas.add(Strokes(np.array([[*start, *end]]), color, width, dashed))
    way = way / size
    across = np.array([-way[1], way[0]])
    back = min(HEAD, 0.5 * size)
    wings = [end - back * way + sign * 0.5 * back * across for sign in (1, -1)]
    heads = np.array([[*end, *wing] for wing in wings])
    canvas.add(Strokes(heads, color, width))


def _label(
    canvas: Canvas, place: Array, toward: Array, text: str, color: str, far: float = 11.0
) -> None:
    """Words beside a point, on the side that ``toward`` points to."""
    x, y = place + far * toward
    align: Align = "left" if toward[0] > 0.35 else "right" if toward[0] < -0.35 else "center"
    canvas.text(x, y, text, 11, color, True, align)


def _beside(way: Array, from_axis: bool) -> Array:
    """The unit vector (2,) at right angles to an arrow, away from the nearest axis or to it."""
    across = np.array([-way[1], way[0]])
    nearest = max((way_of(sample) for sample in range(3)), key=lambda axis: float(axis @ way))
    toward = float(across @ nearest) > 0
    return -across if toward == from_axis else across


def _x_hat(canvas: Canvas, vectors: Vectors, plane: Plane, x_hat: Array) -> None:
    _arrow(canvas, plane.centre, plane.at(x_hat), canvas.theme.normalized, 3.4)
    side = _beside(plane.direction(x_hat), False)
    # A shorter raw arrow with its own name lies on the same side.
    share = 0.8 if _raw_length(vectors) < 0.55 * length(x_hat) else 0.3
    if length(x_hat) * plane.unit >= LEAST_LABELLED:
        _label(canvas, plane.at(share * x_hat), side, "arrow", canvas.theme.normalized)


def _raw_length(vectors: Vectors) -> float:
    """How long the raw arrow is drawn, 0 where it is not."""
    centred = vectors.centred
    size = 0.0 if centred is None else length(centred)
    return min(size, FARTHEST * math.sqrt(3)) if math.isfinite(size) else 0.0


def _scaled(canvas: Canvas, vectors: Vectors, plane: Plane, x_hat: Array) -> None:
    """The arrow of gamma x-hat, when it is another one, beside that of x-hat."""
    gamma = vectors.gamma
    if gamma is None or gamma == 1 or not math.isfinite(gamma) or gamma == 0:
        return
    way = plane.direction(x_hat) * math.copysign(1, gamma)
    side = _beside(plane.direction(x_hat), True)
    size = min(abs(gamma) * length(x_hat), FARTHEST * math.sqrt(3)) * plane.unit
    start = plane.centre + ASIDE * side
    _arrow(canvas, start, start + size * way, canvas.theme.scaled, 2.2)
    if size >= LEAST_LABELLED:
        _label(canvas, start + 0.6 * size * way, side, "γ x̂", canvas.theme.scaled)


def _raw(canvas: Canvas, vectors: Vectors, plane: Plane) -> None:
    """The centred raw vector in its own direction, as long as there is room for.

    Under the arrow of x-hat it would not be seen where it is the shorter one.
    """
    centred, shown = vectors.centred, _raw_length(vectors)
    if centred is None or shown == 0:
        return
    way = plane.direction(centred)
    hidden = vectors.x_hat is not None and shown < length(vectors.x_hat) * 1.05
    start = plane.centre + (ASIDE * _beside(way, False) if hidden else np.zeros(2))
    end = start + shown * plane.unit * way
    _arrow(canvas, start, end, canvas.theme.raw, 1.5, dashed=True)
    side = _beside(way, not hidden)
    gradient = vectors.gradient
    if gradient is not None and np.isfinite(gradient).all() and not hidden:
        # The gradient's arrow starts at the same tip and needs its side.
        side = side * (-1 if float(side @ plane.direction(gradient)) > 0 else 1)
    place = end - 0.2 * shown * plane.unit * way if hidden else end - 4 * way
    if shown * plane.unit >= LEAST_LABELLED:
        _label(canvas, place, side, f"{vectors.raw_name} − μ", canvas.theme.raw)


def _gradient(canvas: Canvas, vectors: Vectors, plane: Plane, x_hat: Array) -> None:
    """From the tip: all but for ε it can only turn the arrow, so it runs along the circle."""
    gradient = vectors.gradient
    if gradient is None or not np.isfinite(gradient).all() or not gradient.any():
        return
    tip, way = plane.at(x_hat), plane.direction(gradient)
    end = tip + TANGENT * math.sqrt(3) * plane.unit * way
    _arrow(canvas, tip, end, canvas.theme.text, 2.0)
    if vectors.is_tangent:
        inward = plane.direction(-x_hat)
        corner = np.array([tip + 7 * way, tip + 7 * way + 7 * inward, tip + 7 * inward])
        lines = np.concatenate([corner[:-1], corner[1:]], axis=1)
        canvas.add(Strokes(lines, canvas.theme.muted, 1.0))
    _label(canvas, end, way, f"∂L/∂{vectors.raw_name}", canvas.theme.text, 9.0)
