"""A theme's colours as a Qt palette and a style sheet."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from bnsim.files.locate import resource
from bnsim.pictures.palette import Theme

_ROLES = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "panel",
    QPalette.ColorRole.AlternateBase: "field",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "field",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.ToolTipBase: "panel",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "accent_text",
    QPalette.ColorRole.PlaceholderText: "muted",
    QPalette.ColorRole.Mid: "panel_line",
}


def qt_palette(theme: Theme) -> QPalette:
    """Every role from the theme; disabled text in its faint colour."""
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, QColor(getattr(theme, name)))
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.WindowText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.faint))
    return palette


def style_sheet(theme: Theme) -> str:
    """``resources/style/window.qss`` in the colours of a theme."""
    dark = "dark" if theme.name == "dark" else "light"
    icons = {
        "arrow": resource("icons", f"chevron-down-{dark}.svg").as_posix(),
        "check": resource("icons", f"check-{dark}.svg").as_posix(),
    }
    return _sheet().substitute(asdict(theme), **icons)


@cache
def _sheet() -> Template:
    return Template(resource("style", "window.qss").read_text(encoding="utf-8"))


def apply_theme(window: QWidget, theme: Theme) -> None:
    """Give a window and everything in it the theme."""
    window.setPalette(qt_palette(theme))
    window.setStyleSheet(style_sheet(theme))
