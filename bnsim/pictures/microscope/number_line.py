"""A number line: from values to pixels and back, with round ends and round ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.scale import MOST, Scale, round_up
from bnsim.pictures.scales import nice_ceiling
from bnsim.pictures.words import MINUS, short

Array = NDArray[np.float64]
LINEAR = Scale()
Ends = tuple[float, float]
#: The ends of a line on which nothing is known.
NO_ENDS: Ends = (0.0, 1.0)

#: Values past this are drawn at the ends: their differences would overflow.
LARGEST = 1e307
#: Values closer than this to 0 and to each other stand at one point.
LEAST_SPAN = 1e-300
#: A line turns symmetric-logarithmic when its ends dwarf the typical value so many times.
HUGE_RATIO = 1e4
#: Zero is left out when all values lie within this share of their size, not by rounding only.
CLOSE, LEAST_CLOSE = 0.05, 1e-4
#: A dragged value is rounded to about this share of the line.
DRAG_SHARE = 1 / 200
_REACHES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True, slots=True)
class NumberLine:
    """Values ``low`` to ``high`` along the pixels ``left`` to ``right``."""

    low: float
    high: float
    left: float
    right: float
    scale: Scale = LINEAR

    def x(self, values: Array) -> Array:
        """Pixels of finite values; what lies past an end is drawn at that end."""
        place = self._half(np.clip(values, self.low, self.high))
        first, last = self._half(np.array([self.low, self.high]))
        return np.asarray(self.left + (place - first) / (last - first) * (self.right - self.left))

    def at(self, value: float) -> float:
        """The pixel of one finite value."""
        return float(self.x(np.array([value]))[0])

    def value(self, x: float) -> float:
        """The value at a pixel, that of an end for pixels past it."""
        share = min(max((x - self.left) / (self.right - self.left), 0.0), 1.0)
        first, last = (float(v) for v in self._half(np.array([self.low, self.high])))
        place = 2 * (first + share * (last - first))
        return min(max(self._undone(place), self.low), self.high)

    def step(self, value: float) -> float:
        """A round step that is about 1/200 of the line where ``value`` stands."""
        first, last = (float(v) for v in self._half(np.array([self.low, self.high])))
        size = 2 * (last - first) * DRAG_SHARE
        if self.scale.kind == "symlog":
            # The same in a whole decade, so that a rounded value keeps its step.
            size *= 10.0 ** math.floor(math.log10(max(abs(value), self.scale.unit))) * math.log(10)
        return round_down(max(size, 1e-303))

    def dragged(self, x: float, base: float = 0.0) -> float:
        """The round number that a pointer at a pixel means, counted from ``base``."""
        value = self.value(x)
        return to_step(value - base, self.step(value))

    def ticks(self, least: float = 40.0) -> list[tuple[float, str]]:
        """Pixels and words of round values, at least so many pixels from each other."""
        values = _symlog_ticks(self) if self.scale.kind == "symlog" else linear_ticks(self)
        found: list[tuple[float, str]] = []
        for value, text in values:
            x = self.at(value)
            if all(abs(x - other) >= least for other, _ in found):
                found.append((x, text))
        return sorted(found)

    def _half(self, values: Array) -> Array:
        """Half the place on the scale, so that differences of the largest values are finite."""
        if self.scale.kind == "linear":
            return np.asarray(values / 2)
        return self.scale(values) / 2

    def _undone(self, place: float) -> float:
        if self.scale.kind == "linear":
            return place
        with np.errstate(over="ignore"):
            size = float(np.expm1(np.float64(abs(place)) * math.log(10))) * self.scale.unit
        return math.copysign(min(size, MOST), place)


# -- round numbers ---------------------------------------------------------------------
def round_down(value: float) -> float:
    """The last of 1, 2, 5, 10, 20, ... at or below a positive value."""
    ceiling = nice_ceiling(value)
    if ceiling <= value:
        return ceiling
    first = f"{ceiling:e}"[0]
    return ceiling / (2.5 if first == "5" else 2.0)


def to_step(value: float, step: float) -> float:
    """The multiple of a round step that is nearest, as short a number as it can be."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return float(round(round(value / step) * step, min(decimals, 300))) + 0.0


