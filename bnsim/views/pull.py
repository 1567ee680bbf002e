"""A press that may become a drag of the whole picture out of the window."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication


class Pull:
    """Ctrl with the left button arms it; moving far enough pulls, once."""

    def __init__(self) -> None:
        self._start: QPointF | None = None

    @property
    def armed(self) -> bool:
        """Whether a press waits for the pointer to move."""
        return self._start is not None

    def press(self, event: QMouseEvent, strip: float = 0.0) -> bool:
        """Arm by Ctrl anywhere, or without it in the ``strip`` at the top."""
        held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.button() is Qt.MouseButton.LeftButton and (held or event.position().y() < strip):
            self._start = event.position()
        return self.armed

    def move(self, event: QMouseEvent) -> bool:
        """Whether the picture is to be dragged out now."""
        if self._start is None:
            return False
        far = (event.position() - self._start).manhattanLength()
        if far < QApplication.startDragDistance():
            return False
        self._start = None
        return True

    def end(self) -> None:
        """The button is up again, or the view is gone."""
        self._start = None
