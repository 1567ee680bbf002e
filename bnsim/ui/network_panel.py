"""The panel at the left: what the scenario is, and its switches."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from bnsim.pictures.names import ACTIVATION_TITLES, LOSS_TITLES, OPTIMIZER_TITLES
from bnsim.pictures.words import number, power_of_ten, short
from bnsim.sim import changes
from bnsim.sim.run import dialect_of
from bnsim.sim.spec import ActivationName, BatchNorm, Scenario
from bnsim.views.guard import guarded
from bnsim.views.labels import plain_label

ACTIVATIONS = get_args(ActivationName)
INPUTS = (("off", "off"), ("range", "to 0..1"), ("standard", "mean 0, deviation 1"))
PLACEMENTS = (("", "off"), ("before", "before"), ("after", "after"))


class NetworkPanel(QFrame):
    """Shows a scenario; emits the changed one when a switch is used."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._scenario: Scenario | None = None
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        box = QVBoxLayout(self)
        box.setContentsMargins(1, 1, 1, 1)
        box.addWidget(self._area)

    def show_scenario(self, scenario: Scenario) -> None:
        """Rebuild the rows when the scenario is another one."""
        if scenario is self._scenario:
            return
        self._scenario = scenario
        body = QWidget()
        body.setObjectName("body")
        grid = QGridLayout(body)
        grid.setContentsMargins(13, 11, 13, 11)
        grid.setVerticalSpacing(7)
        grid.setHorizontalSpacing(8)
        grid.setColumnStretch(1, 1)
        # On a small screen the names wrap rather than the choices being cut.
        grid.setColumnMinimumWidth(1, 82)
        self._fill(grid, scenario)
        grid.setRowStretch(grid.rowCount(), 1)
        self._area.setWidget(body)

    def boxes(self) -> list[QComboBox]:
        """The switches, from top to bottom."""
        return self._area.findChildren(QComboBox)

    def _fill(self, grid: QGridLayout, scenario: Scenario) -> None:
        self._wide(grid, scenario.title, "heading")
        self._wide(grid, scenario.description, "muted")
        self._wide(grid, "Network", "heading")
        rate = "" if scenario.optimizer.name == "none" else " rate,"
        self._wide(grid, f"Both lanes: same start, data, order,{rate} seed.", "muted")
        self._fact(grid, "Data", f"{scenario.n_samples} samples")
        sizes = (scenario.n_features, *(layer.units for layer in scenario.layers))
        self._fact(grid, "Layers", " – ".join(str(n) for n in sizes))
        self._fact(grid, "Batch size", f"m = {scenario.batch_size}")
        self._activation(grid, scenario)
        self._inputs(grid, scenario)
        self._placements(grid, scenario)
        self._fact(grid, "BN formula", _formula(scenario))
        self._fact(grid, "Loss", LOSS_TITLES[scenario.loss])
        self._fact(grid, "Optimizer", _optimizer(scenario))
        self._fact(grid, "Seed", str(scenario.seed))

    def _wide(self, grid: QGridLayout, text: str, name: str) -> None:
        if text:
            grid.addWidget(plain_label(text, name, wrap=True), grid.rowCount(), 0, 1, 2)

    def _fact(self, grid: QGridLayout, what: str, value: str) -> None:
        row = grid.rowCount()
        grid.addWidget(plain_label(what, "muted"), row, 0)
        grid.addWidget(plain_label(value, "", wrap=True), row, 1)

    def _choice(
        self,
        grid: QGridLayout,
        what: str,
        rows: tuple[tuple[str, str], ...],
        now: str,
        kind: str,
        layer: int = -1,
    ) -> None:
        """A row with a box; the box remembers what it switches."""
        row, box = grid.rowCount(), QComboBox()
        for value, text in rows:
            box.addItem(text, value)
        box.setCurrentIndex(box.findData(now))
        box.setProperty("kind", kind)
        box.setProperty("layer", layer)
        box.setAccessibleName(what)
        box.setMinimumWidth(60)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.installEventFilter(self)
        box.activated.connect(self._on_box_activated)
        grid.addWidget(plain_label(what, "muted", wrap=True), row, 0)
        grid.addWidget(box, row, 1)

    def _activation(self, grid: QGridLayout, scenario: Scenario) -> None:
        now = changes.activation_of(scenario)
        names = ACTIVATIONS if now in ACTIVATIONS else (*ACTIVATIONS, now)
        rows = tuple((name, ACTIVATION_TITLES[name]) for name in names)
        self._choice(grid, "Activation", rows, now, "activation")

    def _inputs(self, grid: QGridLayout, scenario: Scenario) -> None:
        self._choice(grid, "Normalize inputs", INPUTS, scenario.normalize_inputs, "inputs")

    def _placements(self, grid: QGridLayout, scenario: Scenario) -> None:
        for index, layer in enumerate(scenario.layers):
            last = index == len(scenario.layers) - 1
            name = "BN at output" if last else f"BN at hidden {index + 1}"
            now = layer.batch_norm.placement if layer.batch_norm else ""
            self._choice(grid, name, PLACEMENTS, now, "placement", index)

    def _on_box_activated(self, index: int) -> None:
        box, scenario = self.sender(), self._scenario
        value, kind = box.itemData(index), box.property("kind")
        if kind == "activation":
            changed = changes.with_activation(scenario, value)
        elif kind == "inputs":
            changed = changes.with_inputs(scenario, value)
        else:
            changed = changes.with_batch_norm(scenario, box.property("layer"), value or None)
        if changed != scenario:
            self.changed.emit(changed)

    @guarded(False)
    def eventFilter(self, watched: object, event: object) -> bool:
        """The wheel scrolls the panel and never changes a switch by accident."""
        if event.type() == event.Type.Wheel:
            event.ignore()
            return True
        return False


def _formula(scenario: Scenario) -> str:
    """The denominators of the trays in words, each once."""
    norms = [layer.batch_norm for layer in scenario.layers if layer.batch_norm]
    return ", ".join(dict.fromkeys(_denominator(norm) for norm in norms)) or "no BN"


def _denominator(norm: BatchNorm) -> str:
    dialect = dialect_of(norm)
    if dialect.added:
        return f"{norm.dialect}: σ + {number(dialect.added)}"
    eps = power_of_ten(dialect.eps) if dialect.eps else "0"
    return f"{norm.dialect}: ε = {eps}"


def _optimizer(scenario: Scenario) -> str:
    optimizer = scenario.optimizer
    if optimizer.name == "none":
        return "none"
    return f"{OPTIMIZER_TITLES[optimizer.name]}, rate {short(optimizer.rate)}"
