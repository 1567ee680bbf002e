"""What stands in the scene of a plot: shapes of ours and lines of pyqtgraph."""

from __future__ import annotations

from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from bnsim.pictures.types import Curve, Shape
from bnsim.views.guard import guarded
from bnsim.views.paint import LINE_DASHES, paint_shapes, pen_of
from bnsim.views.plot_layout import Frame, span
from bnsim.views.plot_lines import finite, joined, near, thinned

#: Longer lines are drawn without smoothing, which costs a multiple by then.
SMOOTH_POINTS: Final = 4000
#: Display coordinates are small; beyond this pyqtgraph's transforms break down.
LIMIT: Final = 1e12


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
        x, y = near(x, *span(frame.panel.x)), near(y, *span(frame.panel.y))
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
