"""What a person has tried: branches of a run, and the way back through them.

A branch is its scenario, edits and all, so that its run can be computed again at any time;
only the runs of the last few branches are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from bnsim.sim.run import LANES, Lane, Run
from bnsim.sim.spec import Scenario

#: So many branches keep what they have computed.
KEPT = 6

Runs = dict[Lane, Run]


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A scenario that grew out of another one's.

    Parameters
    ----------
    number : int
        Its place in the list, 0 for the first.
    scenario : Scenario
    parent : int or None
        The branch that it left, None for the first.
    batch : int or None
        The batch from which it differs, None where it starts anew.
    """

    number: int
    scenario: Scenario
    parent: int | None = None
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A moment of a branch, in training."""

    branch: int
    t: int


class Branches:
    """All branches, the one that is shown, and undo and redo over every move between them.

    Parameters
    ----------
    scenario : Scenario
        That of the first branch.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.all: list[Branch] = [Branch(0, scenario)]
        self.now = self.all[0]
        self._runs: OrderedDict[int, Runs] = OrderedDict()
        self._undo: list[tuple[Place, Place]] = []
        self._redo: list[tuple[Place, Place]] = []

    # -- growing -----------------------------------------------------------------
    def grown(self, scenario: Scenario, batch: int | None) -> Branch:
        """A branch that leaves the present one; it is not in the list yet."""
        return Branch(len(self.all), scenario, self.now.number, batch)

    def add(self, branch: Branch, here: Place, t: int) -> None:
        """Put a grown branch on the list and go to its moment ``t``."""
        self.all.append(branch)
        self.move(branch.number, here, t)

    def move(self, number: int, here: Place, t: int) -> None:
        """Go from a place of the present branch to a moment of another one."""
        self._undo.append((here, Place(number, t)))
        self._redo.clear()
        self.now = self.all[number]

    # -- the way back ------------------------------------------------------------
    @property
    def can_undo(self) -> bool:
        """Whether there is a move to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is a move to make again."""
        return bool(self._redo)

    def undo(self) -> Place | None:
        """Take the last move back; where it came from, None when there is none."""
        return self._back(self._undo, self._redo, 0)

    def redo(self) -> Place | None:
        """Make the last move again that was taken back; where it went."""
        return self._back(self._redo, self._undo, 1)

    def _back(
        self,
        moves: list[tuple[Place, Place]],
        others: list[tuple[Place, Place]],
        end: int,
    ) -> Place | None:
        if not moves:
            return None
        move = moves.pop()
        others.append(move)
        self.now = self.all[move[end].branch]
        return move[end]

    # -- runs --------------------------------------------------------------------
    def keep(self, branch: Branch, runs: Runs) -> None:
        """Keep what a branch has computed, as one of the last few."""
        self._runs[branch.number] = runs
        self._runs.move_to_end(branch.number)
        while len(self._runs) > KEPT:
            self._runs.popitem(last=False)

    def runs(self, branch: Branch) -> Runs:
        """The runs of a branch: kept ones, a fork of its parent's, or new ones."""
        found = self._runs.get(branch.number)
        if found is None:
            found = self.made(branch)
        if branch.number < len(self.all):
            self.keep(branch, found)
        return found

    def made(self, branch: Branch) -> Runs:
        """Runs of its own for a branch."""
        parent = None if branch.parent is None else self._runs.get(branch.parent)
        if parent is None or branch.batch is None:
            return {lane: Run(branch.scenario, lane) for lane in LANES}
        batch = branch.batch
        return {lane: run.fork(branch.scenario, batch) for lane, run in parent.items()}


def advance(runs: Runs, batches: int, seconds: float) -> bool:
    """Compute both lanes on; every one gets its slice, also when the first has not arrived."""
    arrived = [run.advance(batches, seconds / 2) for run in runs.values()]
    return all(arrived)
