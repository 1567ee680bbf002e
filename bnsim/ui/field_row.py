"""One field of the form: its label, its control, and why an input is refused."""

from __future__ import annotations

import textwrap

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from bnsim.sim.form import Field
from bnsim.ui.fields import Entry, QuietBox, QuietSwitch, fill_box
from bnsim.ui.notice import sentence
from bnsim.views.labels import plain_label

#: Tooltips of plain text are as wide as their longest line.
TIP_LETTERS = 56


class FieldRow(QObject):
    """A label, the control of one field, and room for the reason why an input is refused."""

    used = Signal(object)

    def __init__(self, field: Field, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = field
        self.label = plain_label("", "muted", parent=parent, wrap=True)
        self.fact = plain_label("", "muted", parent=parent, wrap=True)
        self.reason = plain_label("", "refusal", parent=parent, wrap=True)
        self.control = _control(field)
        self.control.setParent(parent)
        self.widgets = (self.label, self.control, self.fact, self.reason)
        self._connect()
        self.show(field, fresh=True)

    def _connect(self) -> None:
        if isinstance(self.control, Entry):
            self.control.entered.connect(self._on_used)
            self.control.restored.connect(self._on_restored)
        elif isinstance(self.control, QComboBox):
            self.control.activated.connect(self._on_used)
        else:
            self.control.clicked.connect(self._on_used)

    @property
    def value(self) -> object:
        """What a person has typed or chosen."""
        if isinstance(self.control, Entry):
            return self.control.text()
        if isinstance(self.control, QComboBox):
            return self.control.currentData()
        return self.control.isChecked()

    @property
    def refused(self) -> bool:
        return self.control.property("refused") is True

    def show(self, field: Field, fresh: bool = False) -> None:
        """Show a field; a text that waits for its mending stays while the value is the same."""
        same = field.text == self.field.text
        self.field = field
        self.label.setText(field.label)
        self.fact.setText(field.shown if field.in_force else field.reason)
        self.fact.setVisible(not field.applies)
        self.control.setVisible(field.applies)
        for widget in self.widgets[:3]:
            widget.setToolTip(_tip(field))
        self.control.setAccessibleName(field.name)
        self.control.setAccessibleDescription(field.tip)
        if fresh or not (same and field.applies and self._waits()):
            self.reset()

    def _waits(self) -> bool:
        return isinstance(self.control, Entry) and self.control.edited

    def reset(self) -> None:
        """Show the field's own value, and nothing that was refused."""
        field, control = self.field, self.control
        if isinstance(control, Entry):
            control.setPlaceholderText(field.inherited)
            control.show_text(field.text)
        elif isinstance(control, QComboBox):
            control.setCurrentIndex(control.findData(field.value))
        else:
            control.setChecked(bool(field.value))
        self._mark("")

    def refuse(self, why: str) -> None:
        """Keep a text as it is and say what is wrong with it; a choice goes back."""
        if not isinstance(self.control, Entry):
            self.reset()
        self._mark(sentence(why.removeprefix(f"{self.field.name}: ")))

    def _mark(self, why: str) -> None:
        self.reason.setText(why)
        self.reason.setVisible(bool(why))
        self.control.setAccessibleDescription(why or self.field.tip)
        if self.refused != bool(why):
            self.control.setProperty("refused", bool(why))
            self.control.style().unpolish(self.control)
            self.control.style().polish(self.control)

    def dispose(self) -> None:
        """Go, without telling anyone that the focus was lost."""
        self.blockSignals(True)
        for widget in self.widgets:
            widget.hide()
            widget.deleteLater()
        self.deleteLater()

    def _on_used(self) -> None:
        self.used.emit(self.field.path)

    def _on_restored(self) -> None:
        self._mark("")


def _control(field: Field) -> QWidget:
    if field.kind == "choice":
        return fill_box(QuietBox(), field.choices, field.value, field.name)
    return QuietSwitch() if field.kind == "switch" else Entry()


def _tip(field: Field) -> str:
    """What a field does, what it takes, and why it cannot be set: short lines."""
    allowed = f"Allowed: {field.allowed}." if field.allowed else ""
    inherits = f"Empty: {field.inherited}." if field.inherited else ""
    parts = (field.tip, " ".join((allowed, inherits)).strip(), field.reason)
    return "\n".join(textwrap.fill(part, TIP_LETTERS) for part in parts if part)
