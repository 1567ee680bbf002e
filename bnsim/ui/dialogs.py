"""Dialogs: every key in one list, about, choosing a file, what to export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from bnsim import __version__
from bnsim.pictures.palette import THEMES
from bnsim.ui.actions import ACTIONS
from bnsim.views.labels import plain_label

_MOUSE = (
    ("Pointer on a mark", "its exact value, and the sum that gave it"),
    ("Click a neuron", "select it: plots and sentences follow it"),
    ("Wheel on a network", "zoom; drag the background to move it"),
    ("Drag a timeline", "to any moment; every number returns exactly"),
    ("Right click on a picture", "save it"),
)

#: Name and pixels of the offered sizes.
SIZES = {
    "1600 x 1000": (1600, 1000),
    "1920 x 1080 (slide)": (1920, 1080),
    "1200 x 1200 (square)": (1200, 1200),
    "1004 x 700 (8.5 cm at 300 dpi)": (1004, 700),
    "4000 x 2500": (4000, 2500),
    "other": None,
}


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
    box.addWidget(_buttons(dialog, QDialogButtonBox.StandardButton.Close))
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
        "NumPy and msgspec; letters by Inter (OFL), icons by Lucide (ISC)."
    )
    label = plain_label(text, "", wrap=True)
    label.setMinimumWidth(420)
    box.addWidget(label)
    box.addWidget(_buttons(dialog, QDialogButtonBox.StandardButton.Close))
    return dialog


def _buttons(dialog: QDialog, which: QDialogButtonBox.StandardButton) -> QDialogButtonBox:
    buttons = QDialogButtonBox(which)
    for button in buttons.buttons():
        button.setIcon(QIcon())
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What a person wants saved."""

    picture: str
    size: tuple[int, int]
    size_name: str
    dpi: int
    theme: str


class ExportDialog(QDialog):
    """Which picture, how large, in which theme."""

    def __init__(
        self, parent: QWidget, pictures: Sequence[tuple[str, str]], choice: ExportChoice
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export picture")
        self._picture = self._box(pictures, choice.picture)
        self._size = self._box([(name, name) for name in SIZES], choice.size_name)
        self._theme = self._box([(n, n) for n in THEMES], choice.theme)
        self._width, self._height = self._pixels(choice.size[0]), self._pixels(choice.size[1])
        self._dpi = QSpinBox()
        self._dpi.setRange(10, 1200)
        self._dpi.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self._dpi.setValue(choice.dpi)
        self._size.currentIndexChanged.connect(self._on_size_changed)
        self._lay_out()
        self._on_size_changed()

    @staticmethod
    def _box(rows: Sequence[tuple[str, str]], now: str) -> QComboBox:
        box = QComboBox()
        for value, text in rows:
            box.addItem(text, value)
        box.setCurrentIndex(max(box.findData(now), 0))
        return box

    @staticmethod
    def _pixels(value: int) -> QSpinBox:
        spin = QSpinBox()
        spin.setRange(100, 10000)
        spin.setSuffix(" px")
        spin.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        spin.setValue(value)
        return spin

    def _lay_out(self) -> None:
        form = QFormLayout()
        pixels = QWidget()
        row = QHBoxLayout(pixels)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._width)
        row.addWidget(plain_label("×", ""))
        row.addWidget(self._height)
        for text, widget in (
            ("Picture", self._picture),
            ("Size", self._size),
            ("Pixels", pixels),
            ("Dots per inch", self._dpi),
            ("Theme", self._theme),
        ):
            form.addRow(text, widget)
        box = QVBoxLayout(self)
        box.addLayout(form)
        save = QDialogButtonBox.StandardButton
        box.addWidget(_buttons(self, save.Save | save.Cancel))

    def _on_size_changed(self) -> None:
        size = SIZES.get(self._size.currentData())
        for spin, value in zip((self._width, self._height), size or (0, 0), strict=True):
            spin.setEnabled(size is None)
            if size is not None:
                spin.setValue(value)

    def choice(self) -> ExportChoice:
        """What the person chose."""
        return ExportChoice(
            self._picture.currentData(),
            (self._width.value(), self._height.value()),
            self._size.currentData(),
            self._dpi.value(),
            self._theme.currentData(),
        )


def ask_open(parent: QWidget, folder: str) -> Path | None:
    """Ask for a scenario file."""
    name, _ = QFileDialog.getOpenFileName(parent, "Open scenario", folder, "Scenarios (*.json)")
    return Path(name) if name else None


def ask_save(parent: QWidget, proposed: Path, kinds: str) -> Path | None:
    """Ask where to save; the suffix is added when it is left out."""
    name, _ = QFileDialog.getSaveFileName(parent, "Export picture", str(proposed), kinds)
    if not name:
        return None
    path = Path(name)
    return path if path.suffix else path.with_suffix(".png")
