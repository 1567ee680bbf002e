"""Which picture a key means: the one pointed at, else the one last used."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from bnsim.views.guard import guarded

_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class Target(NamedTuple):
    """A picture by name; ``lane`` when it shows one, ``view`` when it is on the screen."""

    picture: str
    lane: str = ""
    view: QWidget | None = None


class PictureUsed(QObject):
    """Watches the views of the window."""

    #: A person has pressed on a picture or gone to it by the keyboard.
    touched = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._targets: list[Target] = []
        self._pointed: Target | None = None
        self._last: Target | None = None

    def watch(self, target: Target) -> None:
        """From now on this view can be meant."""
        self._targets.append(target)
        target.view.installEventFilter(self)

    def target_of(self, view: object) -> Target:
        """What a watched view shows."""
        return next(target for target in self._targets if target.view is view)

    def use(self, target: Target) -> None:
        """Mean this picture until another one is touched."""
        self._last = target
        self.touched.emit()

    def current(self) -> Target | None:
        """The picture that is meant now, or None when none was ever touched."""
        found = self._pointed or self._last
        return found if found and found.view.isVisible() else None

    def forget(self) -> None:
        """The views are about to go."""
        for target in self._targets:
            target.view.removeEventFilter(self)
        self._targets.clear()
        self._pointed = self._last = None

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look on; every event goes its way."""
        kind = event.type()
        if kind == QEvent.Type.Enter:
            self._pointed = self.target_of(watched)
        elif kind == QEvent.Type.Leave:
            self._pointed = None
        elif kind == QEvent.Type.MouseButtonPress:
            self.use(self.target_of(watched))
        elif kind == QEvent.Type.FocusIn and event.reason() in _KEYBOARD:
            self._pointed = None
            self.use(self.target_of(watched))
        return False
