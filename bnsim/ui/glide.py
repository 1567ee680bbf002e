"""Things that move to their new places in a quarter of a second, for the eye only."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

SECONDS, TICK_MS = 0.26, 16


class Glide(QObject):
    """Counts ``state.glide`` of its controller from 0 to 1; the next key ends it."""

    #: Only what glides has moved on; the moment is the same.
    moved = Signal()

    def __init__(self, controller: QObject) -> None:
        super().__init__(controller)
        self._controller, self._began = controller, 0.0
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._on_timer)

    def begin(self) -> None:
        """Start; not while playing fast, nor for who wants it still."""
        state = self._controller.state
        slow = not state.playing or state.interval_ms >= 2 * SECONDS * 1000
        if slow and not state.still:
            state.glide, self._began = 0.0, time.perf_counter()
            self._timer.start()

    def end(self) -> None:
        """Everything is where it belongs."""
        self._timer.stop()
        self._controller.state.glide = 1.0

    def _on_timer(self) -> None:
        share = min((time.perf_counter() - self._began) / SECONDS, 1.0)
        self._controller.state.glide = share
        if share >= 1.0:
            self._timer.stop()
        self.moved.emit()
