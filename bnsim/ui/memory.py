"""What the window remembers from one start to the next."""

from __future__ import annotations

import base64

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QWidget

from bnsim.files.settings import Settings, save_settings, settings_path
from bnsim.pictures.palette import LIGHT, THEMES
from bnsim.sim.operation import UNITS
from bnsim.ui.desk import Desk
from bnsim.ui.state import ViewState


def state_of(settings: Settings) -> ViewState:
    """The remembered choices, as far as they still exist."""
    state = ViewState(theme=THEMES.get(settings.theme, LIGHT), still=settings.still)
    if settings.unit in UNITS:
        state.unit = settings.unit
    if settings.lanes in ("without", "with", "compare"):
        state.lanes = settings.lanes
    state.speed = min(max(settings.speed, 1), 10)
    return state


def restore(window: QWidget, desk: Desk, settings: Settings) -> None:
    """Hand Qt its bytes back; the settings file's checksum has been verified."""
    if settings.geometry:
        window.restoreGeometry(_bytes(settings.geometry))
    desk.moved = settings.arranged
    if settings.panels:
        desk.restore(_bytes(settings.panels))


def remember(window: QWidget, desk: Desk, state: ViewState, settings: Settings) -> None:
    """Write what the window looks like now."""
    s = settings
    s.theme, s.lanes, s.unit, s.speed = state.theme.name, state.lanes, state.unit, state.speed
    s.still, s.arranged = state.still, desk.moved
    s.geometry, s.panels = _text(bytes(window.saveGeometry())), _text(desk.state())
    save_settings(settings_path(), s)


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
