"""What an export draws: shapes and lines at their logical size, whatever the format.

Every writer starts from a scene, so that a picture is the same in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from bnsim.pictures.moving import moved
from bnsim.pictures.types import Array, Color, Curve, Picture, PlotPicture, Shape, Text
from bnsim.views.plot_layout import HEADER_BOTTOM, Frame, lay_out
from bnsim.views.plot_lines import finite, joined, thinned
from bnsim.views.plot_shapes import back_shapes, front_shapes

#: Ends of a line in a hundredth of a logical pixel: no screen and no paper shows more.
COLUMNS_A_PIXEL = 4
#: What the header of a plot leaves when its title is off.
BARE_TOP = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Joined points with one pen: each run has shape (n, 2); seen inside ``clip`` only."""

    runs: tuple[Array, ...]
    color: Color
    width: float
    dashed: bool
    clip: tuple[float, float, float, float]

    @property
    def clipped(self) -> bool:
        """Whether any of it is outside of its clip."""
        x, y, width, height = self.clip
        low, high = np.array([x, y]), np.array([x + width, y + height])
        return any(bool(((run < low) | (run > high)).any()) for run in self.runs)


Part = Shape | Line


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Parts in painter's order in an area of width x height logical pixels."""

    width: float
    height: float
    background: Color
    parts: tuple[Part, ...]
    title: str = ""
    description: str = ""


def shifted(part: Part, dx: float, dy: float) -> Part:
    """The same part elsewhere."""
    if not isinstance(part, Line):
        return moved(part, dy, dx)
    x, y, width, height = part.clip
    runs = tuple(run + np.array([dx, dy]) for run in part.runs)
    return replace(part, runs=runs, clip=(x + dx, y + dy, width, height))


def shifted_all(parts: Iterable[Part], dx: float, dy: float) -> list[Part]:
    """The same parts elsewhere."""
    return [shifted(part, dx, dy) for part in parts]


def scene_of_picture(picture: Picture, title: str = "") -> Scene:
    """A picture is a scene already."""
    size = (picture.width, picture.height)
    return Scene(*size, picture.background, picture.shapes, title, picture.description)


def scene_of_plot(plot: PlotPicture, width: float, height: float) -> Scene:
    """A plot laid out at a size: ground and words, lines, symbols."""
    # Without a title the plot begins where its header would be.
    spare = 0.0 if plot.title else HEADER_BOTTOM - BARE_TOP
    layout = lay_out(plot, width, height + spare)
    lines = [
        line for frame in layout.frames for c in frame.panel.curves for line in _line(frame, c)
    ]
    parts: list[Part] = [*back_shapes(plot, layout), *lines, *front_shapes(plot, layout)]
    parts = [part for part in parts if not isinstance(part, Text) or part.text]
    if spare:
        parts = shifted_all(parts, 0.0, -spare)
    return Scene(width, height, plot.background, tuple(parts), plot.title, plot.description)


def _line(frame: Frame, curve: Curve) -> Iterator[Line]:
    """The line of a curve in pixels, in as many runs as it is joined in."""
    x, y, kept = finite(curve.x, curve.y)
    if not curve.line or len(x) < 2:
        return
    connect = joined(curve.connect, kept)
    columns = int(frame.width * COLUMNS_A_PIXEL)
    x, y, connect = thinned(frame.px(x), frame.py(y), connect, columns)
    points = np.stack([x, y], axis=1)
    runs = np.split(points, np.flatnonzero(connect[:-1] == 0) + 1)
    place = (frame.x, frame.y, frame.width, frame.height)
    found = tuple(run for run in runs if len(run) > 1)
    if found:
        yield Line(found, curve.color, curve.width, curve.dashed, place)
