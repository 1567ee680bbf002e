"""What is set by hand: in a network, and in the data that it gets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bnsim.engine.network import Network
from bnsim.sim.record import Array, BatchRecord, Lane
from bnsim.sim.spec import TARGETS, Edit, Override, Scenario

#: Of a parameter in a scenario the name of its array.
ARRAYS = {"weight": "W", "bias": "b", "gamma": "gamma", "beta": "beta"}


def target_of(change: Override | Edit) -> str:
    """Which of `TARGETS` a valid change sets."""
    return next(name for name in TARGETS if getattr(change, name, None) is not None)


def apply(network: Network, change: Override | Edit) -> None:
    """Write one parameter into a network; the lane without has no gamma to write."""
    name = target_of(change)
    if change.layer is not None and ARRAYS[name] in network.layout.names(change.layer):
        network.view(change.layer, ARRAYS[name])[getattr(change, name)] = change.value


class Edits:
    """The edits of one lane, by the batch and by the row of the data that they change.

    Parameters
    ----------
    edits : sequence of Edit
        Those of a scenario; of two that set the same number before the same batch the
        later one counts.
    lane : {"without", "with"}
    classes : bool
        Whether targets are classes: an edit of one then takes the place of the other.
    """

    def __init__(self, edits: Sequence[Edit], lane: Lane, classes: bool = False) -> None:
        self._classes = classes
        self._parameters: dict[int, list[Edit]] = {}
        self._rows: dict[int, list[Edit]] = {}
        self._rates: list[Edit] = []
        for edit in sorted(edits, key=lambda e: e.batch):
            if edit.lane not in ("both", lane):
                continue
            place = edit.input or edit.target
            if edit.rate:
                self._rates.append(edit)
            elif place is None:
                self._parameters.setdefault(edit.batch, []).append(edit)
            else:
                self._rows.setdefault(place[0], []).append(edit)

    def apply(self, network: Network, batch: int) -> None:
        """Set the parameters that are edited just before ``batch``."""
        for edit in self._parameters.get(batch, ()):
            apply(network, edit)

    def rate(self, batch: int, start: float) -> float:
        """The learning rate of a batch, ``start`` where nobody has set another."""
        return next((e.value for e in reversed(self._rates) if e.batch <= batch), start)

    def rows(self, batch: int, samples: NDArray[np.int64], values: Array, name: str) -> Array:
        """Rows of the data as ``batch`` gets them.

        Parameters
        ----------
        batch : int
        samples : ndarray of shape (m,)
            Row numbers.
        values : ndarray of shape (n, D)
            The data before any edit; ``name`` is "input" or "target".

        Returns
        -------
        ndarray of shape (m, D)
        """
        found: Array = values[samples]
        if self._rows:
            for place, row in enumerate(samples.tolist()):
                for edit in self._rows.get(row, ()):
                    target = getattr(edit, name)
                    if target is not None and edit.batch <= batch:
                        if self._classes and name == "target":
                            found[place] = 0.0
                        found[place, target[1]] = edit.value
        return found


def with_rate(scenario: Scenario, rate: float) -> Scenario:
    """The scenario with another learning rate at its start."""
    return replace(scenario, optimizer=replace(scenario.optimizer, rate=rate))


def with_edits(scenario: Scenario, new: Sequence[Edit]) -> Scenario:
    """The scenario with further edits; those that they cover, of the same batch, go."""
    kept = [old for old in scenario.edits if not any(_covers(edit, old) for edit in new)]
    return replace(scenario, edits=[*kept, *new])


def _covers(new: Edit, old: Edit) -> bool:
    """Whether an edit leaves nothing of an older one."""
    same = replace(old, value=new.value, lane=new.lane) == new
    return same and new.lane in ("both", old.lane)


def current(record: BatchRecord, edit: Edit) -> float | None:
    """The number that an edit would replace in a batch, None where the batch has none."""
    name = target_of(edit)
    if name == "rate":
        return record.plan.rate
    place = getattr(edit, name)
    if name in ("input", "target"):
        where = np.flatnonzero(record.samples == place[0])
        array = record.view(0, "x") if name == "input" else record.targets
        return float(array[where[0], place[1]]) if where.size else None
    if edit.layer is None or not record.has(edit.layer, ARRAYS[name]):
        return None
    return float(record.view(edit.layer, ARRAYS[name])[place])
