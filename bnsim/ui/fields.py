"""Fields of a form: boxes and numbers that never ask for more room than they get."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from bnsim.views.guard import guarded
from bnsim.views.labels import plain_label

#: As high as a box, so that the words beside it stand right.
ROW_HEIGHT = 27


class ElidedBox(QComboBox):
    """A box that ends a long text with three dots; its list shows all of it."""

    @guarded()
    def paintEvent(self, _event: object) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        style = self.style()
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = style.subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width()
        right = Qt.TextElideMode.ElideRight
        option.currentText = self.fontMetrics().elidedText(option.currentText, right, room - 4)
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            style.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option, painter, self)
            style.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option, painter, self)

    @guarded()
    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 24)
        super().showPopup()


def add_row(form: QFormLayout, text: str, field: QWidget) -> None:
    """A row whose words stand at the height of its field."""
    label = plain_label(text, "row")
    label.setMinimumHeight(ROW_HEIGHT if text else 0)
    form.addRow(label, field)


def combo(rows: Sequence[tuple[str, str]], now: str, name: str) -> QComboBox:
    """A box of (value, text) rows that never asks for more room than it gets."""
    box = ElidedBox()
    for value, text in rows:
        box.addItem(text, value)
    box.setCurrentIndex(max(box.findData(now), 0))
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumWidth(60)
    return box


def spin(low: int, high: int, now: int, name: str) -> QSpinBox:
    """A field for a whole number."""
    box = QSpinBox()
    box.setRange(low, high)
    box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
    box.setValue(now)
    box.setAccessibleName(name)
    return box


def row_of(*widgets: QWidget) -> QWidget:
    """Widgets side by side."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget, 0 if widget.objectName() == "muted" else 1)
    return holder
