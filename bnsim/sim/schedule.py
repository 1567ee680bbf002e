"""When each number of a batch becomes known, and how the cursor walks.

A moment of a run is one integer ``t``: 0 is the start, ``t`` is the moment after the
t-th operation.  Every batch has the same operations, so batch and operation follow by
division, and going back is subtraction.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from bnsim.sim.operation import LayerSteps, Operation, Phase, Unit, inference_operations, operations

#: Position at which something never becomes known.
NEVER = 1 << 40


@dataclass(frozen=True, slots=True)
class Cursor:
    """A moment: ``done`` operations of batch number ``batch`` (from 0) have happened."""

    batch: int
    done: int


@dataclass(frozen=True, slots=True)
class Known:
    """Positions (operations done) from which numbers of one lane are known.

    ``forward[layer]`` maps z, mean, var, x_hat, y, a and out to one position a sample;
    ``backward[layer]``, ``loss`` and ``update`` are single positions.
    """

    forward: tuple[dict[str, NDArray[np.int64]], ...]
    backward: tuple[int, ...]
    loss: int
    update: int


def _all_at(passed: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """A layer where no sample waits: everything is known when a sample has passed."""
    return dict.fromkeys(("z", "a", "x_hat", "y", "out", "raw"), passed)


class Schedule:
    """The operations of one batch with the two lanes' times of knowing.

    Parameters
    ----------
    layers : tuple of LayerSteps
        Trays of the lane with batch normalization.
    placements : tuple of str
        "none", "before" or "after" for each layer of that lane.
    m, batches_per_epoch : int
        Batch size, and whole batches in one pass over the data.
    training : bool
        False at work: running statistics are there from the start, so that no sample waits.
    """

    def __init__(
        self,
        layers: tuple[LayerSteps, ...],
        placements: tuple[str, ...],
        m: int,
        per_epoch: int,
        training: bool = True,
    ) -> None:
        self.training = training
        self.layers, self.placements, self.m, self.per_epoch = layers, placements, m, per_epoch
        steps = operations(layers, m) if training else inference_operations(len(layers), m)
        self.operations = steps
        self.n = len(self.operations)
        self._position = {self._key(op): i + 1 for i, op in enumerate(self.operations)}
        self._ends: dict[str, list[int]] = {
            "operation": list(range(1, self.n + 1)),
            "sample": self._group_ends(lambda op: op.sample_step),
            "phase": self._group_ends(lambda op: op.phase_step),
            "batch": [self.n],
        }
        self.known = {"with": self._known_with(), "without": self._known_without()}

    # -- walking -----------------------------------------------------------------
    def cursor(self, t: int) -> Cursor:
        """The batch and operation of moment ``t`` (the start is batch 0, none done)."""
        batch, done = divmod(max(t, 0) - 1, self.n)
        return Cursor(batch, done + 1) if t > 0 else Cursor(0, 0)

    def moment(self, cursor: Cursor) -> int:
        """The moment of a cursor; a batch's start is the end of the batch before it."""
        return cursor.batch * self.n + cursor.done

    def operation(self, cursor: Cursor) -> Operation | None:
        """What has just happened; None at the start of the run."""
        return self.operations[cursor.done - 1] if cursor.done else None

    def next(self, t: int, unit: Unit) -> int:
        """The next moment at which one ``unit`` has ended."""
        if unit == "epoch":
            length = self.n * self.per_epoch
            return (t // length + 1) * length
        batch, done = divmod(t, self.n)
        ends = self._ends[unit]
        return batch * self.n + ends[bisect_right(ends, done)]

    def previous(self, t: int, unit: Unit) -> int:
        """The last moment before ``t`` at which one ``unit`` had ended (0 is the first)."""
        if t <= 0:
            return 0
        if unit == "epoch":
            length = self.n * self.per_epoch
            return (t - 1) // length * length
        batch, done = divmod(t - 1, self.n)
        ends = self._ends[unit]
        index = bisect_left(ends, done + 1)
        return batch * self.n + (ends[index - 1] if index else 0)

    def groups(self, unit: Unit) -> list[tuple[int, int]]:
        """(first, last) positions from 1 of every group of a batch, in order."""
        ends = self._ends[unit]
        return list(zip([1] + [e + 1 for e in ends[:-1]], ends, strict=True))

    def find(self, phase: Phase, layer: int | None, sample: int | None) -> int | None:
        """Position of the last operation that matches what is given, or None."""
        for position in range(self.n, 0, -1):
            op = self.operations[position - 1]
            if op.phase is phase and layer in (None, op.layer) and sample in (None, op.sample):
                return position
        return None

    def nearest(self, op: Operation) -> int:
        """Position of an operation of another schedule, or of the one that comes closest.

        Where there is no tray, all samples of a batch have passed its layer instead.
        """
        found = self.position(op)
        if found is None and op.layer is not None and op.layer < len(self.layers):
            last = self.m - 1 if op.sample is None else op.sample
            found = self._position.get((Phase.FORWARD, op.layer, last))
        return self.n if found is None else found

    def position(self, op: Operation) -> int | None:
        """Position of the operation with the same phase, layer and sample, or None."""
        return self._position.get(self._key(op))

    # -- knowing -----------------------------------------------------------------
    @staticmethod
    def _key(op: Operation) -> tuple[Phase, int | None, int | None]:
        return (op.phase, op.layer, op.sample)

    def _group_ends(self, key: Callable[[Operation], Hashable]) -> list[int]:
        ends, position = [], 0
        for _, group in groupby(self.operations, key):
            position += len(list(group))
            ends.append(position)
        return ends

    def _at(self, phase: Phase, layer: int) -> NDArray[np.int64]:
        """One position a sample (the same for all where the operation has no sample)."""
        samples = range(self.m)
        found = [
            self._position.get((phase, layer, s), self._position.get((phase, layer, None), NEVER))
            for s in samples
        ]
        return np.array(found, dtype=np.int64)

    def _known_with(self) -> Known:
        forward = []
        for index, placement in enumerate(self.placements):
            forward.append(self._layer_with(index, placement))
        return self._ended(tuple(forward))

    def _layer_with(self, index: int, placement: str) -> dict[str, NDArray[np.int64]]:
        passed = self._at(Phase.FORWARD, index)
        if placement == "none":
            return _all_at(passed)
        if not self.training:
            known = np.zeros(self.m, dtype=np.int64)
            return {**_all_at(passed), "tray": passed, "mean": known, "var": known}
        x_hat, leave = self._at(Phase.NORMALIZE, index), self._at(Phase.LEAVE, index)
        y = self._at(Phase.SCALE, index) if self.layers[index].affine else x_hat
        return {
            "z": passed,
            "a": leave if placement == "before" else passed,
            "raw": passed,
            "tray": self._at(Phase.ARRIVE, index),
            "mean": self._at(Phase.MEAN, index),
            "var": self._at(Phase.VARIANCE, index),
            "x_hat": x_hat,
            "y": y,
            "out": leave,
        }

    def _known_without(self) -> Known:
        """Without a tray a sample reaches the output within its own sample step."""
        trays = [i for i, layer in enumerate(self.layers) if layer.has_tray and self.training]
        first = trays[0] if trays else None
        forward = []
        for index in range(len(self.layers)):
            waits = first is not None and index > first
            at = self._at(Phase.ARRIVE, first) if waits and first is not None else None
            passed = at if at is not None else self._at(Phase.FORWARD, index)
            forward.append(_all_at(passed))
        return self._ended(tuple(forward))

    def _ended(self, forward: tuple[dict[str, NDArray[np.int64]], ...]) -> Known:
        position = {self._key(op): i + 1 for i, op in enumerate(self.operations)}
        backward = tuple(position[Phase.BACKWARD, i, None] for i in range(len(self.layers)))
        loss = position[Phase.LOSS, None, None]
        update = position.get((Phase.UPDATE, None, None), NEVER)
        return Known(forward, backward, loss, update)
