"""The hover card: a few lines of plain text beside the pointer, one card a window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from bnsim.pictures.palette import LIGHT, Theme
from bnsim.views.fonts import font, metrics
from bnsim.views.guard import guarded

GAP: Final = 18
SIZE: Final = 12
LEADING: Final = 17
#: Room round the text, inside the frame and for the shadow outside of it.
PAD_X, PAD_Y, SHADOW = 11, 8, 7
WIDEST: Final = 400

_WRAP: Final = int(Qt.TextFlag.TextWordWrap)


class Card(QWidget):
    """A child of the window, so that it may reach out of the small view it belongs to."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        # The pointer must never leave the view because the card lies under it.
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.owner: QWidget | None = None
        self.text = ""
        self._theme = LIGHT
        self._rows: list[tuple[str, bool, int, int]] = []
        self.hide()

    def show_text(self, text: str, theme: Theme) -> None:
        """Take on the text and the size that it needs."""
        if (text, theme) != (self.text, self._theme):
            self.text, self._theme = text, theme
            self._lay_out()
            self.setAccessibleDescription(text)
            self.update()

    def place(self, point: QPoint) -> None:
        """Stand right below `point` of the window; on the other side where room is short."""
        room = self.parentWidget().rect()
        x = _beside(point.x(), self.width(), room.width())
        y = _beside(point.y(), self.height(), room.height())
        self.move(x, y)
        self.show()
        self.raise_()

    def _lay_out(self) -> None:
        self._rows, y, widest = [], 0, 0
        for index, line in enumerate(self.text.split("\n")):
            box = _size_of(line, index == 0)
            self._rows.append((line, index == 0, y, box.height()))
            y, widest = y + box.height(), max(widest, box.width())
        self.resize(widest + 2 * (PAD_X + SHADOW), y + 2 * (PAD_Y + SHADOW))

    @guarded()
    def paintEvent(self, _event: object) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_ground(painter)
            for line, bold, y, height in self._rows:
                painter.setFont(font(SIZE, bold, True))
                painter.setPen(QColor(self._theme.text))
                left, top = PAD_X + SHADOW, PAD_Y + SHADOW + y
                painter.drawText(QRect(left, top, self.width() - 2 * left + 2, height), _WRAP, line)

    def _paint_ground(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 5))
        frame = QRectF(self.rect()).adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)
        for out in range(1, SHADOW):
            around = frame.adjusted(-out, -out + 2, out, out + 1)
            painter.drawRoundedRect(around, 6 + out, 6 + out)
        painter.setPen(QColor(self._theme.panel_line))
        painter.setBrush(QColor(self._theme.panel))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


def _size_of(line: str, bold: bool) -> QSize:
    if not line:
        return QSize(0, LEADING // 2)
    room = QRectF(0, 0, WIDEST, 10_000)
    box = metrics(SIZE, bold, True).boundingRect(room, _WRAP, line)
    return QSize(int(box.width()) + 2, max(LEADING, int(box.height()) + 2))


def _beside(at: int, size: int, room: int) -> int:
    """Return where to start so that the card is `GAP` beside `at` and inside `room`."""
    after = at + GAP - SHADOW
    found = after if after + size <= room else at - GAP + SHADOW - size
    return max(0, min(found, room - size))


def show_card(view: QWidget, point: QPointF, text: str, theme: Theme) -> None:
    """Show `text` beside `point` of `view`; without text, hide the card."""
    if not text:
        hide_card(view)
        return
    card = _card_of(view, make=True)
    card.owner = view
    card.show_text(text, theme)
    card.place(view.mapTo(view.window(), point.toPoint()))


def hide_card(view: QWidget) -> None:
    """Hide the card if it is this view's."""
    card = _card_of(view, make=False)
    if card is not None and card.owner is view:
        card.owner = None
        card.hide()


def shown_card(view: QWidget) -> Card | None:
    """Return the card that stands beside `view`, if one does."""
    card = _card_of(view, make=False)
    return card if card is not None and card.owner is view else None


def _card_of(view: QWidget, make: bool) -> Card | None:
    window = view.window()
    card = window.findChild(Card, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return Card(window) if card is None and make else card
