"""The lines of a plot made fit for drawing: finite, joined where they are, not too many."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.types import Array

_SPANS: Final = 10.0

Mask = NDArray[np.bool_]
Joins = NDArray[np.int32]


def finite(x: Array, y: Array) -> tuple[Array, Array, Mask]:
    """Return the points that may reach pyqtgraph, and which they were.

    The last defence: one infinity blanks a curve, one NaN breaks a view for good.
    """
    n = min(len(x), len(y))
    x, y = np.asarray(x[:n], dtype=np.float64), np.asarray(y[:n], dtype=np.float64)
    kept = np.isfinite(x) & np.isfinite(y)
    return x[kept], y[kept], kept


def joined(connect: Mask | None, kept: Mask) -> Joins:
    """Return which kept points are joined to the next one: never across a dropped point."""
    wanted = np.ones(len(kept), dtype=bool)
    if connect is not None:
        n = min(len(connect), len(kept))
        wanted[:n] = connect[:n]
    follows = np.append(kept[1:], False)
    return np.asarray((wanted & follows)[kept], dtype=np.int32)


def thinned(x: Array, y: Array, connect: Joins, columns: int) -> tuple[Array, Array, Joins]:
    """Return the ends of what a line reaches in each column of pixels.

    Smoothed lines of 10,000 points take a quarter of a second, and look the same.
    """
    if len(x) <= 3 * columns or columns < 2 or (np.diff(x) < 0).any():
        return x, y, connect
    place = np.floor((x - x[0]) * (columns / max(float(x[-1] - x[0]), 1e-300)))
    begins = np.append(True, (np.diff(place) > 0) | (connect[:-1] == 0))
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(x)) - 1
    low, high = np.minimum.reduceat(y, first), np.maximum.reduceat(y, first)
    rising = y[first] <= y[last]
    ends = np.where(rising, low, high), np.where(rising, high, low)
    inside = np.ones(len(first), dtype=np.int32)
    return (
        np.stack([x[first], x[last]], axis=1).ravel(),
        np.stack(ends, axis=1).ravel(),
        np.stack([inside, connect[last]], axis=1).ravel(),
    )


def near(values: Array, low: float, high: float) -> Array:
    """Bring far points so near that their lines still leave the panel in their direction."""
    reach = _SPANS * (high - low)
    return np.clip(values, low - reach, high + reach)
