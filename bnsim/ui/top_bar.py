"""The bar above: scenario, transport, step size, speed, lanes, export, theme, help."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from bnsim.pictures.palette import Theme
from bnsim.sim.operation import UNITS
from bnsim.ui.buttons import Segments, icon_button, tool_button
from bnsim.ui.controller import SPEEDS
from bnsim.ui.icons import icon
from bnsim.ui.state import ViewState
from bnsim.views.labels import plain_label

#: Narrower than this the step size and the lanes move to a second row.
ONE_ROW = 1420

_UNIT_TIPS = {
    "operation": "Step by the smallest thing there is (1)",
    "sample": "Step until a sample must wait (2)",
    "phase": "Step by parts of a batch (3)",
    "batch": "Step by batches (4)",
    "epoch": "Step by passes over the data (5)",
}
_LANES = (
    ("without", "Without BN", "Only the lane without batch normalization (W)"),
    ("with", "With BN", "Only the lane with batch normalization (B)"),
    ("compare", "Compare", "Both lanes: same weights, samples and order (C)"),
)
_TRANSPORT = (
    ("restart", "skip-back", "Restart: before the first sample (Home)"),
    ("back", "step-back", "Back by one step (Left)"),
    ("play_or_pause", "play", "Play or pause (Space)"),
    ("step", "step-forward", "One step forward (Right)"),
)


class TopBar(QFrame):
    """Emits the names of verbs; shows the state it is given."""

    verb = Signal(str)
    scenario_chosen = Signal(str)
    speed_chosen = Signal(int)

    def __init__(self, scenarios: Sequence[tuple[str, str]], theme: Theme) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._theme = theme
        self._scenario = self._scenario_box(scenarios)
        self._transport = {verb: self._button(verb, name, tip) for verb, name, tip in _TRANSPORT}
        self._units = Segments([(u, u.capitalize(), _UNIT_TIPS[u]) for u in UNITS], "Step size")
        self._lanes = Segments(_LANES, "Lanes")
        self._speed = self._speed_slider()
        self._inference = self._word(
            "Inference", "Running statistics in place of the batch's (I)", "toggle_inference"
        )
        self._inference.setCheckable(True)
        self._export = self._word("Export", "Save a picture (Ctrl+E)", "export")
        self._theme_button = self._button("toggle_theme", "moon", "Light or dark (D)")
        self._help = self._word("?", "Keys and mouse (?)", "show_help")
        self._units.chosen.connect(self._on_units_chosen)
        self._lanes.chosen.connect(self._on_lanes_chosen)
        self._rows = self._lay_out()

    # -- building ----------------------------------------------------------------
    def _scenario_box(self, scenarios: Sequence[tuple[str, str]]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName("Scenario")
        box.setToolTip("Choose a scenario, or open a file with Ctrl+O")
        box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        box.setMinimumWidth(170)
        for name, title in scenarios:
            box.addItem(title, name)
        box.activated.connect(self._on_scenario_activated)
        return box

    def _button(self, verb: str, name: str, tip: str) -> QWidget:
        primary = verb == "play_or_pause"
        color = self._theme.accent_text if primary else self._theme.text
        button = icon_button(name, tip, color, "primary" if primary else "")
        button.setProperty("verb", verb)
        button.setProperty("icon_name", name)
        button.clicked.connect(self._on_button_clicked)
        return button

    def _word(self, text: str, tip: str, verb: str) -> QWidget:
        button = tool_button(text, tip)
        button.setProperty("verb", verb)
        button.clicked.connect(self._on_button_clicked)
        return button

    def _speed_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(*SPEEDS)
        slider.setFixedWidth(74)
        slider.setToolTip("Speed of playing (Ctrl+Up, Ctrl+Down)")
        slider.setAccessibleName("Speed")
        slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        slider.valueChanged.connect(self._on_speed_changed)
        return slider

    def _lay_out(self) -> tuple[QHBoxLayout, QHBoxLayout]:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 8, 16, 8)
        outer.setSpacing(6)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(6)
            outer.addLayout(row)
        first.addWidget(plain_label("bnsim", "brand"))
        first.addSpacing(8)
        first.addWidget(self._scenario)
        first.addStretch(1)
        for button in self._transport.values():
            first.addWidget(button)
        first.addStretch(1)
        self._movable = (self._units, self._speed, self._inference, self._lanes)
        for widget in self._movable:
            first.addWidget(widget)
        first.addStretch(1)
        for widget in (self._export, self._theme_button, self._help):
            first.addWidget(widget)
        self._wide = True
        return first, second

    def set_width(self, width: int) -> None:
        """One row where there is room, two where there is not."""
        wide = width >= ONE_ROW
        if wide == self._wide:
            return
        self._wide = wide
        first, second = self._rows
        for widget in self._movable:
            (second if wide else first).removeWidget(widget)
        if wide:
            self._clear(second)
            for widget in self._movable:
                first.insertWidget(first.count() - 4, widget)
        else:
            for widget in self._movable[:-1]:
                second.addWidget(widget)
            second.addStretch(1)
            second.addWidget(self._movable[-1])

    @staticmethod
    def _clear(row: QHBoxLayout) -> None:
        while row.count():
            row.takeAt(0)

    # -- showing -----------------------------------------------------------------
    def show_state(self, state: ViewState, scenario_name: str, title: str, inference: bool) -> None:
        """Press and select what the state says, without emitting."""
        self._inference.setChecked(inference)
        self._units.show_value(state.unit)
        self._lanes.show_value(state.lanes)
        self._speed.blockSignals(True)
        self._speed.setValue(state.speed)
        self._speed.blockSignals(False)
        self._show_scenario(scenario_name, title)
        self._show_icons(state)

    def _show_scenario(self, name: str, title: str) -> None:
        index = self._scenario.findData(name)
        if index < 0:
            self._scenario.addItem(title, name)
            index = self._scenario.count() - 1
        if index != self._scenario.currentIndex():
            self._scenario.setCurrentIndex(index)

    def _show_icons(self, state: ViewState) -> None:
        theme = state.theme
        for verb, button in self._transport.items():
            name = button.property("icon_name")
            if verb == "play_or_pause":
                name = "pause" if state.playing else "play"
            button.setIcon(icon(name, theme.accent_text if verb == "play_or_pause" else theme.text))
        self._theme_button.setIcon(icon("sun" if theme.name == "dark" else "moon", theme.text))

    # -- speaking ----------------------------------------------------------------
    def _on_button_clicked(self) -> None:
        self.verb.emit(self.sender().property("verb"))

    def _on_units_chosen(self, unit: str) -> None:
        self.verb.emit(f"unit_{unit}")

    def _on_lanes_chosen(self, lanes: str) -> None:
        self.verb.emit(f"lanes_{lanes}")

    def _on_scenario_activated(self, index: int) -> None:
        self.scenario_chosen.emit(self._scenario.itemData(index))

    def _on_speed_changed(self, speed: int) -> None:
        self.speed_chosen.emit(speed)
