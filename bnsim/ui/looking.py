"""Verbs that change how a person looks: what is selected, lit, shown, zoomed.

They are part of the controller, which brings ``session``, ``state`` and ``refresh``.
"""

from __future__ import annotations

from bnsim.pictures.palette import THEMES
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.types import Key
from bnsim.sim.operation import UNITS, Unit
from bnsim.ui.state import Lanes

ZOOM_LIMITS = (1.0, 24.0)


class LookVerbs:
    """What is looked at, and how; the simulation does not notice."""

    def set_unit(self, unit: Unit) -> None:
        if unit in UNITS:
            self.state.unit = unit
            self.refresh()

    def set_lanes(self, lanes: Lanes) -> None:
        self.state.lanes = lanes
        self.refresh()

    def set_theme(self, name: str) -> None:
        self.state.theme = THEMES[name]
        self.refresh()

    def select(self, layer: int, unit: int, sample: int | None = None) -> None:
        """Choose a neuron, and of it perhaps the value of one sample."""
        self.state.selected, self.state.sample, self.state.focus = (layer, unit), sample, None
        self.refresh()

    def light(self, key: Key | None) -> None:
        """Light whatever stands for the number that the pointer is on."""
        if key != self.state.lit:
            self.state.lit = key
            self.refresh()

    def focus(self, quantity: Quantity | None) -> None:
        """Ask for the formula of a number; None follows the steps again."""
        self.state.focus = quantity
        self.refresh()

    def select_next(self) -> None:
        self._select_by(1)

    def select_previous(self) -> None:
        self._select_by(-1)

    def _select_by(self, move: int) -> None:
        """The next neuron in reading order, round about."""
        sizes = [layer.units for layer in self.session.scenario.layers]
        neurons = [(i, u) for i, n in enumerate(sizes) for u in range(n)]
        index = (neurons.index(self.state.selected) + move) % len(neurons)
        self.select(*neurons[index])

    def hover(self, neuron: tuple[int, int] | None) -> None:
        """Swap the plots to a neuron while the pointer is on it."""
        if neuron != self.state.hovered:
            self.state.hovered = neuron
            self.refresh()

    def toggle_still(self) -> None:
        """Reduced motion: things are at their new places at once."""
        self.state.still = not self.state.still
        self.glide.end()
        self.refresh()

    def zoom_by(self, factor: float, x: float = 0.5, y: float = 0.5) -> None:
        """Zoom about a point given as shares of the picture, 0 to 1."""
        state = self.state
        old = state.zoom
        state.zoom = min(max(old * factor, ZOOM_LIMITS[0]), ZOOM_LIMITS[1])
        grown = state.zoom / old
        state.pan = (x - (x - state.pan[0]) * grown, y - (y - state.pan[1]) * grown)
        self.pan_by(0.0, 0.0)

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the picture by shares of its size; it never leaves the panel."""
        least = 1.0 - self.state.zoom
        x, y = self.state.pan
        self.state.pan = (min(max(x + dx, least), 0.0), min(max(y + dy, least), 0.0))
        self.refresh()

    def zoom_in(self) -> None:
        self.zoom_by(1.4)

    def zoom_out(self) -> None:
        self.zoom_by(1 / 1.4)

    def zoom_reset(self) -> None:
        self.state.zoom, self.state.pan = 1.0, (0.0, 0.0)
        self.refresh()
