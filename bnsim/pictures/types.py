"""What a view draws: frozen data in pixels and colours, with no Qt in it.

A :class:`Picture` is a list of shapes in logical pixels with the marks that a pointer
can find in it.  A :class:`PlotPicture` is one or more panels with axes; its coordinates
are display coordinates, finite whatever the values were (see :mod:`.scale`).
Views compare pictures by identity, so equality is never generated here.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
#: "#rrggbb" or "#aarrggbb".
Color = str
Align = Literal["left", "center", "right"]
Symbol = Literal["", "disc", "ring", "triangle", "arrow_up", "arrow_down"]
#: What a mark stands for, e.g. ("neuron", 1, 0) or ("weight", 0, 2, 1).
Key = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """Straight lines with one pen; ``lines`` has shape (n, 4): x1, y1, x2, y2."""

    lines: Array
    color: Color
    width: float
    dashed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Circle:
    """A disc; ``fill`` or ``line`` may be "" for none."""

    x: float
    y: float
    radius: float
    fill: Color = ""
    line: Color = ""
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """A rectangle with round corners; a tuple of colours fills from left to right."""

    x: float
    y: float
    width: float
    height: float
    fill: Color | tuple[Color, ...] = ""
    line: Color = ""
    line_width: float = 1.0
    radius: float = 0.0
    dashed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """One line of text, vertically centred on ``y``; ``size`` in pixels.

    ``room`` is the widest it may be: a view elides what does not fit (0: no limit).
    """

    x: float
    y: float
    text: str
    size: float
    color: Color
    bold: bool = False
    align: Align = "center"
    room: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Arrow:
    """A small solid triangle that points in ``direction``."""

    x: float
    y: float
    size: float
    color: Color
    direction: Literal["up", "down", "left", "right"] = "up"


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The outline of one letter in units of the font size, y downwards from the baseline.

    ``commands`` are letters of SVG: M and L take one point, Q two, C three; every contour
    closes itself.  ``points`` has shape (n, 2).
    """

    commands: str
    points: Array


@dataclass(frozen=True, slots=True, eq=False)
class Glyphs:
    """Filled outlines in one colour; ``places`` (n, 3) are x, y of the baseline, font size."""

    outlines: tuple[Outline, ...]
    places: Array
    color: Color


Shape = Strokes | Circle | Box | Text | Arrow | Glyphs


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """Where a pointer finds ``key``: a box round (x, y), or a line when ``line`` is set."""

    key: Key
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, eq=False)
class LineMarks:
    """Marks of many lines: ``lines`` (n, 4), found within a few pixels, with one key each."""

    lines: Array
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Shapes in painter's order in an area of width x height logical pixels.

    Marks are searched from the last to the first, then the lines.
    """

    width: float
    height: float
    background: Color
    shapes: tuple[Shape, ...]
    marks: tuple[Mark, ...] = ()
    lines: LineMarks | None = None
    #: One sentence that says the state in words, for accessibility.
    description: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """An axis in display coordinates with its ticks; an empty ``ticks`` hides it."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...] = ()
    label: str = ""
    grid: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Points in display coordinates, all finite.

    ``connect[i]`` says whether point i is joined to point i + 1; ``labels`` are drawn
    inside the symbols; ``keys`` and ``tips`` (plain text) go with the points.
    """

    x: Array
    y: Array
    color: Color
    width: float = 1.5
    dashed: bool = False
    line: bool = True
    connect: NDArray[np.bool_] | None = None
    symbol: Symbol = ""
    symbol_size: float = 9.0
    labels: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    tips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A filled rectangle in display coordinates; None reaches to the edge of the panel."""

    color: Color
    x0: float | None = None
    x1: float | None = None
    y0: float | None = None
    y1: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Note:
    """Text at a point in display coordinates, or with None at the panel's edge."""

    x: float
    y: float
    text: str
    color: Color
    bold: bool = False
    size: float = 11.0
    align: Align = "left"


@dataclass(frozen=True, slots=True, eq=False)
class LegendEntry:
    """One row of a legend: a line, a symbol or both, and its words."""

    text: str
    color: Color
    symbol: Symbol = ""
    line: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One pair of axes with what is drawn in it, first bands, then curves, then notes."""

    x: Axis
    y: Axis
    title: str = ""
    title_color: Color = ""
    bands: tuple[Band, ...] = ()
    curves: tuple[Curve, ...] = ()
    notes: tuple[Note, ...] = ()
    #: Vertical lines, as (x, colour, dashed).
    verticals: tuple[tuple[float, Color, bool], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PlotPicture:
    """A plot: panels side by side under one title, a legend and one computed sentence."""

    name: str
    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    background: Color
    text_color: Color
    muted_color: Color
    grid_color: Color
    legend: tuple[LegendEntry, ...] = ()
    #: One computed line under the plot, "" for none.
    conclusion: str = ""
    description: str = ""
    #: Values behind the picture were not finite: said in words, "" when all were.
    warning: str = field(default="")
