"""Numbers that are given, not computed: where they come from, in one line."""

from __future__ import annotations

from bnsim.engine.layout import NETWORK
from bnsim.pictures.formula.numbers import (
    is_known,
    name_of,
    role_of,
    runs,
    symbol,
    value_of,
)
from bnsim.pictures.formula.statement import Statement
from bnsim.pictures.formula.value import Settled
from bnsim.pictures.quantity import NONE, Quantity
from bnsim.pictures.words import full
from bnsim.sim.edits import target_of
from bnsim.sim.frame import Frame
from bnsim.sim.spec import Edit

_EDITED = {"W": "weight", "b": "bias", "gamma": "gamma", "beta": "beta"}
_WHAT = {
    "W": "a weight",
    "b": "a bias",
    "gamma": "the learned scale",
    "beta": "the learned shift",
    "x": "an input",
    "targets": "what the network should have said",
}


def is_given(frame: Frame, q: Quantity) -> bool:
    """Whether a number has no formula at this moment."""
    if q.name in ("mean", "var"):
        return runs(frame, q.layer)
    return (
        q.name in ("W", "b", "gamma", "beta", "targets")
        or q.name.startswith("running")
        or (q.name == "x" and q.layer == 0)
    )


def given(frame: Frame, q: Quantity) -> Statement:
    """``w = 15``, with where the number comes from as a note."""
    if not is_known(frame, q):
        note = "not computed yet"
        if q.sample != NONE:
            note = f"sample {q.sample + 1} has not come yet"
        return Statement(q, symbol(frame, q), None, None, Settled(0, "=", ""), note, known=False)
    value = full(value_of(frame, q)).removesuffix(".0")
    name = name_of(frame, q).removeprefix("input ")
    note = f"{name} = {value}, {_what(q)}: {_origin(frame, q)}"
    return Statement(
        q, symbol(frame, q), None, None, Settled(0, "=", value), note, key=q, role=role_of(frame, q)
    )


def _what(q: Quantity) -> str:
    if q.name in _WHAT:
        return _WHAT[q.name]
    return "a running " + ("mean" if q.name.endswith("mean") else "variance")


def _origin(frame: Frame, q: Quantity) -> str:
    if q.name not in _WHAT:
        return "with this batch taken in" if frame.training else "what the batches before it left"
    edit = _edit(frame, q)
    if q.name in ("x", "targets"):
        row = int(frame.record.samples[q.sample]) + 1
        return f"set by the edit in batch {edit.batch + 1}" if edit else f"row {row} of the data"
    start = edit.batch if edit else 0
    trained = frame.plan.optimizer != "none" and frame.record.batch > start
    made = f"set by the edit in batch {edit.batch + 1}" if edit else "set at the start"
    return made + (" and trained since" if trained else "")


def _edit(frame: Frame, q: Quantity) -> Edit | None:
    """The last edit of a number up to this batch."""
    lanes = ("both", frame.lane)
    found = [
        edit
        for edit in frame.run.scenario.edits
        if edit.batch <= frame.record.batch and edit.lane in lanes and _sets(frame, edit, q)
    ]
    return max(found, key=lambda edit: edit.batch) if found else None


def _sets(frame: Frame, edit: Edit, q: Quantity) -> bool:
    target = target_of(edit)
    place = getattr(edit, target)
    if q.layer == NETWORK or q.name == "x":
        row = int(frame.record.samples[q.sample])
        wanted = "target" if q.layer == NETWORK else "input"
        return target == wanted and tuple(place) == (row, q.unit)
    index = (q.source, q.unit) if q.name == "W" else q.unit
    same = (tuple(place) if q.name == "W" and target == "weight" else place) == index
    return target == _EDITED.get(q.name) and edit.layer == q.layer and same