def reach(value: float, least: float) -> float:
    """A round number at or above ``value`` and ``least``: the end of a symmetric line."""
    need = min(max(value, least), LARGEST)
    power = 10.0 ** math.floor(math.log10(need))
    return next(r * power for r in _REACHES if r * power >= need * (1 - 1e-12))


# -- ends ------------------------------------------------------------------------------
def overhang(m: int) -> float:
    """How far mean minus deviation can lie below the least of m values, in their ranges.

    The deviation is convex in every value, so it is largest where each is at one end: with
    a share p at the far end it lies ``sqrt(p (1 - p)) - p`` below the near one.
    """
    p = np.arange(1, m + 1) / m
    return float((np.sqrt(p * (1 - p)) - p).max(initial=0.0))


def round_ends(values: Array, m: int) -> Ends:
    """Round ends for values and for the bar of mean and deviation of ``m`` of them.

    Parameters
    ----------
    values : ndarray of shape (n,)
        What is known, finite or not.
    m : int
        Samples in a batch: so far apart the bar can be, whatever the mean will be.

    Returns
    -------
    tuple of float
        Ends with 0 between them, unless all values are far from it and close together.
    """
    v = values[np.isfinite(values)]
    if not v.size:
        return NO_ENDS
    v = np.clip(v, -LARGEST, LARGEST)
    low, high = float(v.min()), float(v.max())
    size, pad = max(abs(low), abs(high)), overhang(m) * (high - low)
    close = LEAST_CLOSE * size < high - low < CLOSE * size
    low, high = low - pad, high + pad
    if not close:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < LEAST_SPAN:
        return NO_ENDS
    step = nice_ceiling(min((high - low) / 5, LARGEST))
    return _floor(low, step), -_floor(-high, step)


def _floor(value: float, step: float) -> float:
    return float(math.floor(value / step + 1e-9) * step) + 0.0


def scale_for(ends: Ends, values: Array) -> Scale:
    """Linear while it is readable: symlog where the ends dwarf the typical value.

    Only a linear line shows that standardizing shifts and stretches.  The typical value is
    the upper median of the sizes that are not 0; up to there symlog is about linear.
    """
    v = np.sort(np.abs(values[np.isfinite(values) & (values != 0)]))
    largest = max(abs(ends[0]), abs(ends[1]))
    if not v.size:
        return LINEAR
    typical = float(v[v.size // 2])
    if largest <= HUGE_RATIO * typical:
        return LINEAR
    return Scale("symlog", round_down(max(typical, 1e-300)))


def wider(ends: Ends) -> Ends:
    """The ends of a symlog line: 0 or round powers."""
    low, high = ends
    return (-round_up(-low) if low < 0 else 0.0), (round_up(high) if high > 0 else 0.0)


# -- ticks -----------------------------------------------------------------------------
def linear_ticks(line: NumberLine) -> list[tuple[float, str]]:
    """Multiples of a round step between the ends, with as many decimals as the step."""
    step = nice_ceiling(2 * (line.high / 2 - line.low / 2) / 7)
    first, last = math.ceil(line.low / step - 1e-9), math.floor(line.high / step + 1e-9)
    return [(i * step, tick_word(i * step, step)) for i in range(first, last + 1)]


def tick_word(value: float, step: float) -> str:
    """0.25, −20, 1e8: all digits that tell one tick from the next."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if value == 0:
        return "0"
    if decimals > 4 or abs(value) >= 1e7 or (abs(value) >= 1e5 and step >= 1e4):
        return short(value)
    return (MINUS if value < 0 else "") + f"{abs(value):.{decimals}f}"


def _symlog_ticks(line: NumberLine) -> list[tuple[float, str]]:
    """0, the ends, and powers of ten from the largest down."""
    ends = [v for v in (line.high, line.low) if v]
    top = math.floor(math.log10(max(abs(v) for v in ends)))
    bottom = math.floor(math.log10(line.scale.unit))
    powers = [float(f"1e{k}") for k in range(top, bottom - 1, -1)]
    values = [0.0, *ends, *(s * p for p in powers for s in (1, -1))]
    return [(v, short(v)) for v in values if line.low <= v <= line.high]
