"""Small controls that the bar and the panels share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QToolButton,
    QWidget,
)

from bnsim.ui.icons import icon


def tool_button(text: str, tip: str, name: str = "") -> QToolButton:
    """A flat button; ``name`` picks a rule of the style sheet."""
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setObjectName(name)
    # The arrow keys and the space bar belong to stepping, wherever the focus is.
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button


def icon_button(name: str, tip: str, color: str, style: str = "") -> QToolButton:
    """A button that shows a shipped icon."""
    button = tool_button("", tip, style)
    button.setIconSize(QSize(17, 17))
    button.setIcon(icon(name, color))
    return button


def dialog_buttons(dialog: QDialog, which: QDialogButtonBox.StandardButton) -> QDialogButtonBox:
    """The buttons that end a dialog, without icons."""
    buttons = QDialogButtonBox(which)
    for button in buttons.buttons():
        button.setIcon(QIcon())
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons


class Segments(QWidget):
    """A row of joined buttons of which one is down."""

    chosen = Signal(str)

    def __init__(self, rows: Sequence[tuple[str, str, str]], what: str) -> None:
        """``rows`` are (value, text, tip)."""
        super().__init__()
        self.setAccessibleName(what)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons = {}
        for value, text, tip in rows:
            button = tool_button(text, tip, "segment")
            button.setCheckable(True)
            button.setProperty("value", value)
            self._group.addButton(button)
            box.addWidget(button)
            self._buttons[value] = button
        self._group.buttonClicked.connect(self._on_group_clicked)

    def show_value(self, value: str) -> None:
        """Press the button of ``value`` without emitting anything."""
        if value in self._buttons:
            self._buttons[value].setChecked(True)

    def _on_group_clicked(self, button: QToolButton) -> None:
        self.chosen.emit(button.property("value"))
