"""The one mutable object below the window: branches, runs of both lanes, cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from bnsim.engine.network import Plan
from bnsim.sim.branches import Branch, Branches, Place, Runs, advance
from bnsim.sim.edits import Edits, current, with_edits, with_rate
from bnsim.sim.errors import InputError
from bnsim.sim.frame import Frame, frame_at
from bnsim.sim.operation import LayerSteps, Unit
from bnsim.sim.ranges import RANGES
from bnsim.sim.run import LANES, BatchRecord, Lane, inference_plan, plan_of, waits
from bnsim.sim.schedule import Cursor, Schedule
from bnsim.sim.spec import Edit, Scenario
from bnsim.sim.validate import validate
from bnsim.sim.validate_changes import check_change


def schedule_of(scenario: Scenario, training: bool = True) -> Schedule:
    """The operations of a batch, those of the lane with batch normalization."""
    return _schedule(plan_of(scenario, "with"), scenario.batches_per_epoch, training)


@lru_cache(maxsize=32)
def _schedule(plan: Plan, per_epoch: int, training: bool) -> Schedule:
    """A schedule never changes: branches that differ by an edit share one."""
    steps = tuple(LayerSteps(waits(layer), layer.dialect.affine) for layer in plan.layers)
    placements = tuple(layer.placement if waits(layer) else "none" for layer in plan.layers)
    return Schedule(steps, placements, plan.batch, per_epoch, training)


def can_infer(scenario: Scenario) -> bool:
    """Whether every batch normalization keeps running statistics to infer with."""
    try:
        inference_plan(plan_of(scenario, "with"))
    except InputError:
        return False
    return True


class Session:
    """Two runs of one scenario, without and with batch normalization, and one cursor.

    Every change grows a branch, and is undone by going back to the branch it grew from.
    A change may be tried first: it is shown, but no branch until it is settled.

    Parameters
    ----------
    scenario : Scenario
        What to simulate; it is validated here.

    Raises
    ------
    InputError
        When the scenario breaks a rule; an existing session is then unchanged.
    """

    def __init__(self, scenario: Scenario) -> None:
        validate(scenario)
        self.branches = Branches(scenario)
        self.training, self.t = True, 0
        self._tried: Branch | None = None
        self._show(self.branches.now)

    def _show(self, branch: Branch) -> None:
        """Show a branch, or one that is only tried."""
        self.runs: Runs = self.branches.runs(branch)
        self.scenario = branch.scenario
        self.schedule = schedule_of(branch.scenario, self.training)

    # -- the cursor --------------------------------------------------------------
    @property
    def last(self) -> int:
        """The last moment of the run."""
        return self.scenario.batches * self.schedule.n

    @property
    def cursor(self) -> Cursor:
        """The cursor as batch and number of operations done."""
        return self.schedule.cursor(self.t)

    def seek(self, t: int) -> None:
        """Move the cursor to moment ``t``, clamped to the run."""
        self.t = min(max(t, 0), self.last)

    def step(self, unit: Unit, forward: bool = True) -> None:
        """Move the cursor by one ``unit``."""
        move = self.schedule.next if forward else self.schedule.previous
        self.seek(move(self.t, unit))

    def _moment_in(self, schedule: Schedule, batches: int) -> int:
        """The moment of another schedule that is closest to the one at the cursor."""
        cursor, operation = self.cursor, self.schedule.operation(self.cursor)
        done = 0 if operation is None else schedule.nearest(operation)
        if cursor.done == self.schedule.n and self.schedule.training:
            done = schedule.n
        return min(cursor.batch, batches - 1) * schedule.n + done

    @property
    def training_moment(self) -> int:
        """The moment at the cursor, or the one in training that is closest to it."""
        return self._moment_in(schedule_of(self.scenario), self.scenario.batches)

    def _place(self) -> Place:
        """Where the cursor is, in training."""
        return Place(self.branches.now.number, self.training_moment)

    # -- changing ----------------------------------------------------------------
    @property
    def tried(self) -> bool:
        """Whether a change is shown that is no branch yet."""
        return self._tried is not None

    def edit(self, edits: Sequence[Edit], settle: bool = True) -> bool:
        """Set numbers in the batch at the cursor, which is computed again, in a new branch.

        Parameters
        ----------
        edits : sequence of Edit
            Of the batch at the cursor.
        settle : bool
            False shows what would come of it, in place of what was tried before.

        Returns
        -------
        bool
            Whether any number is another one than in the branch that is left.

        Raises
        ------
        InputError
            When an edit is refused; nothing has changed then.
        """
        base = self.branches.now
        for edit in edits:
            check_change("the edit", edit, base.scenario)
            if edit.batch != self.cursor.batch:
                raise InputError("the edit is of another batch than the one that is shown.")
        scenario = with_edits(base.scenario, edits)
        if len(scenario.edits) > RANGES["Scenario.edits"].high:
            raise InputError("there are too many edits in this branch; go back to another one.")
        self.drop()
        if not any(self._changes(edit) for edit in edits):
            return False
        self._try(self.branches.grown(scenario, min(edit.batch for edit in edits)))
        if settle:
            self.settle()
        return True

    def _changes(self, edit: Edit) -> bool:
        lanes = LANES if edit.lane == "both" else (edit.lane,)
        found = [current(self.runs[lane].record(edit.batch), edit) for lane in lanes]
        return any(value is not None and value != edit.value for value in found)

    @property
    def shown_scenario(self) -> Scenario:
        """The scenario with the learning rate that the batch at the cursor has."""
        optimizer = self.scenario.optimizer
        rate = Edits(self.scenario.edits, "with").rate(self.cursor.batch, optimizer.rate)
        return self.scenario if rate == optimizer.rate else with_rate(self.scenario, rate)

    def change(self, scenario: Scenario) -> None:
        """Start a new run of a changed scenario at the same operation, where it exists.

        Another learning rate alone is an edit: it holds from the batch at the cursor on.

        Raises
        ------
        InputError
            When the scenario breaks a rule; nothing has changed then.
        """
        validate(scenario)
        self.drop()
        shown, rate = self.shown_scenario.optimizer, scenario.optimizer.rate
        if scenario != self.shown_scenario == with_rate(scenario, shown.rate):
            self.edit([Edit(batch=self.cursor.batch, rate=True, value=rate)])
            return
        if rate == shown.rate:  # it stays what it is at the start, and what edits make of it
            rate = self.scenario.optimizer.rate
        self._try(self.branches.grown(with_rate(scenario, rate), None))
        self.settle()

    def _try(self, branch: Branch) -> None:
        self._tried, self._before = branch, (self._place(), self.t)
        self._show_same_moment(branch)

    def settle(self) -> None:
        """Make a branch of what is tried."""
        if self._tried is not None:
            branch, self._tried = self._tried, None
            self.branches.add(branch, self._before[0], self._moment_there(branch))
            self.branches.keep(branch, self.runs)

    def untried(self, lane: Lane) -> BatchRecord:
        """The batch at the cursor as it is without what is tried."""
        run = self.branches.runs(self.branches.now)[lane]
        return run.record(self.cursor.batch)

    def drop(self) -> None:
        """Forget what is tried."""
        if self._tried is not None:
            self._tried = None
            self._show(self.branches.now)
            self.seek(self._before[1])

    # -- branches ----------------------------------------------------------------
    def _show_same_moment(self, branch: Branch) -> None:
        """Show a branch where the cursor is; at work only where it can be."""
        training = self.training or not can_infer(branch.scenario)
        t = self._moment_in(schedule_of(branch.scenario, training), branch.scenario.batches)
        self.training = training
        self._show(branch)
        self.seek(t)

    def _moment_there(self, branch: Branch) -> int:
        return self._moment_in(schedule_of(branch.scenario), branch.scenario.batches)

    def undo(self) -> bool:
        """Go back to where the last change or switch was made; False when there is none."""
        return self._return(self.branches.undo)

    def redo(self) -> bool:
        """Go again where the last undo came from; False when there was none."""
        return self._return(self.branches.redo)

    def _return(self, move: Callable[[], Place | None]) -> bool:
        self.drop()
        place = move()
        if place is None:
            return False
        inference, self.training = not self.training, True
        self._show(self.branches.now)
        self.seek(place.t)
        if inference and can_infer(self.scenario):
            self.infer(True)
        return True

    def switch(self, number: int) -> None:
        """Show another branch at the same operation."""
        self.settle()
        branch = self.branches.all[number]
        if branch is not self.branches.now:
            self.branches.move(number, self._place(), self._moment_there(branch))
            self._show_same_moment(branch)

    def infer(self, inference: bool) -> None:
        """Look at the same moment at work, or in training again.

        Raises
        ------
        InputError
            When a layer keeps no running statistics.
        """
        if inference:
            inference_plan(plan_of(self.scenario, "with"))
        schedule = schedule_of(self.scenario, not inference)
        self.t = self._moment_in(schedule, self.scenario.batches)
        self.training, self.schedule = not inference, schedule

    # -- reading -----------------------------------------------------------------
    def ready(self, seconds: float) -> bool:
        """Compute both lanes up to the cursor for about ``seconds``; True when there."""
        batches = self.cursor.batch + 1
        return advance(self.runs, batches, seconds)

    def ready_there(self, number: int, seconds: float) -> bool:
        """Compute another branch up to the same moment for about ``seconds``; True when there."""
        branch = self.branches.all[number]
        batches = min(self.cursor.batch + 1, branch.scenario.batches)
        return advance(self.branches.runs(branch), batches, seconds)

    def computed(self) -> bool:
        """Whether both lanes are computed up to the cursor."""
        return all(run.computed > self.cursor.batch for run in self.runs.values())

    def frame(self, lane: Lane, pinned: int | None = None) -> Frame:
        """One lane at the cursor; its neurons show the ``pinned`` sample, if there is one."""
        return frame_at(self.runs[lane], self.schedule, self.t, pinned)

    def frames(self, pinned: int | None = None) -> dict[Lane, Frame]:
        """Both lanes at the cursor."""
        return {lane: self.frame(lane, pinned) for lane in LANES}

    def frame_of(self, number: int, lane: Lane) -> Frame:
        """The same moment, or the closest, of a lane of another branch."""
        branch = self.branches.all[number]
        scenario = branch.scenario
        schedule = schedule_of(scenario, self.training or not can_infer(scenario))
        t = self._moment_in(schedule, scenario.batches)
        return frame_at(self.branches.runs(branch)[lane], schedule, t)
