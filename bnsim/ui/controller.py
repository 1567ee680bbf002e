"""Verbs in, one signal out: the only object that changes the session."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from bnsim.pictures.look import Look
from bnsim.pictures.palette import THEMES
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.types import Key
from bnsim.sim.errors import InputError
from bnsim.sim.frame import Frame
from bnsim.sim.operation import UNITS, Unit
from bnsim.sim.run import Lane
from bnsim.sim.session import Session
from bnsim.sim.spec import Edit, EditLane, Scenario
from bnsim.ui.state import Lanes, ViewState

#: Long computations are cut into slices, so that the window keeps answering.
SLICE_SECONDS = 0.008
ZOOM_LIMITS = (1.0, 24.0)
SPEEDS = (1, 10)
GLIDE_SECONDS, GLIDE_TICK_MS = 0.26, 16


class Controller(QObject):
    """Moves the cursor, switches, plays; emits ``changed`` once however much happened."""

    changed = Signal()
    noticed = Signal(str)
    #: Only what glides has moved on; the moment is the same.
    glided = Signal()

    def __init__(self, scenario: Scenario, state: ViewState) -> None:
        super().__init__()
        self.session, self.state = Session(scenario), state
        self._closed = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._on_soon)
        self._player = QTimer(self)
        self._player.timeout.connect(self._on_player)
        self._glider = QTimer(self, interval=GLIDE_TICK_MS)
        self._glider.timeout.connect(self._on_glider)
        self._glide_began = 0.0

    # -- reading -----------------------------------------------------------------
    @property
    def ready(self) -> bool:
        """Whether the batch at the cursor is computed."""
        return self.session.computed()

    def frames(self) -> dict[Lane, Frame]:
        """Both lanes at the cursor."""
        return self.session.frames(self.state.sample)

    def frame(self, lane: Lane) -> Frame:
        """One lane at the cursor."""
        return self.session.frame(lane, self.state.sample)

    def look(self, plots: bool = False) -> Look:
        """How to draw; plots follow the neuron under the pointer."""
        state = self.state
        selected = state.hovered if plots and state.hovered else state.selected
        return Look(
            state.theme,
            selected,
            state.zoom,
            state.pan,
            sample=state.sample,
            lit=state.lit,
            focus=state.focus,
            glide=state.glide,
            held=state.held,
        )

    # -- moving ------------------------------------------------------------------
    def step(self) -> None:
        self._step(self.state.unit, True)

    def back(self) -> None:
        self._step(self.state.unit, False)

    def next_batch(self) -> None:
        self._step("batch", True)

    def previous_batch(self) -> None:
        self._step("batch", False)

    def restart(self) -> None:
        self.pause()
        self.seek(0)

    def to_end(self) -> None:
        self.pause()
        self.seek(self.session.last)

    def seek(self, t: int) -> None:
        """Move the cursor to moment ``t``."""
        self._leave_moment()
        self.session.seek(t)
        self.refresh()

    def _leave_moment(self) -> None:
        """What was tried becomes a branch; what was pointed out follows the steps again."""
        self.session.settle()
        self.state.sample = self.state.focus = self.state.held = None
        self._end_glide()

    def seek_operation(self, done: int) -> None:
        """Move within the batch to the moment after its ``done``-th operation."""
        self.seek(self.session.cursor.batch * self.session.schedule.n + done)

    def _step(self, unit: Unit, forward: bool) -> None:
        self._leave_moment()
        before = self.session.t
        self.session.step(unit, forward)
        if forward and self.session.t > before:
            self._begin_glide()
        self.refresh()

    # -- gliding -----------------------------------------------------------------
    def _begin_glide(self) -> None:
        """Things move to their new places; not while playing fast, nor for who wants it still."""
        slow = not self.state.playing or self.state.interval_ms >= 2 * GLIDE_SECONDS * 1000
        if slow and not self.state.still:
            self.state.glide, self._glide_began = 0.0, time.perf_counter()
            self._glider.start()

    def _end_glide(self) -> None:
        self._glider.stop()
        self.state.glide = 1.0

    def _on_glider(self) -> None:
        self.state.glide = min((time.perf_counter() - self._glide_began) / GLIDE_SECONDS, 1.0)
        if self.state.glide >= 1.0:
            self._glider.stop()
        self.glided.emit()

    # -- playing -----------------------------------------------------------------
    def play_or_pause(self) -> None:
        if self.state.playing:
            self.pause()
        else:
            self._play()

    def _play(self) -> None:
        if self.session.t >= self.session.last:
            self.seek(0)
        self.state.playing = True
        self._player.start(self.state.interval_ms)
        self.refresh()

    def pause(self) -> None:
        self._player.stop()
        self.state.playing = False
        self.refresh()

    def set_speed(self, speed: int) -> None:
        self.state.speed = min(max(speed, SPEEDS[0]), SPEEDS[1])
        self._player.setInterval(self.state.interval_ms)
        self.refresh()

    def faster(self) -> None:
        self.set_speed(self.state.speed + 1)

    def slower(self) -> None:
        self.set_speed(self.state.speed - 1)

    # -- looking -----------------------------------------------------------------
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
        self._end_glide()
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

    # -- scenario ----------------------------------------------------------------
    def open(self, scenario: Scenario) -> None:
        """A new run from its start; a scenario that is refused leaves everything as it was."""
        try:
            session = Session(scenario)
        except InputError as error:
            self.noticed.emit(str(error))
            self.refresh()
            return
        self.pause()
        self.session = session
        self._forget()
        self.state.selected = (0, 0)
        self.zoom_reset()

    def _forget(self) -> None:
        """What the pointer was on, and what was compared, belongs to the old session."""
        state = self.state
        state.hovered = state.lit = state.focus = state.sample = state.held = None
        state.compared = None
        self._end_glide()

    def change(self, scenario: Scenario) -> None:
        """The same place in a new run of a changed scenario."""
        try:
            self.session.change(scenario)
        except InputError as error:
            self.noticed.emit(str(error))
        self._arrived()

    def _arrived(self) -> None:
        """In another branch: choose a neuron that it has."""
        layer, unit = self.state.selected
        layers = self.session.scenario.layers
        layer = min(layer, len(layers) - 1)
        self.state.selected = (layer, min(unit, layers[layer].units - 1))
        self.state.focus = self.state.sample = self.state.lit = self.state.held = None
        self._end_glide()
        self.refresh()

    # -- numbers by hand ---------------------------------------------------------
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

    # -- one signal --------------------------------------------------------------
    def refresh(self) -> None:
        """Ask for one ``changed`` when the present event is done."""
        if not (self._closed or self._soon.isActive()):
            self._soon.start()

    def _on_soon(self) -> None:
        if self.session.ready(SLICE_SECONDS):
            self.changed.emit()
        else:
            self._soon.start()

    def draw_now(self) -> None:
        """Compute up to the cursor and emit ``changed`` without waiting for an event."""
        self._soon.stop()
        self._end_glide()
        self.session.ready(float("inf"))
        self.changed.emit()

    def _on_player(self) -> None:
        if self.session.t >= self.session.last:
            self.pause()
        elif self.session.computed():
            self.step()

    def shut_down(self) -> None:
        """Stop every timer: nothing may run for a closed window."""
        self._closed = True
        for timer in (self._player, self._soon, self._glider):
            timer.stop()
