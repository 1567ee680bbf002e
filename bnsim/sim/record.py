"""Every number of one batch of one lane."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bnsim.engine.faults import NonFinite, fault_of
from bnsim.engine.network import Layout, Plan

Array = NDArray[np.float64]
Lane = Literal["without", "with"]
LANES: tuple[Lane, ...] = ("without", "with")


@dataclass(frozen=True, eq=False)
class BatchRecord:
    """Every number of one batch of one lane: the engine's arena, copied and read-only.

    Parameters are as they were before the update; running statistics as they are after
    this batch's forward pass.  ``samples`` are the rows of the data in this batch.
    """

    batch: int
    arena: Array
    layout: Layout
    plan: Plan
    samples: NDArray[np.int64]

    def view(self, layer: int, name: str) -> Array:
        """The array called ``name`` of dense layer ``layer`` (from 0), read-only."""
        return self.layout.view(self.arena, layer, name)

    def out(self, layer: int) -> Array:
        """What layer ``layer`` passes on, shape (m, units)."""
        return self.view(layer, self.layout.output_name(layer))

    def has(self, layer: int, name: str) -> bool:
        """Whether the layer has an array of this name."""
        return name in self.layout.names(layer)

    @property
    def loss(self) -> float:
        """The loss of this batch."""
        return float(self.layout.view(self.arena, -1, "loss").reshape(-1)[0])

    @cached_property
    def fault(self) -> NonFinite | None:
        """Why this batch is not committed: its first number that is not finite, or None."""
        return fault_of(self.plan, self.layout, self.arena)

    @property
    def targets(self) -> Array:
        """What the network should have said, shape (m, outputs)."""
        return self.layout.view(self.arena, -1, "targets")
