"""States of a run within a byte budget: the latest, keyframes, and those of the last replay.

A state is what the next batch depends on (parameters, running statistics, optimizer
moments).  Activations are never stored: one batch computed again from its state gives
them back, bit for bit.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SMALLEST_BUDGET, STATES, LARGEST_BUDGET = 8_000_000, 256, 64_000_000
WINDOW_STATES, WINDOW_SHARE = 64, 16
SERIES_ROWS = 4096


def budget_of(state_bytes: int) -> int:
    """Bytes for the states of one run: 256 states, but 8 MB at least and 64 MB at most."""
    return min(max(SMALLEST_BUDGET, STATES * state_bytes), LARGEST_BUDGET)


class Window:
    """The latest few states of batches that follow each other, in a ring.

    Parameters
    ----------
    rows, size : int
        How many states it holds, and numbers in a state.
    """

    def __init__(self, rows: int, size: int) -> None:
        self._rows = np.empty((rows, size))
        self._first = self._end = 0

    @property
    def nbytes(self) -> int:
        """Bytes that are reserved."""
        return self._rows.nbytes

    def put(self, batch: int, state: Array) -> None:
        """Keep a copy; a batch that neither follows nor is held starts the window anew."""
        if batch != self._end:
            if self.nearest(batch) == batch:
                return
            self._first = batch
        self._rows[batch % len(self._rows)] = state
        self._end = batch + 1

    def nearest(self, batch: int) -> int:
        """The latest batch held at or before ``batch``, -1 if there is none."""
        latest = min(batch, self._end - 1)
        return latest if latest >= max(self._first, self._end - len(self._rows)) else -1

    def state(self, batch: int) -> Array:
        """The state of a batch that is held."""
        row: Array = self._rows[batch % len(self._rows)]
        return row


class Keyframes:
    """Every state at first, then every 2nd, 4th, ... as often as the rows fill up.

    Parameters
    ----------
    rows, size : int
        How many states it holds, and numbers in a state.

    Notes
    -----
    With n rows and N batches the interval is the smallest power of two with N / interval < n,
    less than twice the N / n that n evenly spaced states allow.
    """

    def __init__(self, rows: int, size: int) -> None:
        self._rows = np.empty((rows, size))
        self._used = 0
        self.interval = 1

    @property
    def nbytes(self) -> int:
        """Bytes that are reserved; the system gives them only as they fill."""
        return self._rows.nbytes

    def put(self, batch: int, state: Array) -> None:
        """Keep a copy of every ``interval``-th state; batches come one after the other."""
        if batch % self.interval:
            return
        if self._used == len(self._rows):
            self._thin()
            self.put(batch, state)
        else:
            self._rows[self._used] = state
            self._used += 1

    def nearest(self, batch: int) -> int:
        """The latest batch held at or before ``batch``."""
        return min(batch // self.interval, self._used - 1) * self.interval

    def state(self, batch: int) -> Array:
        """The state of a batch that is held."""
        row: Array = self._rows[batch // self.interval]
        return row

    def until(self, batch: int) -> Keyframes:
        """A copy that ends with the state of ``batch``, which is held."""
        kept = Keyframes(len(self._rows), self._rows.shape[1])
        kept.interval, kept._used = self.interval, batch // self.interval + 1
        kept._rows[: kept._used] = self._rows[: kept._used]
        return kept

    def _thin(self) -> None:
        """Every second state goes."""
        for row in range(0, self._used, 2):
            self._rows[row // 2] = self._rows[row]
        self._used = (self._used + 1) // 2
        self.interval *= 2


class History:
    """States by batch number, any of them near a stored one.

    Parameters
    ----------
    first : ndarray of shape (S,)
        The state before batch 0; it is kept for ever.
    budget : int, optional
        Bytes for all states, `budget_of` the size of one if not given.  Two windows take at
        most a 16th each, keyframes the rest; none of them holds fewer than two states.
    """

    def __init__(self, first: Array, budget: int | None = None) -> None:
        size = max(first.nbytes, 1)
        self._budget = budget = budget or budget_of(size)
        recent = min(WINDOW_STATES, max(2, budget // WINDOW_SHARE // size))
        self._latest, self._replayed = Window(recent, first.size), Window(recent, first.size)
        self._keyframes = Keyframes(max(2, budget // size - 2 * recent), first.size)
        self._end = 0
        self.put(0, first)

    @property
    def nbytes(self) -> int:
        """Bytes that states take at most, however long the run."""
        return self._latest.nbytes + self._replayed.nbytes + self._keyframes.nbytes

    @property
    def interval(self) -> int:
        """Batches from one keyframe to the next: a replay computes fewer than that."""
        return self._keyframes.interval

    def until(self, batch: int) -> History:
        """A history of its own that ends with the state before ``batch``, a keyframe."""
        kept = History(self._keyframes.state(0), self._budget)
        kept._keyframes, kept._end = self._keyframes.until(batch), batch + 1
        return kept

    def put(self, batch: int, state: Array) -> None:
        """Keep a copy of the state before ``batch``, which is the next one or a replayed one.

        The states on the way to a replayed batch make steps back from there a copy each.
        """
        if batch < self._end:
            self._replayed.put(batch, state)
            return
        if self._keyframes.interval > 1:  # before that they hold every state
            self._latest.put(batch, state)
        self._keyframes.put(batch, state)
        self._end = batch + 1

    def nearest(self, batch: int) -> tuple[int, Array]:
        """The latest stored state at or before ``batch``, with its batch number."""
        parts = (self._latest, self._replayed, self._keyframes)
        found, part = max(((part.nearest(batch), part) for part in parts), key=lambda at: at[0])
        return found, part.state(found)


class Series:
    """One number a batch within a fixed number of rows, thinned by minimum and maximum.

    When the rows are full, neighbours merge: each row then stands for twice as many
    batches and keeps their smallest and largest value, so that no spike is lost.
    """

    def __init__(self, rows: int = SERIES_ROWS) -> None:
        self._low = np.full(rows, np.nan)
        self._high = np.full(rows, np.nan)
        self.width = 1
        self.count = 0

    @property
    def nbytes(self) -> int:
        """Bytes that the numbers take, however many: 64 KiB with 4096 rows."""
        return self._low.nbytes + self._high.nbytes

    def append(self, value: float) -> None:
        """Add the number of the next batch."""
        row, place = divmod(self.count, self.width)
        if row == self._low.size:
            self._merge()
            row, place = divmod(self.count, self.width)
        # NaN is no number of a row that has others: of a comparison with NaN both are false
        if place == 0 or value < self._low[row] or math.isnan(self._low[row]):
            self._low[row] = value
        if place == 0 or value > self._high[row] or math.isnan(self._high[row]):
            self._high[row] = value
        self.count += 1

    def until(self, batches: int) -> tuple[Array, Array, Array]:
        """(first batch, smallest, largest) of each row of the first ``batches`` batches."""
        rows = -(-min(batches, self.count) // self.width)
        first = np.arange(rows, dtype=np.float64) * self.width
        return first, self._low[:rows], self._high[:rows]

    def first(self, batches: int) -> Series:
        """A copy that ends with so many batches, a whole number of rows."""
        kept = Series(self._low.size)
        kept.width, kept.count, rows = self.width, batches, batches // self.width
        kept._low[:rows], kept._high[:rows] = self._low[:rows], self._high[:rows]
        return kept

    def _merge(self) -> None:
        half = self._low.size // 2
        self._low[:half] = np.fmin(self._low[0::2], self._low[1::2])
        self._high[:half] = np.fmax(self._high[0::2], self._high[1::2])
        self._low[half:] = self._high[half:] = np.nan
        self.width *= 2
