"""Drawing the shapes of a picture with a QPainter.

Pens are not cosmetic: a picture painted through `painter.scale(k, k)` has strokes k times
as thick.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QTransform,
)
from shiboken6 import wrapInstance

from bnsim.pictures.types import (
    Array,
    Arrow,
    Box,
    Circle,
    Color,
    Glyphs,
    Outline,
    Picture,
    Shape,
    Strokes,
    Text,
)
from bnsim.views.fonts import elided, font, metrics, text_width, whole

#: Shapes at 1e300 vanish in Qt without a word; nothing on a screen is this far away.
FAR: Final = 1e6
#: From so many lines on they are drawn without smoothing: ten times as fast.
MANY_LINES: Final = 800
#: Unsmoothed lines of one pixel are slower than wider ones and look broken.
LEAST_ROUGH_WIDTH: Final = 1.2
LINE_DASHES: Final = (5.0, 3.5)
OUTLINE_DASHES: Final = (3.0, 3.0)

_SMOOTH: Final = QPainter.RenderHint.Antialiasing
_TURNS: Final = {"up": 0.0, "right": 90.0, "down": 180.0, "left": 270.0}


def paint(painter: QPainter, picture: Picture, *, fine: bool = False) -> None:
    """Draw `picture`; `fine` smooths every line however many there are."""
    ground = QRectF(0, 0, _clamp(picture.width), _clamp(picture.height))
    if picture.background:
        painter.fillRect(ground, QColor(picture.background))
    paint_shapes(painter, picture.shapes, fine=fine)


def paint_shapes(painter: QPainter, shapes: Iterable[Shape], *, fine: bool = False) -> None:
    """Draw shapes in their order and leave the painter as it was."""
    shapes = tuple(shapes)
    rough = not fine and sum(len(s.lines) for s in shapes if type(s) is Strokes) > MANY_LINES
    painter.save()
    try:
        painter.setRenderHint(_SMOOTH)
        for shape in shapes:
            draw = _rough_strokes if rough and type(shape) is Strokes else _DRAW[type(shape)]
            draw(painter, shape)
    finally:
        painter.restore()


@lru_cache(maxsize=512)
def pen_of(color: Color, width: float, dashes: tuple[float, float] | None = None) -> QPen:
    """Return a pen with flat ends; `dashes` are the pixels of a dash and of a gap."""
    if not color or not 0 < width <= FAR:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(QColor(color), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if dashes:
        # Qt counts dashes in widths of the pen.
        pen.setDashPattern([length / width for length in dashes])
    return pen


@lru_cache(maxsize=2048)
def _brush(color: Color) -> QBrush:
    return QBrush(QColor(color)) if color else QBrush(Qt.BrushStyle.NoBrush)


def _clamp(value: float) -> float:
    return min(max(value, -FAR), FAR)


def _finite(*values: float) -> bool:
    return all(map(math.isfinite, values))


def safe_lines(lines: Array) -> Array:
    """Return the finite lines within reach of a painter, in one block of memory."""
    found = np.ascontiguousarray(lines, dtype=np.float64).reshape(-1, 4)
    finite = np.isfinite(found).all(axis=1)
    return np.clip(found if finite.all() else found[finite], -FAR, FAR)


def _strokes(painter: QPainter, shape: Strokes) -> None:
    _draw_lines(painter, shape, shape.width)


def _rough_strokes(painter: QPainter, shape: Strokes) -> None:
    painter.setRenderHint(_SMOOTH, False)
    _draw_lines(painter, shape, max(shape.width, LEAST_ROUGH_WIDTH))
    painter.setRenderHint(_SMOOTH)


def _draw_lines(painter: QPainter, shape: Strokes, width: float) -> None:
    lines = safe_lines(shape.lines)
    if len(lines):
        painter.setPen(pen_of(shape.color, width, LINE_DASHES if shape.dashed else None))
        # A QLineF is four doubles: Qt reads the array itself; a list of lines is slower.
        painter.drawLines(wrapInstance(lines.ctypes.data, QLineF), len(lines))


def _circle(painter: QPainter, shape: Circle) -> None:
    if _finite(shape.x, shape.y, shape.radius) and shape.radius > 0:
        painter.setPen(pen_of(shape.line, shape.width, OUTLINE_DASHES if shape.dashed else None))
        painter.setBrush(_brush(shape.fill))
        radius = _clamp(shape.radius)
        painter.drawEllipse(QPointF(_clamp(shape.x), _clamp(shape.y)), radius, radius)


def _box(painter: QPainter, shape: Box) -> None:
    place = (shape.x, shape.y, shape.width, shape.height)
    if not _finite(*place) or shape.width <= 0 or shape.height <= 0:
        return
    rect = QRectF(*map(_clamp, place))
    dashes = OUTLINE_DASHES if shape.dashed else None
    painter.setPen(pen_of(shape.line, shape.line_width, dashes))
    painter.setBrush(_brush(shape.fill) if isinstance(shape.fill, str) else _across(shape))
    if shape.radius > 0:
        painter.drawRoundedRect(rect, shape.radius, shape.radius)
    else:
        painter.drawRect(rect)


def _across(shape: Box) -> QBrush:
    """Return the colours of a box from left to right."""
    gradient = QLinearGradient(shape.x, 0, shape.x + shape.width, 0)
    last = max(len(shape.fill) - 1, 1)
    for index, color in enumerate(shape.fill):
        gradient.setColorAt(index / last, QColor(color))
    return QBrush(gradient)


def _text(painter: QPainter, shape: Text) -> None:
    if not shape.text or not _finite(shape.x, shape.y, shape.size) or shape.size < 1:
        return
    text, base = shown_text(shape)
    width = text_width(text, shape.size, shape.bold)
    left = _clamp(shape.x) - width * {"left": 0.0, "center": 0.5, "right": 1.0}[shape.align]
    pixels, factor = whole(shape.size)
    painter.setPen(QColor(shape.color))
    painter.setFont(font(pixels, shape.bold))
    if factor == 1.0:
        painter.drawText(QPointF(left, base), text)
        return
    painter.scale(factor, factor)
    painter.drawText(QPointF(left / factor, base / factor), text)
    painter.scale(1 / factor, 1 / factor)


def shown_text(shape: Text) -> tuple[str, float]:
    """Return as much of a text as there is room for, and the height it stands on."""
    text = shape.text
    if shape.room > 0:
        text = elided(text, shape.size, shape.bold, shape.room)
    pixels, factor = whole(shape.size)
    # Capitals and figures are centred, for those are what stands in circles and boxes.
    return text, _clamp(shape.y) + metrics(pixels, shape.bold).capHeight() * factor / 2


def _arrow(painter: QPainter, shape: Arrow) -> None:
    if not _finite(shape.x, shape.y, shape.size) or shape.size <= 0:
        return
    half = _clamp(shape.size) / 2
    corners = [QPointF(0, -half), QPointF(half, half * 0.8), QPointF(-half, half * 0.8)]
    painter.save()
    painter.translate(_clamp(shape.x), _clamp(shape.y))
    painter.rotate(_TURNS[shape.direction])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_brush(shape.color))
    painter.drawPolygon(QPolygonF(corners))
    painter.restore()


def _glyphs(painter: QPainter, shape: Glyphs) -> None:
    brush = _brush(shape.color)
    for outline, place in zip(shape.outlines, shape.places.tolist(), strict=True):
        x, y, size = place
        if _finite(*place) and 0 < size <= FAR:
            # One by one: a path of all letters takes a painter three times as long.
            painter.fillPath(_letter(outline, size).translated(_clamp(x), _clamp(y)), brush)


@lru_cache(maxsize=2048)
def _letter(outline: Outline, size: float) -> QPainterPath:
    """Return one letter at its size, standing on the origin."""
    path, points = QPainterPath(), iter(outline.points.tolist())
    steps = {"M": (path.moveTo, 1), "L": (path.lineTo, 1), "Q": (path.quadTo, 2)}
    steps["C"] = (path.cubicTo, 3)
    for command in outline.commands:
        step, count = steps[command]
        step(*(QPointF(*next(points)) for _ in range(count)))
    path.setFillRule(Qt.FillRule.WindingFill)
    return QTransform.fromScale(size, size).map(path)


_DRAW: Final[dict[type, Callable[[QPainter, Any], None]]] = {
    Strokes: _strokes,
    Circle: _circle,
    Box: _box,
    Text: _text,
    Arrow: _arrow,
    Glyphs: _glyphs,
}
