"""Moments of a run as text: ``batch:phase[:layer[:sample]]``, everything counted from 1."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import NoReturn

from bnsim.sim.errors import InputError
from bnsim.sim.operation import Operation, Phase
from bnsim.sim.phases import END, PHASES, START
from bnsim.sim.schedule import Cursor, Schedule


def parse_moment(text: str, schedule: Schedule, n_batches: int) -> int:
    """The moment that a text names.

    Parameters
    ----------
    text : str
        Such as ``2:forward:1:3``, ``1:normalize:1`` or ``1:end``.
    schedule : Schedule
        The operations of a batch of the scenario.
    n_batches : int
        How many batches the scenario has.

    Returns
    -------
    int
        ``t`` of :mod:`bnsim.sim.schedule`.

    Raises
    ------
    InputError
        The part that is wrong, and what is allowed in this scenario.
    """
    parts = text.split(":")
    if not 2 <= len(parts) <= 4:
        _refuse(text, "it is not batch:phase[:layer[:sample]], such as 1:normalize:1 or 1:end")
    batch = _number(text, "batch", parts[0], range(1, n_batches + 1)) - 1
    done = _position(text, parts[1], parts[2:], schedule)
    return schedule.moment(Cursor(batch, done))


def moment_text(schedule: Schedule, t: int) -> str:
    """The text that :func:`parse_moment` turns into ``t`` again."""
    cursor = schedule.cursor(t)
    operation = schedule.operation(cursor)
    if operation is None:
        return f"{cursor.batch + 1}:{START}"
    if cursor.done == schedule.n:
        return f"{cursor.batch + 1}:{END}"
    places = [place + 1 for place in (operation.layer, operation.sample) if place is not None]
    return ":".join(map(str, (cursor.batch + 1, operation.phase.value, *places)))


def _position(text: str, name: str, places: list[str], schedule: Schedule) -> int:
    """How many operations of the batch are done after the one that is named."""
    if name in (START, END):
        if places:
            _refuse(text, f"{name} has no layer or sample; write no more after it")
        return 0 if name == START else schedule.n
    matching = _of_phase(text, name, schedule)
    layer = sample = None
    if places:
        layer = _place(text, "layer", places[0], (op.layer for op in matching), name)
    if len(places) == 2:
        sample = _place(text, "sample", places[1], (op.sample for op in matching), name)
    found = schedule.find(Phase(name), layer, sample)
    assert found is not None, "every operation listed by the schedule can be found in it"
    return found


def _of_phase(text: str, name: str, schedule: Schedule) -> list[Operation]:
    """The operations of one phase; refuses a phase that this scenario does not have."""
    here = {op.phase.value for op in schedule.operations}
    if name not in here:
        _refuse_phase(text, name, here)
    return [op for op in schedule.operations if op.phase.value == name]


def _refuse_phase(text: str, name: str, here: set[str]) -> NoReturn:
    allowed = [phase for phase in PHASES if phase in (START, END) or phase in here]
    listed = f"Allowed phases: {', '.join(allowed)}"
    if name in PHASES:
        # Every batch in training ends with an update, if only of running statistics.
        trains = Phase.UPDATE.value in here
        why = ", as no layer has batch normalization for it" if trains else " at inference"
        _refuse(text, f"there is no {name}{why}. {listed}")
    near = difflib.get_close_matches(name[:40], allowed, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    _refuse(text, f"there is no phase {name[:40]!a}; {hint}{listed}")


def _place(text: str, what: str, part: str, given: Iterable[int | None], phase: str) -> int:
    """A layer or sample counted from 0, one of those that the phase has."""
    allowed = sorted({place + 1 for place in given if place is not None})
    if not allowed:
        _refuse(text, f"{phase} has no {what}; leave {part[:40]!a} out")
    return _number(text, what, part, allowed, phase) - 1


def _number(text: str, what: str, part: str, allowed: range | list[int], phase: str = "") -> int:
    number = int(part) if re.fullmatch("[0-9]{1,9}", part) else 0
    if number not in allowed:
        of_phase = f" with {phase}" if phase else ""
        _refuse(text, f"there is no {what} {part[:40]!a}{of_phase}; use {_listed(allowed)}")
    return number


def _listed(allowed: range | list[int]) -> str:
    """1 to 4, or 1, 3, 4 where some are missing."""
    first, last = allowed[0], allowed[-1]
    if last - first + 1 != len(allowed):
        return " or ".join(map(str, allowed))
    return f"{first} to {last}" if last > first else str(first)


def _refuse(text: str, why: str) -> NoReturn:
    raise InputError(f"the moment {text[:60]!a}: {why}.")
