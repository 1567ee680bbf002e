"""Dialogs: every key in one list, about, choosing a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QVBoxLayout,
    QWidget,
)

from bnsim import __version__
from bnsim.ui.actions import ACTIONS
from bnsim.ui.buttons import dialog_buttons
from bnsim.views.labels import plain_label

_MOUSE = (
    ("Pointer on a mark", "its exact value, and the sum that gave it"),
    ("Click a neuron", "select it: plots and sentences follow it"),
    ("Wheel on a network", "zoom; drag the background to move it"),
    ("Drag a timeline", "to any moment; every number returns exactly"),
    ("Right click on a picture", "export or copy it"),
    ("Ctrl and drag a picture", "out of the window, as a file; a plot also by its title"),
)


def help_dialog(parent: QWidget) -> QDialog:
    """Every action with its keys, and what the mouse does."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("Keys and mouse")
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(4)
    half = -(-(len(ACTIONS) + len(_MOUSE)) // 2)
    rows = [(", ".join(row.keys) or "menu", f"{row.text}: {row.tip}") for row in ACTIONS]
    for index, (keys, text) in enumerate([*rows, *_MOUSE]):
        column, row = divmod(index, half)
        grid.addWidget(plain_label(keys, "heading"), row, 2 * column)
        grid.addWidget(plain_label(text, ""), row, 2 * column + 1)
    box = QVBoxLayout(dialog)
    box.addLayout(grid)
    box.addWidget(dialog_buttons(dialog, QDialogButtonBox.StandardButton.Close))
    return dialog


def about_dialog(parent: QWidget) -> QDialog:
    """Version and licences."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("About bnsim")
    box = QVBoxLayout(dialog)
    box.addWidget(plain_label(f"bnsim {__version__}", "heading"))
    text = (
        "A simulator that makes batch normalization visible. Every number on the screen is "
        "computed by the network that is drawn.\n\nMIT licence. Built on Qt (LGPL), pyqtgraph, "
        "NumPy, msgspec and ziamath; letters by Inter and STIX Two (OFL), icons by Lucide (ISC)."
    )
    label = plain_label(text, "", wrap=True)
    label.setMinimumWidth(420)
    box.addWidget(label)
    box.addWidget(dialog_buttons(dialog, QDialogButtonBox.StandardButton.Close))
    return dialog


def ask_open(parent: QWidget, folder: str) -> Path | None:
    """Ask for a scenario file."""
    name, _ = QFileDialog.getOpenFileName(parent, "Open scenario", folder, "Scenarios (*.json)")
    return Path(name) if name else None


def ask_save(
    parent: QWidget, proposed: Path, label: str, title: str = "Export picture"
) -> Path | None:
    """Ask where to save; Qt asks before it takes a file that exists."""
    suffix = proposed.suffix
    dialog = QFileDialog(parent, title, str(proposed.parent), f"{label} (*{suffix})")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    # Added by Qt, so that the file asked about is the one that is written.
    dialog.setDefaultSuffix(suffix.removeprefix("."))
    dialog.selectFile(proposed.name)
    chosen = dialog.selectedFiles() if dialog.exec() else []
    dialog.deleteLater()
    return Path(chosen[0]) if chosen else None
