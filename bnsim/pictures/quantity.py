"""One number of a moment by name, and the marks of the graph that stand for it.

Whatever the pointer is on, a mark of the graph or a number in a formula, lights everything
that stands for the same number.
"""

from __future__ import annotations

from typing import NamedTuple

from bnsim.pictures.types import Key
from bnsim.sim.frame import Frame

NONE = -1


class Quantity(NamedTuple):
    """A number of the engine: its array's name and its place, -1 where it has none.

    ``name`` is that of the arrays of a record (x, W, b, z, mean, var, std, x_hat, gamma,
    beta, y, a, d_...), or "targets" and "loss".  ``unit`` is the column (for x the input),
    ``source`` the input of a weight.
    """

    name: str
    layer: int
    sample: int = NONE
    unit: int = NONE
    source: int = NONE


#: Marks of the microscope and those of the graph that stand for the same.
_SAME = {"raw": "slot", "gamma": "norm", "beta": "norm"}
_OF_THE_TRAY = frozenset({"mean", "var", "std", "gamma", "beta", "running_mean", "running_var"})


def marks_of(frame: Frame, key: Key | None) -> frozenset[Key]:
    """The marks of the graph that stand for a number; a mark stands for itself."""
    if key is None:
        return frozenset()
    if isinstance(key, Quantity):
        return frozenset(_marks(frame, key))
    kind, *place = key
    return frozenset({key, (_SAME.get(str(kind), kind), *place)})


def is_lit(frame: Frame, lit: Key | None, key: Key) -> bool:
    """Whether ``key`` stands for the same number as ``lit``, which the pointer is on."""
    if lit is None:
        return False
    return key == lit or bool(marks_of(frame, lit) & marks_of(frame, key))


def _marks(frame: Frame, q: Quantity) -> list[Key]:
    name = q.name.removeprefix("d_")
    if name == "x":
        return [_source_mark(frame, q.layer, q.unit)]
    if name == "W":
        return [("weight", q.layer, q.source, q.unit)]
    if name in _OF_THE_TRAY:
        return [("norm", q.layer, q.unit)]
    if name in ("loss", "targets"):
        return [_out_mark(frame, frame.n_layers - 1, q.unit)] if q.unit != NONE else []
    return _marks_of_value(frame, q, name)


def _marks_of_value(frame: Frame, q: Quantity, name: str) -> list[Key]:
    """z, a, x-hat and y: on the neuron, in its slot of the tray, behind the tray."""
    slot: Key = ("slot", q.layer, q.unit, q.sample)
    if name in ("x_hat", "y") and frame.has_tray(q.layer):
        return [slot]
    if name == frame.raw_name(q.layer) and frame.has_tray(q.layer):
        return [("neuron", q.layer, q.unit), slot]
    if name in ("a", "out") and frame.has_tray(q.layer):
        return [("behind", q.layer, q.unit)]
    return [("neuron", q.layer, q.unit)]


def _source_mark(frame: Frame, layer: int, index: int) -> Key:
    return ("input", index) if layer == 0 else _out_mark(frame, layer - 1, index)


def _out_mark(frame: Frame, layer: int, unit: int) -> Key:
    """Where a layer's output is drawn: behind its tray where the activation stands there."""
    last = layer == frame.n_layers - 1
    behind = frame.has_tray(layer) and (frame.raw_name(layer) == "z" or last)
    return ("behind", layer, unit) if behind else ("neuron", layer, unit)
