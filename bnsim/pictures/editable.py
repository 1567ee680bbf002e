"""What a person can change of a mark: its name, its number, and the edit that sets another."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from math import floor, isfinite, log10
from typing import NamedTuple

from msgspec.structs import replace

from bnsim.pictures.names import input_name, neuron_name, source_name
from bnsim.pictures.quantity import NONE, Quantity
from bnsim.pictures.types import Key
from bnsim.sim.edits import current, target_of
from bnsim.sim.frame import Frame
from bnsim.sim.ranges import LARGEST
from bnsim.sim.spec import Edit, EditLane, Scenario


class Editable(NamedTuple):
    """A number that may be set by hand: what it is called, and its edit with today's value."""

    name: str
    edit: Edit

    @property
    def value(self) -> float:
        """The number as it is."""
        return self.edit.value


def editables(frame: Frame, key: Key | None, lane: EditLane = "both") -> tuple[Editable, ...]:
    """What can be set of a mark of the graph or of a number in a formula, () of others.

    Parameters
    ----------
    frame : Frame
        The lane that the mark belongs to.
    key : Key or None
    lane : {"both", "without", "with"}
        Which lanes the edits shall happen to.
    """
    if key is None:
        return ()
    if isinstance(key, Quantity):
        edits = _of_quantity(frame, key)
    else:
        kind, *place = key
        make = _OF_MARK.get(str(kind))
        edits = make(frame, *(int(str(n)) for n in place)) if make else []
    return tuple(found for edit in edits if (found := _editable(frame, edit, lane)))


def _editable(frame: Frame, edit: Edit, lane: EditLane) -> Editable | None:
    value = current(frame.record, edit)
    if value is None:
        return None
    of_bn = target_of(edit) in ("gamma", "beta")
    lane = "both" if of_bn and lane == "without" else lane
    edit = replace(edit, value=value, lane=lane)
    return Editable(edit_name(frame.run.scenario, edit, frame), edit)


def edit_name(scenario: Scenario, edit: Edit, frame: Frame | None = None) -> str:
    """``w(x₁→h₁)``, ``bias of h₁``, ``γ of h₁``, ``x₂ of sample 3``, ``target o₁ of sample 3``."""
    name = target_of(edit)
    if name == "rate":
        return "learning rate"
    place, layer = getattr(edit, name), edit.layer or 0
    if name == "weight":
        source = source_name(scenario, layer, place[0])
        return f"w({source}→{neuron_name(scenario, layer, place[1])})"
    if name == "input":
        return f"{input_name(place[1])} of {_sample(frame, place[0])}"
    if name == "target":
        last = scenario.n_layers - 1
        return f"target {neuron_name(scenario, last, place[1])} of {_sample(frame, place[0])}"
    word = {"bias": "bias", "gamma": "γ", "beta": "β"}[name]
    return f"{word} of {neuron_name(scenario, layer, place)}"


def _sample(frame: Frame | None, row: int) -> str:
    """Within a batch samples count from 1; elsewhere a row of the data."""
    if frame is not None:
        places = [i for i, r in enumerate(frame.record.samples.tolist()) if r == row]
        if places:
            return f"sample {places[0] + 1}"
    return f"data row {row + 1}"


def nudged(value: float, notches: int, start: float) -> float:
    """A number some notches further: a tenth of the leading digit of ``start`` each.

    In decimals, so that as many notches back lead to the same number again.
    """
    if not isfinite(value):
        return value
    step = notch(start)
    moved = Decimal(repr(value)) + notches * step
    return float(max(min(moved, Decimal(LARGEST)), -Decimal(LARGEST)))


def notch(start: float) -> Decimal:
    """1 for 15, 0.1 for 6, 0.01 for 0.67 and for 0."""
    size = abs(start)
    if not isfinite(size) or size < 0.1:
        return Decimal("0.01")
    return Decimal(10) ** (floor(log10(size)) - 1)


# -- marks ----------------------------------------------------------------------------
def _row(frame: Frame, sample: int) -> int:
    return int(frame.record.samples[sample])


def _input(frame: Frame, index: int) -> list[Edit]:
    return [_edit(frame, input=(_row(frame, frame.sample or 0), index))]


def _weight(frame: Frame, layer: int, source: int, unit: int) -> list[Edit]:
    return [_edit(frame, layer=layer, weight=(source, unit))]


def _neuron(frame: Frame, layer: int, unit: int) -> list[Edit]:
    return [_edit(frame, layer=layer, bias=unit)]


def _norm(frame: Frame, layer: int, unit: int) -> list[Edit]:
    return [_edit(frame, layer=layer, gamma=unit), _edit(frame, layer=layer, beta=unit)]


def _target(frame: Frame, unit: int) -> list[Edit]:
    return [_edit(frame, target=(_row(frame, frame.sample or 0), unit))]


def _edit(frame: Frame, **place: object) -> Edit:
    return Edit(batch=frame.record.batch, value=0.0, **place)  # type: ignore[arg-type]


_OF_MARK: dict[str, Callable[..., list[Edit]]] = {
    "input": _input,
    "weight": _weight,
    "neuron": _neuron,
    "norm": _norm,
    "gamma": lambda frame, layer, unit: [_edit(frame, layer=layer, gamma=unit)],
    "beta": lambda frame, layer, unit: [_edit(frame, layer=layer, beta=unit)],
    "target": _target,
}


def _of_quantity(frame: Frame, q: Quantity) -> list[Edit]:
    sample = q.sample if q.sample != NONE else frame.sample or 0
    if q.name == "W":
        return _weight(frame, q.layer, q.source, q.unit)
    if q.name == "b":
        return _neuron(frame, q.layer, q.unit)
    if q.name in ("gamma", "beta"):
        return [_edit(frame, layer=q.layer, **{q.name: q.unit})]
    if q.name == "x" and q.layer == 0:
        return [_edit(frame, input=(_row(frame, sample), q.unit))]
    if q.name == "targets":
        return [_edit(frame, target=(_row(frame, sample), q.unit))]
    return []
