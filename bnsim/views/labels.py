"""Labels that show text as it is: the only place that makes a QLabel.

A QLabel guesses whether its text is HTML; a scenario's title could then load a local
image or freeze the window.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def plain_label(
    text: str = "",
    name: str = "",
    *,
    parent: QWidget | None = None,
    wrap: bool = False,
    selectable: bool = False,
) -> QLabel:
    """Return a label that takes every text literally.

    Parameters
    ----------
    text : str
        What it shows; also later texts given to `setText` are taken literally.
    name : str
        Its object name, for style sheets and tests.
    parent : QWidget, optional
        The widget that owns it.
    wrap : bool
        Whether long lines are broken.
    selectable : bool
        Whether the text can be marked and copied.
    """
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setObjectName(name)
    label.setWordWrap(wrap)
    if selectable:
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
