"""The groups of controls in the export dialog: size, words, animation."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QWidget,
)

from bnsim.sim.operation import UNITS
from bnsim.ui.export_choice import (
    CM_AN_INCH,
    CUSTOM,
    DPI,
    ENDS,
    FPS,
    PRESETS,
    SIDE,
    STARTS,
    ExportChoice,
    preset,
    side_px,
)
from bnsim.ui.fields import add_row, combo, row_of, spin
from bnsim.views.labels import plain_label

_UNITS = (("px", "px"), ("cm", "cm"))
_SWITCHES = (
    ("title", "Title"),
    ("labels", "Axis labels"),
    ("legend", "Legend"),
    ("caption", "Caption"),
)


class SizeFields(QObject):
    """A preset, or width and height in pixels or centimetres, and dots per inch."""

    changed = Signal()

    def __init__(self, parent: QObject, choice: ExportChoice) -> None:
        super().__init__(parent)
        rows = [(row.name, row.title) for row in PRESETS]
        self.preset = combo([*rows, (CUSTOM, "Custom")], choice.size, "Size")
        self.width_box, self.height_box = self._side("Width"), self._side("Height")
        self.unit = combo(_UNITS, choice.unit, "Unit of length")
        self.dpi = spin(*DPI, choice.dpi, "Dots per inch")
        self.dpi.setSuffix(" dpi")
        self._told = plain_label("", "muted")
        self._show(choice.width, choice.height, choice.unit, choice.dpi)
        self._connect()

    def _connect(self) -> None:
        self.preset.currentIndexChanged.connect(self._on_preset_changed)
        self.unit.currentIndexChanged.connect(self._on_unit_changed)
        self.dpi.valueChanged.connect(self._on_dpi_changed)
        for box in (self.width_box, self.height_box):
            box.valueChanged.connect(self._on_side_changed)

    @staticmethod
    def _side(name: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        box.setAccessibleName(name)
        return box

    def add_to(self, form: QFormLayout) -> None:
        """Put the rows into a form."""
        times = plain_label("×", "muted")
        add_row(form, "Size", self.preset)
        add_row(form, "", row_of(self.width_box, times, self.height_box, self.unit))
        add_row(form, "Resolution", row_of(self.dpi))
        add_row(form, "", self._told)

    def rows(self) -> tuple[QWidget, ...]:
        """What a table of numbers has no use for."""
        return (self.preset, self.width_box.parentWidget(), self.dpi.parentWidget(), self._told)

    def values(self) -> dict[str, object]:
        """Fields of an `ExportChoice`."""
        return {
            "size": self.preset.currentData(),
            "width": self.width_box.value(),
            "height": self.height_box.value(),
            "unit": self.unit.currentData(),
            "dpi": self.dpi.value(),
        }

    def _show(self, width: float, height: float, unit: str, dpi: int) -> None:
        """Fill the fields without telling."""
        boxes = (self.unit, self.dpi, self.width_box, self.height_box)
        for box in boxes:
            box.blockSignals(True)
        self.unit.setCurrentIndex(self.unit.findData(unit))
        self.dpi.setValue(dpi)
        for box, value in ((self.width_box, width), (self.height_box, height)):
            self._set_range(box, unit, dpi)
            box.setValue(value)
        for box in boxes:
            box.blockSignals(False)
        self._tell()

    @staticmethod
    def _set_range(box: QDoubleSpinBox, unit: str, dpi: int) -> None:
        pixel = CM_AN_INCH / dpi if unit == "cm" else 1.0
        box.setDecimals(2 if unit == "cm" else 0)
        box.setRange(SIDE[0] * pixel, SIDE[1] * pixel)

    def _tell(self) -> None:
        """What the size is in the other unit."""
        unit, dpi = self.unit.currentData(), self.dpi.value()
        sides = (self.width_box.value(), self.height_box.value())
        if unit == "cm":
            text = " × ".join(str(side_px(side, unit, dpi)) for side in sides) + " pixels"
        else:
            text = " × ".join(f"{side * CM_AN_INCH / dpi:.1f}" for side in sides) + " cm on paper"
        self._told.setText(text)

    def _custom(self) -> None:
        self.preset.blockSignals(True)
        self.preset.setCurrentIndex(self.preset.findData(CUSTOM))
        self.preset.blockSignals(False)
        self._tell()
        self.changed.emit()

    def _on_preset_changed(self) -> None:
        row = preset(self.preset.currentData())
        if row is not None:
            self._show(row.width, row.height, row.unit, row.dpi)
        self.changed.emit()

    def _on_unit_changed(self) -> None:
        """The same size said in the other unit."""
        unit, dpi = self.unit.currentData(), self.dpi.value()
        factor = CM_AN_INCH / dpi if unit == "cm" else dpi / CM_AN_INCH
        self._show(self.width_box.value() * factor, self.height_box.value() * factor, unit, dpi)
        self._custom()

    def _on_dpi_changed(self, dpi: int) -> None:
        """Centimetres stay centimetres, pixels stay pixels."""
        width, height = self.width_box.value(), self.height_box.value()
        self._show(width, height, self.unit.currentData(), dpi)
        self.changed.emit()

    def _on_side_changed(self) -> None:
        self._custom()


class WordFields(QWidget):
    """Which words stand in the picture."""

    changed = Signal()

    def __init__(self, choice: ExportChoice) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        self.boxes = {name: QCheckBox(text) for name, text in _SWITCHES}
        for index, (name, box) in enumerate(self.boxes.items()):
            box.setChecked(getattr(choice, name))
            box.toggled.connect(self._on_box_toggled)
            grid.addWidget(box, *divmod(index, 2))

    def values(self) -> dict[str, object]:
        """Fields of an `ExportChoice`."""
        return {name: box.isChecked() for name, box in self.boxes.items()}

    def _on_box_toggled(self) -> None:
        self.changed.emit()


class AnimationFields(QObject):
    """From which moment to which, in which steps, how fast."""

    changed = Signal()

    def __init__(self, parent: QObject, choice: ExportChoice) -> None:
        super().__init__(parent)
        self.start = self._moments(STARTS, choice.start, "From")
        self.until = self._moments(ENDS, choice.until, "To")
        self.step = combo([(unit, unit) for unit in UNITS], choice.step, "A frame each")
        self.fps = spin(*FPS, choice.fps, "Frames a second")
        self.fps.setSuffix(" frames a second")
        self._told = plain_label("", "muted")
        self.step.currentIndexChanged.connect(self._on_changed)
        self.fps.valueChanged.connect(self._on_changed)

    def _moments(self, rows: Sequence[tuple[str, str]], now: str, name: str) -> QComboBox:
        """Known moments; others can be typed as the command line takes them."""
        box = combo(rows, now, name)
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setToolTip("Choose one, or type a moment such as 2:end or 1:normalize:1")
        if box.findData(now) < 0:
            box.setEditText(now)
        box.editTextChanged.connect(self._on_changed)
        return box

    def add_to(self, form: QFormLayout) -> None:
        """Put the rows into a form."""
        add_row(form, "From", self.start)
        add_row(form, "To", self.until)
        add_row(form, "Step", self.step)
        add_row(form, "Speed", self.fps)
        add_row(form, "", self._told)

    def rows(self) -> tuple[QWidget, ...]:
        """What is shown for animations only."""
        return (self.start, self.until, self.step, self.fps, self._told)

    def values(self) -> dict[str, object]:
        """Fields of an `ExportChoice`."""
        return {
            "start": _typed(self.start),
            "until": _typed(self.until),
            "step": self.step.currentData(),
            "fps": self.fps.value(),
        }

    def tell(self, frames: int) -> None:
        """Say how long the animation is."""
        seconds = frames / self.fps.value()
        self._told.setText(f"{frames} frames, {seconds:.1f} seconds" if frames else "")

    def _on_changed(self) -> None:
        self.changed.emit()


def _typed(box: QComboBox) -> str:
    """The value of the row with this text, or what was typed."""
    text = box.currentText().strip()
    index = box.findText(text)
    return text if index < 0 else box.itemData(index)
