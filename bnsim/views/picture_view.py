"""A widget that shows a picture and says what the pointer does in it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QMetaMethod, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QMouseEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from bnsim.pictures.palette import LIGHT, Theme
from bnsim.pictures.types import Key, Picture
from bnsim.views import card
from bnsim.views.guard import guarded
from bnsim.views.hits import box_at, key_at
from bnsim.views.paint import paint
from bnsim.views.pull import Pull

#: A press that moves further than this is a drag and no click, in pixels.
STILL: Final = 4.0
ZOOM_A_NOTCH: Final = 1.2
_KEYBOARD: Final = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class PictureView(QWidget):
    """Shows one picture; the owner makes a new one whenever ``resized`` is emitted."""

    hovered = Signal(object)  # the key under the pointer, or None
    clicked = Signal(object)  # a key or None
    double_clicked = Signal(object)
    context_asked = Signal(QPoint)  # on the screen
    resized = Signal()
    #: Key of the pressed mark and where the pointer is, at the press and while held.
    dragged = Signal(object, float, float)
    released = Signal(object)  # the key that was dragged
    nudged = Signal(object, int)  # a key, and notches of the wheel with Ctrl held
    wheel_zoomed = Signal(float, float, float)
    panned = Signal(float, float)
    #: The picture is pulled out of the window, by Ctrl and the left button.
    pulled = Signal()
    #: Asks for `_on_pointer_stale` once the present event is done.
    _pointer_stale = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self._theme = LIGHT
        self._pixmap: QPixmap | None = None
        self._pointer: QPointF | None = None
        self._hovered: Key | None = None
        self._press: tuple[QPointF, Key | None, Qt.MouseButton] | None = None
        self._last, self._moved, self._ring = QPointF(), False, False
        self._pull = Pull()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pointer_stale.connect(self._on_pointer_stale, Qt.ConnectionType.QueuedConnection)

    # -- showing -----------------------------------------------------------------
    def show_picture(self, picture: Picture) -> None:
        """Draw `picture`; the same object again costs nothing."""
        if picture is self.picture:
            return
        self.picture, self._pixmap = picture, None
        if self.accessibleDescription() != picture.description:
            self.setAccessibleDescription(picture.description)
            if not self.accessibleName():
                self.setAccessibleName(picture.description.partition(":")[0])
        self.update()
        if self._pointer is not None:
            # Not at once: the owner is in the middle of showing a moment.
            self._pointer_stale.emit()

    def set_theme(self, theme: Theme) -> None:
        """Colour the card and the focus ring; pictures bring their own colours."""
        if theme is not self._theme:
            self._theme = theme
            self.update()

    def show_card(self, text: str, key: Key | None) -> None:
        """Show `text` beside the pointer, or beside the mark of `key` when there is none."""
        point = self._pointer or self._place_of(key)
        if point is not None:
            card.show_card(self, point, text, self._theme)

    def pointer(self) -> QPoint | None:
        """Where the pointer is, None when it is elsewhere."""
        return None if self._pointer is None else self._pointer.toPoint()

    def let_go(self) -> None:
        """What is pressed drags and clicks nothing any more."""
        self._press = None
        self._pull.end()

    def hide_card(self) -> None:
        """Hide the card; it comes back when the pointer finds something else."""
        card.hide_card(self)

    def _place_of(self, key: Key | None) -> QPointF | None:
        marks = self.picture.marks if self.picture else ()
        return next((QPointF(m.x, m.y) for m in marks if m.key == key), None)

    # -- painting ----------------------------------------------------------------
    @guarded()
    def paintEvent(self, _event: object) -> None:
        if self.picture is None:
            return
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(self.picture.background))
            if self._enlarged(painter):
                paint(painter, self.picture, fine=True)
            else:
                # Moving a card over the view must not draw a thousand lines again.
                painter.drawPixmap(0, 0, self._drawn(self.picture))
            if self._ring and self.hasFocus():
                self._paint_ring(painter)

    def _enlarged(self, painter: QPainter) -> bool:
        """Whether an export paints this widget larger than the screen shows it."""
        return abs(painter.deviceTransform().m11() - self.devicePixelRatioF()) > 1e-3

    def _drawn(self, picture: Picture) -> QPixmap:
        ratio = self.devicePixelRatioF()
        if self._pixmap is None or self._pixmap.devicePixelRatio() != ratio:
            self._pixmap = QPixmap(self.size() * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(QColor(picture.background))
            with QPainter(self._pixmap) as painter:
                paint(painter, picture)
        return self._pixmap

    def _paint_ring(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self._theme.accent))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._pixmap = None
        self.resized.emit()

    # -- pointer -----------------------------------------------------------------
    def _find(self, at: QPointF) -> Key | None:
        return key_at(self.picture, at.x(), at.y()) if self.picture else None

    def _hover(self, at: QPointF | None) -> None:
        self._pointer = at
        key = None if at is None else self._find(at)
        on_mark = key is not None and at is not None and self._on_box(at)
        self.setCursor(Qt.CursorShape.PointingHandCursor if on_mark else Qt.CursorShape.ArrowCursor)
        if key is None:
            card.hide_card(self)
        elif (shown := card.shown_card(self)) and at is not None:
            card.show_card(self, at, shown.text, self._theme)
        if key != self._hovered:
            self._hovered = key
            self.hovered.emit(key)

    def _on_box(self, at: QPointF) -> bool:
        return self.picture is not None and box_at(self.picture, at.x(), at.y()) is not None

    def _on_pointer_stale(self) -> None:
        if self._pointer is not None and self._press is None:
            self._hover(self._pointer)

    @guarded()
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._press is None:
            self._hover(at)
            return
        self._pointer = at
        start, key, button = self._press
        if not self._moved:
            self._moved = (at - start).manhattanLength() > STILL
        if self._pull.armed:
            self._pull_out(event)
            return
        if not self._moved:
            return
        step, self._last = at - self._last, at
        if key is not None and button is Qt.MouseButton.LeftButton:
            self.dragged.emit(key, at.x(), at.y())
        else:
            card.hide_card(self)
            self.panned.emit(step.x(), step.y())

    def _pull_out(self, event: QMouseEvent) -> None:
        if self._pull.move(event):
            # The drag takes the release: nothing may stay pressed.
            self._press = None
            card.hide_card(self)
            self.pulled.emit()

    @guarded()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        button, at = event.button(), event.position()
        if button not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        key = self._find(at)
        self._press, self._last, self._moved, self._ring = (at, key, button), at, False, False
        if self._pull.press(event):
            return
        if key is not None and button is Qt.MouseButton.LeftButton:
            self.dragged.emit(key, at.x(), at.y())

    @guarded()
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, self._press = self._press, None
        self._pull.end()
        if press is None:
            return
        if event.button() is Qt.MouseButton.LeftButton:
            self._end_press(press[1])
        self._hover(event.position() if self.rect().contains(event.position().toPoint()) else None)

    def _end_press(self, key: Key | None) -> None:
        if not self._moved:
            self.clicked.emit(key)
        elif key is not None:
            self.released.emit(key)

    @guarded()
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._press = None
        if event.button() is Qt.MouseButton.LeftButton:
            self.double_clicked.emit(self._find(event.position()))

    @guarded()
    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)
        self._hover(None)

    @guarded()
    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)
        self._press = None
        self._pull.end()
        self._hover(None)

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._nudge(event, notches)
            return
        # A view that nobody zooms lets the panel around it scroll.
        if not notches or not self.isSignalConnected(QMetaMethod.fromSignal(self.wheel_zoomed)):
            event.ignore()
            return
        at = event.position()
        factor = ZOOM_A_NOTCH ** min(max(notches, -5.0), 5.0)
        self.wheel_zoomed.emit(factor, at.x(), at.y())
        event.accept()

    def _nudge(self, event: QWheelEvent, notches: float) -> None:
        """With Ctrl the wheel belongs to what is under it, and never zooms."""
        key = self._find(event.position())
        if key is not None and notches:
            self.nudged.emit(key, round(notches) or (1 if notches > 0 else -1))
        event.accept()

    @guarded()
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.context_asked.emit(event.globalPos())
        event.accept()

    # -- focus -------------------------------------------------------------------
    @guarded()
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ring = event.reason() in _KEYBOARD
        self.update()

    @guarded()
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
