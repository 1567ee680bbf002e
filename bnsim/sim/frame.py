"""One lane at one moment: what is known, what is waited for, what has just happened.

A frame says everything about itself; it never shows a number that the operations up to
the cursor have not computed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bnsim.engine.layout import Plan
from bnsim.sim.operation import Operation, Phase
from bnsim.sim.rules import LayerFlags, flags_of, raw_name
from bnsim.sim.run import BatchRecord, Lane, Run, waits
from bnsim.sim.schedule import NEVER, Cursor, Known, Schedule

#: Gradients that a layer's backward operation makes known.
_STATISTICS = ("mean", "var", "std", "x_hat", "y")


class Status(Enum):
    """Why a number is there, or is not."""

    KNOWN = "known"
    WAITING = "waiting"
    AHEAD = "not yet computed"


@dataclass(frozen=True, eq=False)
class Frame:
    """One lane at one moment.

    Parameters
    ----------
    run, schedule : Run, Schedule
        Where the numbers come from, and when each is known.
    cursor : Cursor
        The moment.
    pinned : int or None
        The sample of the batch that neurons show, None for that of the operation.
    """

    run: Run
    schedule: Schedule
    cursor: Cursor
    record: BatchRecord = field(repr=False)
    pinned: int | None = None

    @property
    def lane(self) -> Lane:
        """Without or with batch normalization."""
        return self.run.lane

    @property
    def plan(self) -> Plan:
        """The network that computed these numbers."""
        return self.record.plan

    @property
    def training(self) -> bool:
        """Whether batches are normalized by their own statistics, not by the running ones."""
        return self.schedule.training

    @property
    def m(self) -> int:
        """Samples in a batch."""
        return self.schedule.m

    @property
    def n_layers(self) -> int:
        """Dense layers of the network."""
        return len(self.plan.layers)

    @cached_property
    def operation(self) -> Operation | None:
        """What has just happened, None at the start."""
        return self.schedule.operation(self.cursor)

    @cached_property
    def _known(self) -> Known:
        return self.schedule.known[self.lane]

    @cached_property
    def flags(self) -> tuple[LayerFlags, ...]:
        """Outlier weights and out-of-scale neurons of this batch, one entry a layer."""
        return flags_of(self.record)

    @cached_property
    def sample(self) -> int | None:
        """The sample that the neurons show (from 0), None before the first."""
        op = self.operation
        if op is None:
            return None
        if self.pinned is not None:
            return min(self.pinned, self.m - 1)
        return self.m - 1 if op.sample is None else op.sample

    def has_tray(self, layer: int) -> bool:
        """Whether batch normalization stands at this layer of this lane."""
        return waits(self.plan.layers[layer])

    def raw_name(self, layer: int) -> str:
        """The name of what a neuron gives: z where BN stands before the activation, else a."""
        return raw_name(self.record, layer)

    def known_from(self, layer: int, name: str) -> NDArray[np.int64]:
        """For each sample the number of operations after which ``name`` is known."""
        if name.startswith("d_"):
            return np.full(self.m, self._known.backward[layer])
        forward = self._known.forward[layer]
        if name == "x":
            return self.known_from(layer - 1, "out") if layer else self._entered()
        return forward.get("var" if name == "std" else name, np.full(self.m, NEVER))

    def status(self, layer: int, name: str, sample: int) -> Status:
        """Whether a sample's number is known, waits for a tray, or is still to come."""
        if self.cursor.done >= self.known_from(layer, name)[sample]:
            return Status.KNOWN
        return Status.WAITING if self._behind_open_tray(layer, name, sample) else Status.AHEAD

    def value(self, layer: int, name: str, sample: int, unit: int) -> float | None:
        """A number of one sample and neuron, None while it is not known."""
        if self.status(layer, name, sample) is not Status.KNOWN:
            return None
        array = self.record.out(layer) if name == "out" else self.record.view(layer, name)
        return float(array[sample, unit] if array.ndim == 2 else array[unit])

    def known_samples(self, layer: int, name: str) -> NDArray[np.bool_]:
        """Which samples of the batch are known under ``name``, shape (m,)."""
        return np.asarray(self.known_from(layer, name) <= self.cursor.done)

    def arrived(self, layer: int) -> int:
        """How many samples have arrived in a layer's tray."""
        if not self.has_tray(layer):
            return 0
        return int((self._known.forward[layer]["tray"] <= self.cursor.done).sum())

    def input_known(self, sample: int) -> bool:
        """Whether the sample has entered the network."""
        return bool(self._entered()[sample] <= self.cursor.done)

    @property
    def loss(self) -> float | None:
        """The loss of the batch, None while it is not known."""
        return self.record.loss if self.cursor.done >= self._known.loss else None

    def gradient_known(self, layer: int) -> bool:
        """Whether this layer's backward operation has happened."""
        return self.cursor.done >= self._known.backward[layer]

    @property
    def updated(self) -> bool:
        """Whether the update of this batch has happened."""
        return self.cursor.done >= self._known.update

    @property
    def backward_shown(self) -> bool:
        """Whether the picture shows gradients: the last operation was a backward one."""
        return self.operation is not None and self.operation.phase is Phase.BACKWARD

    def _entered(self) -> NDArray[np.int64]:
        """A sample enters with its first operation."""
        return self._known.forward[0]["z"]

    def _behind_open_tray(self, layer: int, name: str, sample: int) -> bool:
        """Whether an unfinished tray holds the sample back before this number."""
        last = layer + 1 if name in (*_STATISTICS, "out", "a") else layer
        for index in range(last):
            if self.has_tray(index) and name != "tray":
                own = index == layer and name == "a" and self.raw_name(layer) == "a"
                tray = self._known.forward[index]["tray"][sample]
                if not own and tray <= self.cursor.done < self.known_from(index, "out")[sample]:
                    return True
        return False


def frame_at(run: Run, schedule: Schedule, t: int, pinned: int | None = None) -> Frame:
    """The frame of one lane at moment ``t``."""
    cursor = schedule.cursor(t)
    record = run.record if schedule.training else run.inference
    return Frame(run, schedule, cursor, record(cursor.batch), pinned)
