"""A theme's colours as a Qt palette and one small style sheet."""

from __future__ import annotations

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
    """Flat controls in the theme's colours."""
    dark = "dark" if theme.name == "dark" else "light"
    arrow = resource("icons", f"chevron-down-{dark}.svg").as_posix()
    check = resource("icons", f"check-{dark}.svg").as_posix()
    return f"""
    QWidget {{
        font-size: 12px;
        color: {theme.text};
    }}
    QLabel#caption[wide="true"] {{
        font-size: 13px;
    }}
    QDialog, QMessageBox, QWidget#ground {{
        background: {theme.window};
    }}
    QComboBox, QAbstractSpinBox, QLineEdit, QAbstractItemView {{
        background: {theme.field};
        border: 1px solid {theme.panel_line};
        border-radius: 5px;
        padding: 4px 7px;
    }}
    QComboBox QLineEdit {{
        border: none;
        padding: 0;
    }}
    QComboBox:focus, QAbstractSpinBox:focus {{
        border: 1px solid {theme.accent};
    }}
    QLineEdit:focus {{
        border: 1px solid {theme.accent};
    }}
    QComboBox[refused="true"], QLineEdit[refused="true"], QLineEdit[refused="true"]:focus {{
        border: 1px solid {theme.outlier};
    }}
    QComboBox QLineEdit:focus {{
        border: none;
    }}
    QLabel#refusal, QLabel#refused {{
        color: {theme.outlier};
        font-size: 11px;
    }}
    QCheckBox:disabled {{
        color: {theme.muted};
    }}
    QScrollBar:vertical {{
        background: transparent;
        width: 10px;
        margin: 2px 1px;
    }}
    QScrollBar::handle:vertical {{
        background: {theme.panel_line};
        border-radius: 4px;
        min-height: 28px;
    }}
    QScrollBar::handle:vertical:hover {{
        background: {theme.faint};
    }}
    QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{
        height: 0;
    }}
    QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{
        background: transparent;
    }}
    QScrollBar:horizontal {{
        background: transparent;
        height: 10px;
        margin: 1px 2px;
    }}
    QScrollBar::handle:horizontal {{
        background: {theme.panel_line};
        border-radius: 4px;
        min-width: 28px;
    }}
    QScrollBar::handle:horizontal:hover {{
        background: {theme.faint};
    }}
    QScrollBar::add-line:horizontal, QScrollBar::sub-line:horizontal {{
        width: 0;
    }}
    QScrollBar::add-page:horizontal, QScrollBar::sub-page:horizontal {{
        background: transparent;
    }}
    QComboBox::drop-down {{
        border: none;
        width: 20px;
    }}
    QComboBox::down-arrow {{
        image: url("{arrow}");
        width: 12px;
        height: 12px;
    }}
    QToolTip {{
        background: {theme.panel};
        color: {theme.text};
        border: 1px solid {theme.panel_line};
        padding: 4px;
    }}
    QMenuBar {{
        background: {theme.panel};
        color: {theme.text};
    }}
    QMenuBar::item {{
        padding: 4px 9px;
        background: transparent;
    }}
    QMenuBar::item:selected {{
        background: {theme.accent_soft};
    }}
    QMenu {{
        background: {theme.panel};
        color: {theme.text};
        border: 1px solid {theme.panel_line};
        padding: 4px;
    }}
    QMenu::item {{
        padding: 5px 26px 5px 22px;
        border-radius: 4px;
    }}
    QMenu::item:selected {{
        background: {theme.accent_soft};
    }}
    QMenu::item:disabled {{
        color: {theme.faint};
    }}
    QMenu::separator {{
        height: 1px;
        background: {theme.panel_line};
        margin: 4px 8px;
    }}
    QFrame#bar {{
        background: {theme.panel};
        border-bottom: 1px solid {theme.panel_line};
    }}
    QFrame#card {{
        background: {theme.panel};
        border: 1px solid {theme.panel_line};
        border-radius: 6px;
    }}
    QFrame#editor {{
        background: {theme.panel};
        border: 1px solid {theme.accent};
        border-radius: 7px;
    }}
    QLabel#brand {{
        font-size: 18px;
        font-weight: bold;
    }}
    QLabel#heading {{
        font-size: 13px;
        font-weight: bold;
    }}
    QLabel#muted {{
        color: {theme.muted};
        font-size: 11px;
    }}
    QToolButton, QPushButton {{
        background: {theme.field};
        color: {theme.text};
        border: 1px solid {theme.panel_line};
        border-radius: 5px;
        padding: 5px 10px;
        font-weight: 600;
    }}
    QToolButton:hover, QPushButton:hover {{
        background: {theme.accent_soft};
    }}
    QToolButton:checked {{
        background: {theme.accent_soft};
        color: {theme.accent};
    }}
    QToolButton:disabled, QPushButton:disabled {{
        color: {theme.faint};
    }}
    QToolButton:focus, QPushButton:focus {{
        border: 1px solid {theme.accent};
    }}
    QToolButton#primary {{
        background: {theme.accent};
        color: {theme.accent_text};
        border: none;
        padding: 6px 16px;
    }}
    QProgressBar {{
        background: {theme.field};
        color: {theme.text};
        border: 1px solid {theme.panel_line};
        border-radius: 5px;
        text-align: center;
        min-height: 18px;
    }}
    QProgressBar::chunk {{
        background: {theme.accent_soft};
        border-radius: 4px;
    }}
    QCheckBox::indicator {{
        width: 14px;
        height: 14px;
        background: {theme.field};
        border: 1px solid {theme.muted};
        border-radius: 3px;
    }}
    QCheckBox::indicator:checked {{
        background: {theme.accent};
        border: 1px solid {theme.accent};
        image: url("{check}");
    }}
    QCheckBox::indicator:focus {{
        border: 1px solid {theme.text};
    }}
    QPushButton:default {{
        background: {theme.accent};
        color: {theme.accent_text};
        border: 1px solid {theme.accent};
    }}
    QPushButton:default:disabled {{
        background: {theme.field};
        color: {theme.faint};
        border: 1px solid {theme.panel_line};
    }}
    QToolButton#segment {{
        border-radius: 0;
        padding: 5px 9px;
    }}
    QComboBox QAbstractItemView {{
        background: {theme.panel};
        color: {theme.text};
        border: 1px solid {theme.panel_line};
        selection-background-color: {theme.accent_soft};
        selection-color: {theme.text};
        outline: none;
    }}
    QScrollArea, QWidget#body {{
        border: none;
        background: {theme.panel};
    }}
    QMainWindow#desk {{
        background: {theme.window};
    }}
    QMainWindow#desk::separator {{
        background: transparent;
        width: 8px;
        height: 8px;
    }}
    QMainWindow#desk::separator:hover {{
        background: {theme.accent_soft};
    }}
    QTabBar {{
        background: transparent;
        qproperty-drawBase: 0;
    }}
    QTabBar::tab {{
        background: transparent;
        color: {theme.muted};
        border: none;
        border-bottom: 2px solid transparent;
        padding: 3px 8px 4px 8px;
        margin-right: 1px;
        font-weight: 600;
    }}
    QTabBar::tab:selected {{
        color: {theme.accent};
        border-bottom: 2px solid {theme.accent};
    }}
    QTabBar::tab:hover {{
        color: {theme.text};
    }}
    QTreeWidget, QPlainTextEdit {{
        background: {theme.field};
        color: {theme.text};
        border: 1px solid {theme.panel_line};
        border-radius: 5px;
        outline: none;
    }}
    QTreeWidget::item {{
        padding: 3px 2px;
    }}
    QTreeWidget::item:selected {{
        background: {theme.accent_soft};
    }}
    QTreeWidget::item:hover {{
        background: {theme.accent_soft};
    }}
    QFrame#notice {{
        background: {theme.accent_soft};
        border: 1px solid {theme.accent};
        border-radius: 6px;
    }}
    QFrame#notice[kind="error"] {{
        border: 1px solid {theme.outlier};
    }}
    """


def apply_theme(window: QWidget, theme: Theme) -> None:
    """Give a window and everything in it the theme."""
    window.setPalette(qt_palette(theme))
    window.setStyleSheet(style_sheet(theme))
