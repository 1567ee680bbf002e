"""From values to display coordinates that stay finite whatever the values are.

A scale is linear, logarithmic or symmetric-logarithmic,
``t(v) = sign(v) log10(1 + |v| / c)``.  Infinite and undefined values are never handed
on: they are told apart by :func:`split`, and drawn as arrows on the rail of the axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.types import Axis
from bnsim.pictures.words import short

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Largest over typical size from which an axis turns symmetric-logarithmic.
SYMLOG_RATIO = 20.0
MOST = 1.7e308
TICK_SHARE = 0.11


@dataclass(frozen=True, slots=True)
class Scale:
    """A map from values to display coordinates; ``unit`` is c of the symlog map."""

    kind: Literal["linear", "symlog", "log"] = "linear"
    unit: float = 1.0

    def __call__(self, values: Array) -> Array:
        """Display coordinates of finite values."""
        v = np.asarray(values, dtype=np.float64)
        if self.kind == "linear":
            return np.clip(v, -1e150, 1e150)
        if self.kind == "log":
            return np.asarray(np.log10(np.maximum(v, 1e-300)))
        with np.errstate(over="ignore"):
            ratio = np.minimum(np.abs(v) / self.unit, MOST)
        return np.asarray(np.sign(v) * np.log10(1 + ratio))

    def at(self, value: float) -> float:
        """The display coordinate of one finite value."""
        return float(self(np.array([value]))[0])


def split(values: Array) -> tuple[Mask, Mask, Mask, Mask]:
    """Masks: finite, +inf, -inf, NaN."""
    v = np.asarray(values, dtype=np.float64)
    return np.isfinite(v), np.isposinf(v), np.isneginf(v), np.isnan(v)


def fitting(values: Array) -> Scale:
    """Linear, or symlog when the largest value dwarfs the typical one."""
    v = np.abs(np.asarray(values, dtype=np.float64))
    v = v[np.isfinite(v) & (v > 0)]
    if not v.size:
        return Scale()
    if v.max() > 1e100 or v.max() > SYMLOG_RATIO * float(np.median(v)):
        return Scale("symlog")
    # Two clouds of different size count as well: raw 50 to 150 beside x-hat -1.4 to 1.4.
    return Scale("symlog") if v.max() > SYMLOG_RATIO * float(np.quantile(v, 0.4)) else Scale()


def limits(values: Array, least: float = 1.0) -> tuple[float, float]:
    """Round limits round all finite values, with 0 and at least +-``least`` between them.

    They move only when a value passes them, by steps of 1, 2, 5 or 10.
    """
    v = np.asarray(values, dtype=np.float64)
    v = v[np.isfinite(v)]
    high = round_up(max(float(v.max(initial=0.0)), least))
    low = -round_up(max(float(-v.min(initial=0.0)), least))
    return low, high


def round_up(value: float) -> float:
    """The next round number at or above ``value``: 1, 1.5, 2, 3, 5, 7.5, 10 times ten^k."""
    if value <= 0:
        return 0.0
    power = 10.0 ** float(np.floor(np.log10(value)))
    for step in (1, 1.5, 2, 3, 5, 7.5, 10):
        if step * power >= value * (1 - 1e-12):
            return float(min(step * power, MOST))
    return float(min(10 * power, MOST))


def axis(scale: Scale, low: float, high: float, label: str = "", grid: bool = True) -> Axis:
    """An axis from value ``low`` to ``high`` with round ticks that do not crowd."""
    start, end = scale.at(low), scale.at(high)
    if end <= start:
        start, end = start - 1.0, end + 1.0
    pad = 0.04 * (end - start)
    ticks = _chosen(scale, _candidates(scale, low, high), end - start)
    return Axis(start - pad, end + pad, ticks, label, grid)


def _candidates(scale: Scale, low: float, high: float) -> list[tuple[int, float]]:
    """(rank, value) of possible ticks; a lower rank is taken first."""
    if scale.kind == "linear":
        step = _linear_step(high - low)
        first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
        return [(0, i * step) for i in range(first, last + 1)]
    found: list[tuple[int, float]] = [(0, 0.0)] if scale.kind == "symlog" else []
    largest = max(abs(low), abs(high))
    smallest = scale.unit if scale.kind == "symlog" else max(low, 1e-300)
    exponents = range(int(np.floor(np.log10(smallest))), int(np.log10(largest)) + 1)
    for rank, factor in ((1, 1.0), (3, 5.0), (2, 2.0)):
        for exponent in exponents:
            value = factor * 10.0**exponent
            found += [(rank, v) for v in (value, -value) if low <= v <= high]
    return found


def _chosen(
    scale: Scale, candidates: list[tuple[int, float]], span: float
) -> tuple[tuple[float, str], ...]:
    """Ticks by rank, the largest first, each at a distance from those before it."""
    chosen: list[tuple[float, str]] = []
    for _, value in sorted(candidates, key=lambda c: (c[0], -abs(c[1]))):
        place = scale.at(value)
        if all(abs(place - other) >= TICK_SHARE * span for other, _ in chosen):
            chosen.append((place, short(value)))
    return tuple(sorted(chosen))


def _linear_step(span: float) -> float:
    """A round step that gives four to eight ticks."""
    rough = max(span, 1e-300) / 6
    power = 10.0 ** float(np.floor(np.log10(rough)))
    return float(next(s * power for s in (1, 2, 5, 10) if s * power >= rough * 0.999))
