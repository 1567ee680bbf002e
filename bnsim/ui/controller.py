"""Verbs in, one signal out: the only object that changes the session."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from bnsim.pictures.look import Look
from bnsim.sim.errors import InputError
from bnsim.sim.frame import Frame
from bnsim.sim.operation import Unit
from bnsim.sim.run import LANES, Lane
from bnsim.sim.session import Session
from bnsim.sim.spec import Scenario
from bnsim.ui.changing import ChangeVerbs
from bnsim.ui.glide import Glide
from bnsim.ui.looking import LookVerbs
from bnsim.ui.state import ViewState

#: Long computations are cut into slices, so that the window keeps answering.
SLICE_SECONDS = 0.008
SPEEDS = (1, 10)


class Controller(LookVerbs, ChangeVerbs, QObject):
    """Moves the cursor, switches, plays; emits ``changed`` once however much happened."""

    changed = Signal()
    noticed = Signal(str)
    #: Whatever a person was in the middle of is over: another moment, branch or scenario.
    left = Signal()

    def __init__(self, scenario: Scenario, state: ViewState) -> None:
        super().__init__()
        self.session, self.state = Session(scenario), state
        self._closed = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._on_soon)
        self._player = QTimer(self)
        self._player.timeout.connect(self._on_player)
        self.glide = Glide(self)

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
            compared=self._compared(),
        )

    def _compared(self) -> tuple[Frame, ...]:
        """The lanes of the branch that stands beside this one, once they are computed."""
        number = self.state.compared
        if number is None:
            return ()
        return tuple(self.session.frame_of(number, lane) for lane in LANES)

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
        self.glide.end()
        self.left.emit()

    def seek_operation(self, done: int) -> None:
        """Move within the batch to the moment after its ``done``-th operation."""
        self.seek(self.session.cursor.batch * self.session.schedule.n + done)

    def _step(self, unit: Unit, forward: bool) -> None:
        self._leave_moment()
        before = self.session.t
        self.session.step(unit, forward)
        if forward and self.session.t > before:
            self.glide.begin()
        self.refresh()

    # -- playing -----------------------------------------------------------------
    def play_or_pause(self) -> None:
        if self.state.playing:
            self.pause()
        else:
            self._play()

    def _play(self) -> None:
        if self.session.t >= self.session.last:
            self.seek(0)
        self._leave_moment()
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
        self.left.emit()
        self.glide.end()

    # -- one signal --------------------------------------------------------------
    def refresh(self) -> None:
        """Ask for one ``changed`` when the present event is done."""
        if not (self._closed or self._soon.isActive()):
            self._soon.start()

    def _on_soon(self) -> None:
        if self._compute(SLICE_SECONDS):
            self.changed.emit()
        else:
            self._soon.start()

    def _compute(self, seconds: float) -> bool:
        """Go on with what is shown, and with the branch beside it; True when all is there."""
        compared = self.state.compared
        ready = self.session.ready(seconds)
        return ready and (compared is None or self.session.ready_there(compared, seconds))

    def draw_now(self) -> None:
        """Compute up to the cursor and emit ``changed`` without waiting for an event."""
        self._soon.stop()
        self.glide.end()
        self._compute(float("inf"))
        self.changed.emit()

    def _on_player(self) -> None:
        if self.session.t >= self.session.last:
            self.pause()
        elif self.session.computed():
            self.step()

    def shut_down(self) -> None:
        """Stop every timer: nothing may run for a closed window."""
        self._closed = True
        for timer in (self._player, self._soon):
            timer.stop()
        self.glide.end()
