"""Two ways to do the same thing, timed against each other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

SLOT = 0.004
"""Seconds that each side of a round takes at least, so that the clock's own cost is nothing."""


class Ratio(NamedTuple):
    """The median of the rounds' ratios, their quartiles, and microseconds of one call each."""

    median: float
    low: float
    high: float
    over: float
    under: float


def cpu_seconds(call: Callable[[], object], times: int) -> float:
    """Seconds of this thread's CPU: what other programs take away does not count."""
    start = time.thread_time()
    for _ in range(times):
        call()
    return (time.thread_time() - start) / times


def ratio(over: Callable[[], object], under: Callable[[], object], rounds: int) -> Ratio:
    """How many times longer one call of ``over`` takes than one of ``under``.

    Both run in every round, in an order that changes from round to round, so that a machine
    that slows down slows both.
    """
    sides = [(call, _times_in_a_slot(call)) for call in (over, under)]
    measured = []
    for number in range(rounds):
        places = (0, 1) if number % 2 == 0 else (1, 0)
        seconds = {place: cpu_seconds(*sides[place]) for place in places}
        measured.append((seconds[0], seconds[1]))
    return _summed_up(measured)


def once_ratio(over: Callable[[], object], under: Callable[[], object], rounds: int) -> Ratio:
    """The same for calls of seconds: one of each a round, and no warming up."""
    measured = [(cpu_seconds(over, 1), cpu_seconds(under, 1)) for _ in range(rounds)]
    return _summed_up(measured)


def _summed_up(measured: list[tuple[float, float]]) -> Ratio:
    ratios = [a / b for a, b in measured]
    several = len(ratios) > 1
    low, _, high = statistics.quantiles(ratios, n=4) if several else (*ratios, 0, *ratios)
    micro = [1e6 * statistics.median(side) for side in zip(*measured, strict=True)]
    return Ratio(statistics.median(ratios), low, high, *micro)


def _times_in_a_slot(call: Callable[[], object]) -> int:
    call()
    once = max(min(cpu_seconds(call, 3), cpu_seconds(call, 3)), 1e-7)
    return max(1, round(SLOT / once))
