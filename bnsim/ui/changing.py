"""Verbs that change numbers and move between branches.

They are part of the controller, which brings ``session``, ``state``, ``refresh``, ``pause``
and ``noticed``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bnsim.sim.errors import InputError
from bnsim.sim.spec import Edit, EditLane, Scenario


class ChangeVerbs:
    """Edits, undo and redo, branches, inference."""

    def try_edits(self, edits: Sequence[Edit]) -> str:
        """Show what would come of some edits; the reason when they are refused, else ""."""
        if self.state.playing:
            self.pause()
        reason = ""
        try:
            self.session.edit(edits, settle=False)
        except InputError as error:
            self.session.drop()
            reason = str(error)
        self.refresh()
        return reason

    def settle(self) -> None:
        """What is tried becomes a branch."""
        self.session.settle()
        self.state.held = None
        self.refresh()

    def take_back(self) -> None:
        """Forget what is tried."""
        self.session.drop()
        self.state.held = None
        self.refresh()

    def undo(self) -> None:
        self._go(self.session.undo)

    def redo(self) -> None:
        self._go(self.session.redo)

    def _go(self, move: Callable[[], bool]) -> None:
        """What is only tried is taken back first: that is what undo means then."""
        self.pause()
        if self.session.tried:
            self.take_back()
            self.left.emit()
        else:
            move()
            self._arrived()

    def switch(self, number: int) -> None:
        """Show another branch."""
        self.pause()
        self.session.switch(number)
        self._arrived()

    def compare(self, number: int | None) -> None:
        """Let another branch stand beside this one."""
        self.state.compared = number
        self.refresh()

    def lock(self, lane: EditLane) -> None:
        """Choose the lanes that an edit happens to."""
        self.state.edited = lane
        self.refresh()

    def toggle_inference(self) -> None:
        """Look at the same moment at work, or in training again."""
        self._leave_moment()
        try:
            self.session.infer(self.session.training)
        except InputError as error:
            self.noticed.emit(str(error))
        self.refresh()

    def change(self, scenario: Scenario) -> None:
        """The same place in a new run of a changed scenario."""
        try:
            self.session.change(scenario)
        except InputError as error:
            self.noticed.emit(str(error))
        self._arrived()

    def _arrived(self) -> None:
        """In another branch: choose a neuron that it has, and compare with none but others."""
        if self.state.compared == self.session.branches.now.number:
            self.state.compared = None
        layer, unit = self.state.selected
        layers = self.session.scenario.layers
        layer = min(layer, len(layers) - 1)
        self.state.selected = (layer, min(unit, layers[layer].units - 1))
        state = self.state
        state.focus = state.sample = state.lit = state.held = state.hovered = None
        self.left.emit()
        self.glide.end()
        self.refresh()
