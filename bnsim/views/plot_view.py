"""A widget that shows a plot: shapes of ours, lines of pyqtgraph, all made finite.

Axes are drawn by us: those of pyqtgraph replay recordings that scale with the resolution
of the device, cut numbers at the edge and let them overlap.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import QGraphicsWidget, QWidget

from bnsim.pictures.palette import LIGHT, Theme
from bnsim.pictures.types import Curve, Key, PlotPicture
from bnsim.views import card
from bnsim.views.guard import guarded
from bnsim.views.plot_items import PanelItem, ShapesItem
from bnsim.views.plot_layout import HEADER_BOTTOM, Layout, lay_out
from bnsim.views.plot_shapes import back_shapes, front_shapes
from bnsim.views.pull import Pull

#: How far from a point the pointer may be, in logical pixels.
REACH: Final = 10.0


class PlotView(QWidget):
    """Shows one plot picture; `scale` enlarges everything in it alike."""

    hovered = Signal(object, str)  # key or None, tip
    clicked = Signal(object)  # key or None
    context_asked = Signal(QPoint)  # on the screen
    #: The plot is pulled out of the window: by Ctrl anywhere, by its title without.
    pulled = Signal()
    #: Asks for `_on_pointer_stale` once the present event is done.
    _pointer_stale = Signal()

    def __init__(self, parent: QWidget | None = None, scale: float = 1.0) -> None:
        super().__init__(parent)
        self.picture: PlotPicture | None = None
        self._layout: Layout | None = None
        self._theme, self._framed = LIGHT, False
        self._found: tuple[Curve, int] | None = None
        self._pointer: QPointF | None = None
        self._scale = scale
        self._closed = False
        self._pull = Pull()
        self._make_scene()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._pointer_stale.connect(self._on_pointer_stale, Qt.ConnectionType.QueuedConnection)

    def _make_scene(self) -> None:
        self._view = pg.GraphicsView(self, background=None)
        # Every event comes to us: pyqtgraph neither zooms nor opens menus.
        self._view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setCacheMode(self._view.CacheModeFlag.CacheNone)
        self._view.viewport().setAutoFillBackground(False)
        self._root = QGraphicsWidget()
        self._root.setScale(self._scale)
        self._view.setCentralItem(self._root)
        self._back, self._front = ShapesItem(self._root), ShapesItem(self._root)
        self._back.setZValue(-1000)
        self._front.setZValue(1000)
        self._panels: list[PanelItem] = []

    # -- showing -----------------------------------------------------------------
    def show_picture(self, picture: PlotPicture) -> None:
        """Draw `picture`; the same object again costs nothing."""
        if picture is self.picture or self._closed:
            return
        self.picture = picture
        if self.accessibleName() != picture.title:
            self.setAccessibleName(picture.title)
        self.setAccessibleDescription(picture.description or picture.title)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Colour the hover card, and frame the plot as a card of the window."""
        if theme is not self._theme or not self._framed:
            self._theme, self._framed = theme, True
            self._show()

    def set_scale(self, scale: float) -> None:
        """Enlarge texts, lines, symbols and margins alike."""
        if scale != self._scale and not self._closed:
            self._scale = scale
            self._root.setScale(scale)
            self._show()

    def _show(self) -> None:
        picture = self.picture
        if picture is None or self._closed:
            return
        width, height = self.width() / self._scale, self.height() / self._scale
        self._layout = layout = lay_out(picture, width, height)
        line = self._theme.panel_line if self._framed else ""
        self._back.show_shapes(back_shapes(picture, layout, line), width, height)
        self._front.show_shapes(front_shapes(picture, layout), width, height)
        self._show_panels(layout)
        if self._pointer is not None:
            # Not at once: the owner is in the middle of showing a moment.
            self._pointer_stale.emit()

    def _show_panels(self, layout: Layout) -> None:
        while len(self._panels) < len(layout.frames):
            self._panels.append(PanelItem(self._root))
        # A panel too many is hidden: taking items out of a scene has crashed here.
        for index, panel in enumerate(self._panels):
            panel.box.setVisible(index < len(layout.frames))
        for panel, frame in zip(self._panels, layout.frames, strict=False):
            panel.show_frame(frame, self._scale)

    def image(self) -> QImage:
        """Return the plot as it is, without a screen and without being shown."""
        image = QImage(self.size(), QImage.Format.Format_ARGB32_Premultiplied)
        if self.picture is not None and not image.isNull():
            image.fill(QColor(self.picture.background))
            with QPainter(image) as painter:
                self.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        return image

    def close(self) -> bool:
        """Take the scene apart: one that outlives the interpreter crashes it."""
        if not self._closed:
            self._closed = True
            card.hide_card(self)
            self._panels.clear()
            self._view.close()
        return super().close()

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._closed:
            self._view.setGeometry(self.rect())
            self._show()

    # -- pointer -----------------------------------------------------------------
    def _hover(self, at: QPointF | None) -> None:
        self._pointer = at
        found = None if at is None else self._nearest(at)
        key, tip = _key_and_tip(found)
        if at is not None:
            card.show_card(self, at, tip, self._theme)
        else:
            card.hide_card(self)
        before, self._found = self._found, found
        if (key, tip) != _key_and_tip(before):
            self.setCursor(Qt.CursorShape.PointingHandCursor if key else Qt.CursorShape.ArrowCursor)
            self.hovered.emit(key, tip)

    def _on_pointer_stale(self) -> None:
        if self._pointer is not None and not self._closed:
            self._hover(self._pointer)

    def _nearest(self, at: QPointF) -> tuple[Curve, int] | None:
        """Return the curve and the index of the point under the pointer."""
        x, y = at.x() / self._scale, at.y() / self._scale
        best, found = REACH, None
        for frame in self._layout.frames if self._layout else ():
            for curve in (c for c in frame.panel.curves if c.tips or c.keys):
                n = min(len(curve.x), len(curve.y))
                px, py = frame.px(curve.x[:n]), frame.py(curve.y[:n])
                far = np.where(frame.holds(px, py), np.hypot(px - x, py - y), np.inf)
                if n and far.min() <= best:
                    best, found = float(far.min()), (curve, int(far.argmin()))
        return found

    @guarded()
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pull.move(event):
            self._hover(None)
            self.pulled.emit()
        elif not self._pull.armed:
            self._hover(event.position())

    @guarded()
    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)
        self._hover(None)

    @guarded()
    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)
        self._pull.end()
        self._hover(None)

    @guarded()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Taken, so that the release comes here."""
        self._pull.press(event, HEADER_BOTTOM * self._scale)
        event.accept()

    @guarded()
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pull.end()
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.clicked.emit(_key_and_tip(self._nearest(event.position()))[0])

    @guarded()
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.context_asked.emit(event.globalPos())
        event.accept()


def _key_and_tip(found: tuple[Curve, int] | None) -> tuple[Key | None, str]:
    if found is None:
        return None, ""
    curve, index = found
    key = curve.keys[index] if index < len(curve.keys) else None
    return key, curve.tips[index] if index < len(curve.tips) else ""
