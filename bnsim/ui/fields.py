"""Fields of a form: boxes and numbers that never ask for more room than they get.

Nothing here changes by itself: no wheel, no rounding, no locale; a text counts when a
person has typed it and leaves the field or presses Enter.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from bnsim.views.guard import guarded
from bnsim.views.labels import plain_label

#: As high as a box, so that the words beside it stand right.
ROW_HEIGHT = 27


class ElidedBox(QComboBox):
    """A box that ends a long text with three dots; its list shows all of it."""

    @guarded()
    def paintEvent(self, _event: object) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        style = self.style()
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = style.subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width()
        right = Qt.TextElideMode.ElideRight
        option.currentText = self.fontMetrics().elidedText(option.currentText, right, room - 4)
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            style.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option, painter, self)
            style.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option, painter, self)

    @guarded()
    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 24)
        super().showPopup()


class QuietBox(ElidedBox):
    """A box that changes only by a choice from its list.

    The wheel scrolls what is behind it.  Keys open the list: an arrow that chose at once
    would start a new run at each press.  A click leaves the focus where it is, so that the
    space bar still plays; Tab gets here.
    """

    _OPENING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F4)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._reached = False

    @guarded()
    def focusInEvent(self, event: object) -> None:
        """A window that opens looks for something to give the focus: not for this."""
        super().focusInEvent(event)
        self._reached |= event.reason() != Qt.FocusReason.ActiveWindowFocusReason
        if not self._reached:
            self.clearFocus()

    @guarded()
    def focusOutEvent(self, event: object) -> None:
        super().focusOutEvent(event)
        away = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
        self._reached &= event.reason() in away

    @guarded()
    def wheelEvent(self, event: object) -> None:
        event.ignore()

    @guarded(False)
    def event(self, event: object) -> bool:
        """Keys that open the list come before the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in self._OPENING:
            event.accept()
            return True
        return super().event(event)

    @guarded()
    def keyPressEvent(self, event: object) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if event.key() in self._OPENING or (alt and event.key() == Qt.Key.Key_Down):
            self.showPopup()
        else:
            event.ignore()


class QuietSwitch(QCheckBox):
    """A check box that Tab reaches and a click does not, so that the space bar still plays."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @guarded(False)
    def event(self, event: object) -> bool:
        return _takes_space(event) or super().event(event)


class QuietButton(QPushButton):
    """A button that Tab reaches and a click does not."""

    def __init__(self, text: str, tip: str) -> None:
        super().__init__(text)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @guarded(False)
    def event(self, event: object) -> bool:
        return _takes_space(event) or super().event(event)


def _takes_space(event: object) -> bool:
    """The space bar presses what has the focus, before it is a shortcut of the window."""
    if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Space:
        event.accept()
        return True
    return False


class Entry(QLineEdit):
    """A line of text that is given away once it was edited, by Enter or by leaving it.

    ``own`` is the text of what it shows.  Up and Down do nothing here, nor in the window
    behind.
    """

    entered = Signal(str)
    restored = Signal()

    _VERTICAL = (Qt.Key.Key_Up, Qt.Key.Key_Down)

    def __init__(self) -> None:
        super().__init__()
        # Qt sets a text two pixels further in than the words of a box.
        self.setTextMargins(-2, 0, -2, 0)
        self.own = ""

    def show_text(self, text: str) -> None:
        """Show the text of a value, without telling; the text cursor stays if it can."""
        self.own = text
        if text != self.text():
            place = self.cursorPosition()
            self.setText(text)
            self.setCursorPosition(min(place, len(text)) if self.hasFocus() else 0)

    @property
    def edited(self) -> bool:
        """Whether it shows something else than its own text."""
        return self.text() != self.own

    @guarded(QSize)
    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    @guarded(False)
    def event(self, event: object) -> bool:
        """Keys that mean something here come before the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and self._takes(event.key()):
            event.accept()
            return True
        return super().event(event)

    def _takes(self, key: int) -> bool:
        return key in self._VERTICAL or key == Qt.Key.Key_Escape

    @guarded()
    def keyPressEvent(self, event: object) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._give()
        elif event.key() == Qt.Key.Key_Escape:
            self._take_back()
        elif event.key() not in self._VERTICAL:
            super().keyPressEvent(event)

    def _take_back(self) -> None:
        """Esc brings the text back; a second one leaves, so that keys step again."""
        if self.edited:
            self.show_text(self.own)
            self.restored.emit()
        else:
            self.clearFocus()

    @guarded()
    def focusOutEvent(self, event: object) -> None:
        super().focusOutEvent(event)
        # The field's own menu takes the focus for a moment: that is not leaving it.
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._give()

    def _give(self) -> None:
        if self.edited:
            self.entered.emit(self.text())
        else:
            # An edit that was taken back leaves nothing to complain about.
            self.restored.emit()


def add_row(form: QFormLayout, text: str, field: QWidget) -> None:
    """A row whose words stand at the height of its field."""
    label = plain_label(text, "row")
    label.setMinimumHeight(ROW_HEIGHT if text else 0)
    form.addRow(label, field)


def combo(rows: Sequence[tuple[str, str]], now: str, name: str) -> QComboBox:
    """A box of (value, text) rows that never asks for more room than it gets."""
    return fill_box(ElidedBox(), rows, now, name)


def fill_box(box: QComboBox, rows: Sequence[tuple[str, str]], now: str, name: str) -> QComboBox:
    """Put (value, text) rows into a box."""
    for value, text in rows:
        box.addItem(text, value)
    box.setCurrentIndex(max(box.findData(now), 0))
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumWidth(60)
    return box


def spin(low: int, high: int, now: int, name: str) -> QSpinBox:
    """A field for a whole number."""
    box = QSpinBox()
    box.setRange(low, high)
    box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
    box.setValue(now)
    box.setAccessibleName(name)
    return box


def row_of(*widgets: QWidget) -> QWidget:
    """Widgets side by side."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget, 0 if widget.objectName() == "muted" else 1)
    return holder
