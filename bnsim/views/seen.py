"""Whether anyone can see a widget: a panel behind another tab is not drawn."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def is_seen(widget: QWidget) -> bool:
    """Whether any of a widget is in front.

    Qt counts a dock behind another tab as visible: it lies outside of its window.
    """
    return widget.isVisible() and not widget.visibleRegion().isEmpty()
