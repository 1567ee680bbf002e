"""The panel at the left: the scenario as a form, made from its own definition."""

from __future__ import annotations

import random
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from bnsim.sim.changes import dropped, with_new_weights
from bnsim.sim.errors import InputError
from bnsim.sim.form import Field, Path, changed, differ, fields
from bnsim.sim.spec import Scenario
from bnsim.ui.field_row import FieldRow
from bnsim.ui.fields import QuietButton, QuietSwitch
from bnsim.views.guard import guarded
from bnsim.views.labels import plain_label

#: A control has at least this width before its label may stand on one line.
CONTROL_WIDTH = 92
LABEL_WIDTHS = (54, 94)
MARGINS = (13, 11, 11, 11)
GAP = 8
SEEDS = 10_000
NEW_RUN = (
    "A change here starts a new run; a learning rate holds from this batch on. "
    "What was stays under Branches."
)
NEW_WEIGHTS = "Draws every weight anew from a new seed; weights set by hand stay."
EACH = "Shows the settings of every layer, also where they agree."
DIFFERENT = "The layers have different settings, so each is shown."


class NetworkPanel(QFrame):
    """Shows a scenario; emits the changed one when a field is used."""

    changed = Signal(object)
    #: One sentence about what a change took away.
    noticed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._scenario: Scenario | None = None
        self._first: Scenario | None = None
        self._wants_each = False
        self._rows: dict[Path, FieldRow] = {}
        self._body, self._area = QWidget(), QScrollArea()
        self._body.setObjectName("body")
        self._title = self._label("", "heading")
        self._description, self._lanes = self._label("", "muted"), self._label("", "muted")
        self._samples = self._label("", "muted")
        self._headings = {}
        self._anew = QuietButton("New random weights", NEW_WEIGHTS)
        self._each = QuietSwitch("Each layer by itself")
        self._anew.clicked.connect(self.draw_anew)
        self._each.clicked.connect(self._on_each_clicked)
        self._grid, self._next = QGridLayout(), 0
        self._build()

    def _label(self, text: str, name: str) -> QWidget:
        return plain_label(text, name, parent=self._body, wrap=True)

    # -- building ----------------------------------------------------------------
    def _build(self) -> None:
        column = QVBoxLayout(self._body)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(7)
        hint = self._label(NEW_RUN, "muted")
        for label in (self._title, self._description, self._lanes, hint):
            column.addWidget(label)
        self._grid.setVerticalSpacing(6)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setColumnStretch(1, 1)
        column.addLayout(self._grid)
        column.addStretch(1)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self._body)
        box = QVBoxLayout(self)
        box.setContentsMargins(1, 1, 1, 1)
        box.addWidget(self._area)

    def _arrange(self, found: list[Field]) -> None:
        """Rows for these fields; those that stay keep the focus and what is typed in them."""
        for path in self._rows.keys() - {field.path for field in found}:
            self._rows.pop(path).dispose()
        for heading in self._headings.values():
            heading.hide()
        while self._grid.count():
            self._grid.takeAt(0)
        self._next = 0
        for group in dict.fromkeys(field.group for field in found):
            self._add_heading(group)
            for field in found:
                if field.group == group:
                    self._add(self._row(field))
            if group == "Network":
                self._across(self._anew)
                self._across(self._each)
        self._rows = {field.path: self._rows[field.path] for field in found}
        self._set_tab_order()

    def _add_heading(self, group: str) -> None:
        heading = self._headings.get(group)
        if heading is None:
            heading = self._headings[group] = self._label(group, "heading")
            heading.setContentsMargins(0, 5, 0, 0)
        self._across(heading)
        heading.show()
        if group == "Data":
            self._across(self._samples)

    def _row(self, field: Field) -> FieldRow:
        row = self._rows.get(field.path)
        if row is None:
            row = self._rows[field.path] = FieldRow(field, self._body)
            row.label.setFixedWidth(self._label_width())
            row.used.connect(self._on_row_used)
        return row

    def _add(self, row: FieldRow) -> None:
        self._beside(row.label, row.control)
        self._grid.addWidget(row.fact, self._next - 1, 1)
        self._across(row.reason)

    def _beside(self, left: QWidget, right: QWidget) -> None:
        self._grid.addWidget(left, self._next, 0)
        self._grid.addWidget(right, self._next, 1)
        self._next += 1

    def _across(self, widget: QWidget) -> None:
        self._grid.addWidget(widget, self._next, 0, 1, 2)
        self._next += 1

    def _label_width(self) -> int:
        """On a small screen the names wrap rather than the choices being cut."""
        bar = self._area.verticalScrollBar().sizeHint().width()
        room = self.width() - 2 - bar - MARGINS[0] - MARGINS[2] - GAP
        return min(max(room - CONTROL_WIDTH, LABEL_WIDTHS[0]), LABEL_WIDTHS[1])

    @guarded()
    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        for row in self._rows.values():
            row.label.setFixedWidth(self._label_width())

    def _set_tab_order(self) -> None:
        """As the fields stand, from top to bottom."""
        items = (self._grid.itemAt(index).widget() for index in range(self._grid.count()))
        order = [w for w in items if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
        for one, after in pairwise(order):
            QWidget.setTabOrder(one, after)

    # -- showing -----------------------------------------------------------------
    def show_scenario(self, scenario: Scenario) -> None:
        """Show another scenario; fields that stay are filled anew where they stand."""
        old, self._scenario = self._scenario, scenario
        if scenario is old or scenario == old:
            return
        another = old is None or (old.name, old.title) != (scenario.name, scenario.title)
        self._title.setText(scenario.title)
        self._first = scenario if another else self._first
        since = "" if scenario == self._first else "At the start: "
        self._description.setText(since + scenario.description)
        self._description.setVisible(bool(scenario.description))
        self._lanes.setText(_lanes_words(scenario))
        self._samples.setText(_samples_words(scenario))
        self._show_fields(scenario, another)
        if another:
            self._area.verticalScrollBar().setValue(0)

    def _show_fields(self, scenario: Scenario, fresh: bool = False) -> None:
        different = differ(scenario)
        self._each.setChecked(self._wants_each or different)
        self._each.setEnabled(not different)
        self._each.setToolTip(DIFFERENT if different else EACH)
        found = [f for f in fields(scenario, self._wants_each) if f.applies or f.stays]
        if [(f.path, f.group) for f in found] != self._shown():
            self._arrange(found)
        for field in found:
            self._rows[field.path].show(field, fresh)

    def _shown(self) -> list[tuple[Path, str]]:
        return [(row.field.path, row.field.group) for row in self._rows.values()]

    def row(self, path: Path) -> FieldRow:
        """The row of a field."""
        return self._rows[path]

    def boxes(self) -> list[QComboBox]:
        """The choices, from top to bottom."""
        controls = [row.control for row in self._rows.values()]
        return [control for control in controls if isinstance(control, QComboBox)]

    # -- speaking ----------------------------------------------------------------
    def _on_row_used(self, path: Path) -> None:
        row = self._rows[path]
        try:
            scenario = changed(self._scenario, path, row.value)
        except InputError as error:
            row.refuse(str(error))
            return
        if scenario is self._scenario:
            row.reset()
        else:
            self._tell(scenario)

    def _tell(self, scenario: Scenario) -> None:
        """Show a changed scenario at once: the next change builds on it."""
        lost = dropped(self._scenario, scenario)
        self.show_scenario(scenario)
        self.changed.emit(scenario)
        if lost:
            self.noticed.emit(lost)

    def draw_anew(self) -> None:
        """New random weights: the seed is drawn here and shown, so that it can be drawn again."""
        self._tell(with_new_weights(self._scenario, random.SystemRandom().randrange(SEEDS)))

    def _on_each_clicked(self, on: bool) -> None:
        self._wants_each = on
        self._show_fields(self._scenario)

    @guarded()
    def mousePressEvent(self, event: object) -> None:
        """A press beside the fields leaves the one that has the focus."""
        for row in self._rows.values():
            if row.control.hasFocus():
                row.control.clearFocus()
        super().mousePressEvent(event)


def _lanes_words(scenario: Scenario) -> str:
    rate = "" if scenario.optimizer.name == "none" else " rate,"
    return f"Both lanes: same start, data, order,{rate} seed."


def _samples_words(scenario: Scenario) -> str:
    inputs, outputs = scenario.n_features, scenario.layers[-1].units
    counts = ((scenario.n_samples, "sample"), (inputs, "input"), (outputs, "output"))
    return ", ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts)
