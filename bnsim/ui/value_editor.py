"""A small card beside a mark: type a number, nudge it, keep it or take it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from bnsim.pictures.editable import Editable, nudged
from bnsim.sim.errors import InputError
from bnsim.sim.form_text import number_text, read_number
from bnsim.sim.ranges import RANGES
from bnsim.ui.notice import sentence
from bnsim.views.guard import guarded
from bnsim.views.labels import plain_label

WIDTH, GAP, TEN = 232, 14, 10
_UP, _DOWN = Qt.Key.Key_Up, Qt.Key.Key_Down
_OWN = (_UP, _DOWN, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
HINT: Final = (
    "Up, Down or the wheel nudge it, with Shift tenfold. Enter keeps it, Esc takes it back."
)


class NumberEdit(QLineEdit):
    """A number as text; what it says is the model's until a person types."""

    nudge = Signal(int)
    kept = Signal()
    dropped = Signal()
    left = Signal()

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        """Up and Down belong to the number, not to the choice of a neuron."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in _OWN:
            event.accept()
            return True
        return super().event(event)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        times = TEN if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        if key in (_UP, _DOWN):
            self.nudge.emit(times if key == _UP else -times)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.kept.emit()
        elif key == Qt.Key.Key_Escape:
            self.dropped.emit()
        else:
            super().keyPressEvent(event)

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if notches:
            self.nudge.emit(round(notches) or (1 if notches > 0 else -1))
        event.accept()

    @guarded()
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class ValueEditor(QFrame):
    """Shows what comes of a number while it is typed; one gesture is one change."""

    tried = Signal(object)  # a list of edits
    kept = Signal()
    dropped = Signal()
    closed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("editor")
        self.setAutoFillBackground(True)
        self._rows: list[tuple[Editable, NumberEdit]] = []
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 9, 12, 10)
        box.setSpacing(5)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(5)
        box.addLayout(self._grid)
        self._note = plain_label(HINT, "muted", wrap=True)
        box.addWidget(self._note)
        self.hide()

    # -- opening -----------------------------------------------------------------
    @property
    def fields(self) -> list[NumberEdit]:
        """The open fields, from top to bottom."""
        return [field for _, field in self._rows]

    @property
    def reason(self) -> str:
        """Why what is typed is refused, "" when it is not."""
        return self._note.text() if self._note.objectName() == "refused" else ""

    def open(self, found: Sequence[Editable], at: QPoint) -> None:
        """Ask for numbers, beside a point of the window."""
        self.close_quietly()
        for row, editable in enumerate(found):
            self._add(row, editable)
        self._say("")
        self.resize(WIDTH, self._height())
        self.move(self._beside(at))
        self.show()
        self.raise_()
        field = self._rows[0][1]
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        field.selectAll()

    def _add(self, row: int, editable: Editable) -> None:
        field = NumberEdit(number_text(editable.value))
        field.setAccessibleName(editable.name)
        field.textEdited.connect(self._on_field_text_edited)
        field.nudge.connect(self._on_field_nudge)
        field.kept.connect(self._on_field_kept)
        field.dropped.connect(self._on_field_dropped)
        field.left.connect(self._on_field_left)
        self._grid.addWidget(plain_label(editable.name, "heading"), row, 0)
        self._grid.addWidget(field, row, 1)
        self._rows.append((editable, field))

    def _height(self) -> int:
        layout = self.layout()
        layout.activate()
        return layout.totalHeightForWidth(WIDTH)

    def _beside(self, at: QPoint) -> QPoint:
        """Near the mark, inside the window, and not over the mark itself."""
        room = self.parentWidget().rect()
        x = at.x() + GAP
        if x + self.width() > room.width():
            x = at.x() - GAP - self.width()
        y = at.y() + GAP
        if y + self.height() > room.height():
            y = at.y() - GAP - self.height()
        return QPoint(max(x, 0), max(y, 0))

    def close_quietly(self) -> None:
        """Hide without a word: who calls has decided what becomes of the number."""
        self._rows = []
        self.hide()
        self.closed.emit()
        while self._grid.count():
            widget = self._grid.takeAt(0).widget()
            widget.hide()
            widget.deleteLater()

    # -- typing ------------------------------------------------------------------
    def _edits(self) -> list[object]:
        """An edit for each number that is another one than it was."""
        found = []
        for editable, field in self._rows:
            value = _read(editable, field)
            if value != editable.value:
                found.append(replace(editable.edit, value=value))
        return found

    def _try(self) -> bool:
        """Show what comes of the numbers, or say why they cannot be."""
        try:
            edits = self._edits()
        except InputError as error:
            self.tried.emit([])
            self.refuse(str(error))
            return False
        self._say("")
        self.tried.emit(edits)
        return not self.reason

    def refuse(self, reason: str) -> None:
        """Say why a number is refused; it stays as it was typed, the model as it was."""
        self._say(reason)

    def _say(self, reason: str) -> None:
        # The name stands beside the field already.
        self._note.setText(sentence(reason.partition(": ")[2] or reason) or HINT)
        name = "refused" if reason else "muted"
        if self._note.objectName() != name:
            self._note.setObjectName(name)
            self._note.style().polish(self._note)
        if self.isVisible():
            self.resize(WIDTH, self._height())

    def _on_field_text_edited(self) -> None:
        self._try()

    def _on_field_nudge(self, notches: int) -> None:
        field = self.sender()
        editable = next(one for one, its in self._rows if its is field)
        try:
            value = nudged(_read(editable, field), notches, editable.value)
        except InputError as error:
            self.refuse(str(error))
            return
        field.setText(number_text(value))
        self._try()

    def _on_field_kept(self) -> None:
        if self._try():
            self.close_quietly()
            self.kept.emit()

    def _on_field_dropped(self) -> None:
        self.close_quietly()
        self.dropped.emit()

    def _on_field_left(self) -> None:
        """Elsewhere means keep; a number that is refused is taken back."""
        if not self._rows or self.isAncestorOf(self.window().focusWidget() or self.window()):
            return
        kept = self._try()
        self.close_quietly()
        (self.kept if kept else self.dropped).emit()


def _read(editable: Editable, field: NumberEdit) -> float:
    """The number that is typed; a text that nobody has touched is the number itself."""
    text = field.text()
    if text == number_text(editable.value):
        return editable.value
    return read_number(editable.name, text, RANGES["Edit.value"])
