"""Which numbers' formulas are shown: the one that is asked for, or those of the operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from bnsim.engine.layout import NETWORK
from bnsim.pictures.formula.backward import backward
from bnsim.pictures.formula.leaf import given, is_given
from bnsim.pictures.formula.loss import loss
from bnsim.pictures.formula.numbers import canonical, exists, is_known, name_of, symbol, weight_name
from bnsim.pictures.formula.statement import Statement
from bnsim.pictures.formula.terms import FORWARD, raw
from bnsim.pictures.formula.update import update
from bnsim.pictures.formula.value import Settled
from bnsim.pictures.look import Look, shown_sample
from bnsim.pictures.names import neuron_name
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.status import fault_words
from bnsim.pictures.words import joined
from bnsim.sim.frame import Frame, Status
from bnsim.sim.operation import Operation, Phase

_WORDS = frozenset({"loss", "input", "output"})


class Shown(NamedTuple):
    """A title, the statements with the most telling first in ``ranks``, and a closing sentence.

    ``ranks`` has one number a statement: where there is no room the highest go first.
    """

    title: str
    statements: tuple[Statement, ...]
    ranks: tuple[int, ...]
    sentence: str = ""


def formula(frame: Frame, q: Quantity) -> Statement:
    """The statement of one number; without numbers while it is not known.

    Raises
    ------
    KeyError
        When the network of this moment has no such number.
    """
    q = canonical(frame, q)
    if not exists(frame, q):
        raise KeyError(q)
    if is_given(frame, q):
        return given(frame, q)
    with np.errstate(all="ignore"):
        made = _formula(frame, q)(frame, q)
    return made if is_known(frame, q) else _unknown(frame, made)


def _formula(frame: Frame, q: Quantity) -> Callable[[Frame, Quantity], Statement]:
    if q.name == "loss":
        return loss
    return FORWARD[q.name] if q.name in FORWARD else backward(frame, q)


def _unknown(frame: Frame, made: Statement) -> Statement:
    """The symbols alone: what is not computed yet is not shown."""
    q = made.quantity
    waits = (
        q.layer >= 0
        and not q.name.startswith("d_")
        and frame.status(q.layer, q.name, max(q.sample, 0)) is Status.WAITING
    )
    note = "waits in the tray for the rest of the batch" if waits else "not computed yet"
    return replace(made, numbers=None, settled=Settled(0, "", ""), note=note, known=False)


def parents(frame: Frame, q: Quantity) -> tuple[Quantity, ...]:
    """The numbers that a number was computed from, those that a long sum does not print too.

    Parameters
    ----------
    frame : Frame
    q : Quantity

    Returns
    -------
    tuple of Quantity
        Empty for inputs, weights, biases, gamma, beta, targets and running statistics.

    Raises
    ------
    KeyError
        When the network of this moment has no such number.
    """
    return formula(frame, q).sources


# -- of the operation ----------------------------------------------------------------------
def shown(frame: Frame, look: Look) -> Shown:
    """What the formula picture shows at a moment."""
    if look.focus is not None and exists(frame, canonical(frame, look.focus)):
        q = canonical(frame, look.focus)
        return Shown(_capital(name_of(frame, q)), (formula(frame, q),), (0,))
    op = frame.operation
    if op is None:
        sentence = "Nothing is computed yet: formulas appear with the first step."
        return Shown("Formulas", (), (), sentence)
    return _SHOWN[op.phase](frame, look, op)


def _capital(text: str) -> str:
    """Words begin with a capital, symbols stay as they are."""
    return text[0].upper() + text[1:] if text.split()[0] in _WORDS else text


def shown_unit(frame: Frame, look: Look, layer: int) -> int:
    """The neuron of a layer: the selected one, or the one out of scale, or the first."""
    if look.selected[0] == layer and look.selected[1] < frame.plan.layers[layer].n_out:
        return look.selected[1]
    return int(np.argmax(frame.flags[layer].out_of_scale))


def _sample(frame: Frame, look: Look, q: Quantity) -> int:
    """The sample that was chosen, or that of the operation while that one is not known."""
    chosen, op = shown_sample(frame, look), frame.operation
    if op is None or is_known(frame, q._replace(sample=chosen)):
        return chosen
    return frame.m - 1 if op.sample is None else op.sample


def _of(frame: Frame, names: list[tuple[str, int]], q: Quantity, title: str) -> Shown:
    """Statements of one neuron and sample by their names, with the ranks of each."""
    made = [(formula(frame, canonical(frame, q._replace(name=n))), rank) for n, rank in names]
    made = [(statement, rank) for statement, rank in made if statement.known]
    return Shown(title, tuple(s for s, _ in made), tuple(rank for _, rank in made))


def _forward(frame: Frame, look: Look, op: Operation) -> Shown:
    layer = op.layer or 0
    unit = shown_unit(frame, look, layer)
    q = Quantity("z", layer, 0, unit)
    q = q._replace(sample=_sample(frame, look, q))
    names = _passed(frame, layer, q)
    return _of(frame, names, q, _title(frame, names, q))


def _title(frame: Frame, names: list[tuple[str, int]], q: Quantity) -> str:
    """Z and a of h₁, sample 1."""
    letters = [symbol(frame, canonical(frame, q._replace(name=name))).text for name, _ in names]
    neuron = neuron_name(frame, q.layer, q.unit)
    return f"{joined(letters)} of {neuron}, sample {q.sample + 1}"


def _passed(frame: Frame, layer: int, q: Quantity) -> list[tuple[str, int]]:
    """What a sample passes in a layer, as far as it is known."""
    plan, record = frame.plan.layers[layer], frame.record
    if plan.placement == "none":
        return [("z", 0), ("a", 1)]
    normal = [("x_hat", 1), *([("y", 3)] if record.has(layer, "gamma") else [])]
    if plan.dialect.axis == 1:
        normal = [("mean", 4), ("var", 5), *normal]
    order = [("z", 0), *normal, ("a", 2)] if plan.placement == "before" else [
        ("z", 0), ("a", 2), *normal]  # fmt: skip
    return [
        (name, rank)
        for name, rank in order
        if is_known(frame, canonical(frame, q._replace(name=name)))
    ]


def _tray(names: tuple[str, ...]) -> Callable[[Frame, Look, Operation], Shown]:
    def make(frame: Frame, look: Look, op: Operation) -> Shown:
        layer = op.layer or 0
        unit = shown_unit(frame, look, layer)
        if not frame.has_tray(layer):
            return _forward(frame, look, op)
        q = Quantity(names[0], layer, 0, unit)
        q = q._replace(sample=_sample(frame, look, q))
        title = name_of(frame, canonical(frame, q))
        found = [(name, rank) for rank, name in enumerate(names)]
        return _of(frame, found, q, title)

    return make


def _leave(frame: Frame, look: Look, op: Operation) -> Shown:
    layer = op.layer or 0
    unit = shown_unit(frame, look, layer)
    if not frame.has_tray(layer):
        return _forward(frame, look, op)
    q = Quantity("y", layer, 0, unit)
    q = q._replace(sample=_sample(frame, look, canonical(frame, q)))
    behind = frame.plan.layers[layer].placement == "before"
    names = [("y", 0), *([("a", 1)] if behind else []), ("x_hat", 2)]
    names = names if frame.record.has(layer, "gamma") else names[1:]
    return _of(frame, names, q, _title(frame, names, q))


def _loss(frame: Frame, look: Look, op: Operation) -> Shown:
    q = Quantity("loss", NETWORK)
    sample = q._replace(sample=shown_sample(frame, look))
    statements = formula(frame, q), formula(frame, sample)
    return Shown(f"Loss L, and ℓ of sample {sample.sample + 1}", statements, (0, 1))


def _backward(frame: Frame, look: Look, op: Operation) -> Shown:
    layer = op.layer or 0
    unit = shown_unit(frame, look, layer)
    q = Quantity("d_z", layer, shown_sample(frame, look), unit)
    out = "d_" + frame.record.layout.outputs[layer]
    names = [(out, 1), *_back(frame, layer)]
    if frame.plan.layers[layer].activation == "identity" and len(names) == 2:
        names = [(out, 0), ("d_z", 8)]
    weight = Quantity("d_W", layer, unit=unit, source=steepest(frame, layer, unit))
    made = [(formula(frame, q._replace(name=name)), rank) for name, rank in names]
    made.append((formula(frame, weight), 2))
    parameters = ["d_b", *(f"d_{n}" for n in ("gamma", "beta") if frame.record.has(layer, n))]
    made += [
        (formula(frame, Quantity(name, layer, unit=unit)), 5 + rank)
        for rank, name in enumerate(parameters)
    ]
    title = f"Gradients of {neuron_name(frame, layer, unit)}, sample {q.sample + 1}"
    sentence = "dz is short for ∂L/∂z."
    return Shown(title, tuple(s for s, _ in made), tuple(rank for _, rank in made), sentence)


def _back(frame: Frame, layer: int) -> list[tuple[str, int]]:
    """The gradients of a neuron from its output back to its sum."""
    plan = frame.plan.layers[layer]
    if plan.placement == "none":
        return [("d_z", 0)]
    normal = [("d_x_hat", 4)] if frame.record.has(layer, "gamma") else []
    if plan.placement == "before":
        return [("d_y", 3), *normal, ("d_z", 0)]
    return [*normal, ("d_" + raw(frame, layer, 0, 0).name, 0), ("d_z", 3)]


def steepest(frame: Frame, layer: int, unit: int) -> int:
    """The input whose weight into a neuron has the largest gradient."""
    column = np.abs(frame.record.view(layer, "d_W")[:, unit])
    return int(np.argmax(np.where(np.isnan(column), np.inf, column)))


def _update(frame: Frame, look: Look, op: Operation) -> Shown:
    layer = look.selected[0] if look.selected[0] < frame.n_layers else 0
    unit = shown_unit(frame, look, layer)
    q = Quantity("W", layer, unit=unit, source=steepest(frame, layer, unit))
    title = f"Update of {weight_name(frame, q)}"
    if frame.record.fault:
        return Shown(title, (), (), f"Not committed: {fault_words(frame.record)}.")
    if frame.plan.optimizer == "none":
        return Shown(title, (), (), "No optimizer in this scenario: every weight stays.")
    with np.errstate(all="ignore"):
        made = update(frame, q)
        ranks = [len(made) - i for i in range(len(made))]
        if len(made) == 1:
            others = [Quantity(n, layer, unit=unit) for n in ("b", "gamma", "beta")]
            others = [o for o in others if frame.record.has(layer, o.name)]
            made += [statement for other in others for statement in update(frame, other)]
            ranks += range(2, 2 + len(made))
    name = neuron_name(frame, layer, unit)
    sentence = f"Of the weights into {name}, the one with the largest gradient."
    return Shown(title, tuple(made), tuple(ranks[: len(made)]), sentence)


_SHOWN: dict[Phase, Callable[[Frame, Look, Operation], Shown]] = {
    Phase.FORWARD: _forward,
    Phase.ARRIVE: _forward,
    Phase.MEAN: _tray(("mean",)),
    Phase.VARIANCE: _tray(("var", "std")),
    Phase.NORMALIZE: _tray(("x_hat",)),
    Phase.SCALE: _tray(("y", "x_hat")),
    Phase.LEAVE: _leave,
    Phase.LOSS: _loss,
    Phase.BACKWARD: _backward,
    Phase.UPDATE: _update,
}
