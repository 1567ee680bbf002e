"""Refusals in one sentence that begins with the place in the scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from bnsim.sim.errors import InputError
from bnsim.sim.ranges import RANGES


def refuse(path: str, what: str) -> NoReturn:
    """Raise the one sentence."""
    raise InputError(f"{path}: {what}.")


def within(path: str, value: float, key: str) -> None:
    """Refuse a number outside of the range called ``key``."""
    allowed = RANGES[key]
    # "not (...)" also refuses NaN, of which every comparison is false
    if not allowed.low <= value <= allowed.high:
        refuse(path, f"{brief(value)} is out of range; use {allowed.words}")


def length(path: str, items: Sequence[object], key: str) -> None:
    """Refuse a list or a text that is too long or too short."""
    allowed = RANGES[key]
    if not allowed.low <= len(items) <= allowed.high:
        count = f"{len(items):,}" if items else "no"
        refuse(path, f"there are {count} {allowed.unit}; use {allowed.words}")


def brief(value: float) -> str:
    """A number of any length in a few characters."""
    text = repr(value)
    return text if len(text) <= 24 else f"a number of {len(text)} digits"


def index_in(path: str, index: int, count: int, what: str) -> None:
    """Refuse a place beyond the last one."""
    if not 0 <= index < count:
        refuse(path, f"there is no {what} {brief(index)}; use 0 to {count - 1}, counted from 0")
