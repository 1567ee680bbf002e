"""States of a run within a byte budget: a ring of the latest, keyframes, replay.

A state is what the next batch depends on (parameters, running statistics, optimizer
moments).  Activations are never stored: one batch computed again from its state gives
them back, bit for bit.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RING_BYTES = 2 << 20
RING_STATES = 64
KEYFRAME_BYTES = 4 << 20


class History:
    """States by batch number: the latest ones, and keyframes whose interval doubles.

    Parameters
    ----------
    first : ndarray of shape (S,)
        The state before batch 0; it is kept for ever.
    ring_bytes, keyframe_bytes : int
        Budgets in bytes; at least two states are held in each.
    """

    def __init__(
        self, first: Array, ring_bytes: int = RING_BYTES, keyframe_bytes: int = KEYFRAME_BYTES
    ) -> None:
        size = max(first.nbytes, 1)
        self._ring: OrderedDict[int, Array] = OrderedDict()
        self._ring_states = min(RING_STATES, max(2, ring_bytes // size))
        self._keyframes: dict[int, Array] = {0: first.copy()}
        self._most = max(2, keyframe_bytes // size)
        self.interval = 1

    @property
    def nbytes(self) -> int:
        """Bytes held by states."""
        return sum(s.nbytes for s in (*self._ring.values(), *self._keyframes.values()))

    def put(self, batch: int, state: Array) -> None:
        """Keep a copy of the state before ``batch``."""
        copy = state.copy()
        self._ring[batch] = copy
        if len(self._ring) > self._ring_states:
            self._ring.popitem(last=False)
        if batch % self.interval == 0:
            self._keyframes[batch] = copy
            self._thin()

    def nearest(self, batch: int) -> tuple[int, Array]:
        """The latest stored state at or before ``batch``, with its batch number."""
        if batch in self._ring:
            return batch, self._ring[batch]
        key = batch // self.interval * self.interval
        while key not in self._keyframes:
            key -= self.interval
        near = max((k for k in self._ring if k <= batch), default=key)
        return (near, self._ring[near]) if near > key else (key, self._keyframes[key])

    def _thin(self) -> None:
        """Past the budget every second keyframe goes and the interval doubles."""
        while len(self._keyframes) > self._most:
            self.interval *= 2
            kept = {k: s for k, s in self._keyframes.items() if k % self.interval == 0}
            self._keyframes = kept


class Series:
    """One number a batch within a fixed number of rows, thinned by minimum and maximum.

    When the rows are full, neighbours merge: each row then stands for twice as many
    batches and keeps their smallest and largest value, so that no spike is lost.
    """

    def __init__(self, rows: int = 4096) -> None:
        self._low = np.full(rows, np.nan)
        self._high = np.full(rows, np.nan)
        self.width = 1
        self.count = 0

    def append(self, value: float) -> None:
        """Add the number of the next batch."""
        row = self.count // self.width
        if row == self._low.size:
            self._merge()
            row = self.count // self.width
        first = self.count % self.width == 0
        self._low[row] = value if first else np.fmin(self._low[row], value)
        self._high[row] = value if first else np.fmax(self._high[row], value)
        self.count += 1

    def until(self, batches: int) -> tuple[Array, Array, Array]:
        """(first batch, smallest, largest) of each row of the first ``batches`` batches."""
        rows = -(-min(batches, self.count) // self.width)
        first = np.arange(rows, dtype=np.float64) * self.width
        return first, self._low[:rows], self._high[:rows]

    def _merge(self) -> None:
        half = self._low.size // 2
        self._low[:half] = np.fmin(self._low[0::2], self._low[1::2])
        self._high[:half] = np.fmax(self._high[0::2], self._high[1::2])
        self._low[half:] = self._high[half:] = np.nan
        self.width *= 2
