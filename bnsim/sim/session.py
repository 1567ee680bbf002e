"""The one mutable object below the window: scenario, runs of both lanes, cursor."""

from __future__ import annotations

from bnsim.sim.frame import Frame, frame_at
from bnsim.sim.operation import LayerSteps, Unit
from bnsim.sim.run import LANES, Lane, Run, plan_of, waits
from bnsim.sim.schedule import Cursor, Schedule
from bnsim.sim.spec import Scenario
from bnsim.sim.validate import validate


def schedule_of(scenario: Scenario) -> Schedule:
    """The operations of a batch, those of the lane with batch normalization."""
    plan = plan_of(scenario, "with")
    steps = tuple(LayerSteps(waits(layer), layer.dialect.affine) for layer in plan.layers)
    placements = tuple(layer.placement if waits(layer) else "none" for layer in plan.layers)
    return Schedule(steps, placements, scenario.batch_size, scenario.batches_per_epoch)


class Session:
    """Two runs of one scenario, without and with batch normalization, and one cursor.

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
        self._load(scenario)
        self.t = 0

    def _load(self, scenario: Scenario) -> None:
        validate(scenario)
        schedule = schedule_of(scenario)
        runs: dict[Lane, Run] = {lane: Run(scenario, lane) for lane in LANES}
        self.scenario, self.schedule, self.runs = scenario, schedule, runs

    @property
    def last(self) -> int:
        """The last moment of the run."""
        return self.scenario.batches * self.schedule.n

    def seek(self, t: int) -> None:
        """Move the cursor to moment ``t``, clamped to the run."""
        self.t = min(max(t, 0), self.last)

    def step(self, unit: Unit, forward: bool = True) -> None:
        """Move the cursor by one ``unit``."""
        move = self.schedule.next if forward else self.schedule.previous
        self.seek(move(self.t, unit))

    def change(self, scenario: Scenario) -> None:
        """Start a new run of a changed scenario at the same operation, where it exists."""
        cursor, operation = self.cursor, self.schedule.operation(self.cursor)
        self._load(scenario)
        done = 0
        if operation is not None:
            found = self.schedule.position(operation)
            done = self.schedule.n if found is None else found
        batch = min(cursor.batch, scenario.batches - 1)
        self.seek(batch * self.schedule.n + done)

    @property
    def cursor(self) -> Cursor:
        """The cursor as batch and number of operations done."""
        return self.schedule.cursor(self.t)

    def ready(self, seconds: float) -> bool:
        """Compute both lanes up to the cursor for about ``seconds``; True when there."""
        batches = self.cursor.batch + 1
        # Every lane gets its slice, also when the first has not arrived.
        arrived = [run.advance(batches, seconds / 2) for run in self.runs.values()]
        return all(arrived)

    def computed(self) -> bool:
        """Whether both lanes are computed up to the cursor."""
        return all(run.computed > self.cursor.batch for run in self.runs.values())

    def frame(self, lane: Lane) -> Frame:
        """One lane at the cursor."""
        return frame_at(self.runs[lane], self.schedule, self.t)

    def frames(self) -> dict[Lane, Frame]:
        """Both lanes at the cursor."""
        return {lane: self.frame(lane) for lane in LANES}
