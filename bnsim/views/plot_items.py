"""What stands in the scene of a plot: shapes of ours and lines of pyqtgraph."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from bnsim.pictures.types import Array, Curve, Shape
from bnsim.views.guard import guarded
from bnsim.views.paint import LINE_DASHES, paint_shapes, pen_of
from bnsim.views.plot_layout import Frame, span

#: Longer lines are drawn without smoothing, which costs a multiple by then.
SMOOTH_POINTS: Final = 4000
#: Display coordinates are small; beyond this pyqtgraph's transforms break down.
LIMIT: Final = 1e12
_SPANS: Final = 10.0

Mask = NDArray[np.bool_]
Joins = NDArray[np.int32]


def finite(x: Array, y: Array) -> tuple[Array, Array, Mask]:
    """Return the points that may reach pyqtgraph, and which they were.

    The last defence: one infinity blanks a curve, one NaN breaks a view for good.
    """
    n = min(len(x), len(y))
    x, y = np.asarray(x[:n], dtype=np.float64), np.asarray(y[:n], dtype=np.float64)
    kept = np.isfinite(x) & np.isfinite(y)
    return x[kept], y[kept], kept


def joined(connect: Mask | None, kept: Mask) -> Joins:
    """Return which kept points are joined to the next one: never across a dropped point."""
    wanted = np.ones(len(kept), dtype=bool)
    if connect is not None:
        n = min(len(connect), len(kept))
        wanted[:n] = connect[:n]
    follows = np.append(kept[1:], False)
    return np.asarray((wanted & follows)[kept], dtype=np.int32)


class ShapesItem(QGraphicsItem):
    """Shapes in pixels of the scene."""

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self._rect, self._shapes = QRectF(), ()

    def show_shapes(self, shapes: list[Shape], width: float, height: float) -> None:
        """Draw these from now on."""
        rect = QRectF(0, 0, width, height)
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect
        self._shapes = tuple(shapes)
        self.update()

    @guarded(QRectF)
    def boundingRect(self) -> QRectF:
        return self._rect

    @guarded()
    def paint(self, painter: QPainter, _option: Any, _widget: Any = None) -> None:
        paint_shapes(painter, self._shapes)


class LineItem(pg.PlotCurveItem):
    """A curve whose pen grows with the painter.

    pyqtgraph's pens are cosmetic: in an export eight times as large its lines stay as
    thin as they were.
    """

    def __init__(self) -> None:
        super().__init__(skipFiniteCheck=True)
        self._pen = QPen(Qt.PenStyle.NoPen)

    def show_curve(self, curve: Curve, frame: Frame, columns: int) -> None:
        """Draw the line of `curve`, at most so many columns of it; symbols are shapes."""
        x, y, kept = finite(curve.x, curve.y)
        connect = joined(curve.connect, kept)
        self._pen = pen_of(curve.color, curve.width, LINE_DASHES if curve.dashed else None)
        self.setVisible(curve.line and len(x) > 1)
        if not self.isVisible():
            return
        x, y = _near(x, *span(frame.panel.x)), _near(y, *span(frame.panel.y))
        x, y, connect = thinned(x, y, connect, columns)
        # Twice the width, so that pyqtgraph's bounding box leaves room for the corners.
        pen = pg.mkPen(curve.color, width=2 * curve.width)
        self.setData(x, y, connect=connect, pen=pen, antialias=len(x) <= SMOOTH_POINTS)

    @guarded()
    def paint(self, painter: QPainter, _option: Any, _widget: Any = None) -> None:
        box = self.getViewBox()
        if box is None or self.xData is None or not len(self.xData):
            return
        to_box = self.itemTransform(box)[0]
        back, possible = to_box.inverted()
        if not possible:
            return
        painter.save()
        painter.setTransform(back, True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.opts["antialias"])
        painter.setPen(self._pen)
        painter.drawPath(to_box.map(self.getPath()))
        painter.restore()


def thinned(x: Array, y: Array, connect: Joins, columns: int) -> tuple[Array, Array, Joins]:
    """Return the ends of what a line reaches in each column of pixels.

    Smoothed lines of 10,000 points take a quarter of a second, and look the same.
    """
    if len(x) <= 3 * columns or columns < 2 or (np.diff(x) < 0).any():
        return x, y, connect
    place = np.floor((x - x[0]) * (columns / max(float(x[-1] - x[0]), 1e-300)))
    begins = np.append(True, (np.diff(place) > 0) | (connect[:-1] == 0))
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(x)) - 1
    low, high = np.minimum.reduceat(y, first), np.maximum.reduceat(y, first)
    rising = y[first] <= y[last]
    ends = np.where(rising, low, high), np.where(rising, high, low)
    inside = np.ones(len(first), dtype=np.int32)
    return (
        np.stack([x[first], x[last]], axis=1).ravel(),
        np.stack(ends, axis=1).ravel(),
        np.stack([inside, connect[last]], axis=1).ravel(),
    )


def _near(values: Array, low: float, high: float) -> Array:
    """Bring far points so near that their lines still leave the panel in their direction."""
    reach = _SPANS * (high - low)
    return np.clip(values, low - reach, high + reach)


class PanelItem:
    """The lines of one panel in a view of pyqtgraph without axes, menu or mouse."""

    def __init__(self, parent: QGraphicsItem) -> None:
        self.box = pg.ViewBox(parent, enableMouse=False, enableMenu=False, defaultPadding=0.0)
        self.box.disableAutoRange()
        self.box.setLimits(xMin=-LIMIT, xMax=LIMIT, yMin=-LIMIT, yMax=LIMIT)
        self._lines: list[LineItem] = []
        self._range: tuple[float, ...] = ()

    def show_frame(self, frame: Frame, scale: float) -> None:
        """Take the place, the ranges and the lines of a panel; items are kept for reuse."""
        rect = QRectF(frame.x, frame.y, frame.width, frame.height)
        if rect != self.box.geometry():
            self.box.setGeometry(rect)
        ranges = (*span(frame.panel.x), *span(frame.panel.y))
        if ranges != self._range:
            self._range = ranges
            self.box.setRange(xRange=ranges[:2], yRange=ranges[2:], padding=0.0)
        curves = [curve for curve in frame.panel.curves if curve.line]
        self._offer(len(curves))
        columns = int(frame.width * max(scale, 1.0))
        for line, curve in zip(self._lines, curves, strict=False):
            line.show_curve(curve, frame, columns)
        self.box.updateMatrix()

    def _offer(self, count: int) -> None:
        """Have at least `count` lines, and hide what is too many."""
        while len(self._lines) < count:
            self._lines.append(LineItem())
            self.box.addItem(self._lines[-1], ignoreBounds=True)
        for line in self._lines[count:]:
            line.setVisible(False)
