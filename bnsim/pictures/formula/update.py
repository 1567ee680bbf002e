"""The formulas of the update: how the optimizer moves a parameter."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bnsim.engine.layout import NETWORK
from bnsim.engine.optimizers import ADAM_EPS, BETA_1, BETA_2, MOMENTUM, OPTIMIZERS
from bnsim.pictures.formula.numbers import num, symbol
from bnsim.pictures.formula.statement import Statement, statement
from bnsim.pictures.formula.tree import (
    Node,
    Num,
    Power,
    Product,
    Quotient,
    Root,
    Sym,
    minus,
    plus,
    whole,
)
from bnsim.pictures.quantity import Quantity
from bnsim.sim.frame import Frame

#: A change that is smaller is not shown to its last digit.
MOST_DECIMALS = 12
RATE = Sym(latex=r"\eta", text="η")
_V, _U = Sym(latex="v", text="v"), Sym(latex="u", text="u")


@dataclass(frozen=True, slots=True)
class Step:
    """One parameter and what its update needs; ``after`` are the moments after it."""

    frame: Frame
    q: Quantity
    before: tuple[float, ...]
    after: tuple[float, ...]
    moved: float
    count: int

    @property
    def gradient(self) -> Quantity:
        """The gradient of the parameter."""
        return self.q._replace(name="d_" + self.q.name)

    @property
    def least(self) -> int:
        """Decimals that show the change of the parameter with three digits."""
        move = abs(self.moved - self.numbers[0].value)
        fits = math.isfinite(move) and move > 0
        return min(2 - math.floor(math.log10(move)), MOST_DECIMALS) if fits else 0

    @property
    def letters(self) -> tuple[Sym, Sym]:
        """The symbols of the parameter and of its gradient."""
        return symbol(self.frame, self.q), symbol(self.frame, self.gradient)

    @property
    def numbers(self) -> tuple[Num, Num]:
        """The parameter before the update and its gradient."""
        return num(self.frame, self.q), num(self.frame, self.gradient)


def step_of(frame: Frame, q: Quantity) -> Step:
    """What the update of this batch does to one parameter."""
    record, plan = frame.record, frame.plan
    slot = record.layout.slots[q.layer][q.name]
    index = (q.source, q.unit) if q.name == "W" else (q.unit,)
    place = slot.place.start - record.layout.params.start
    place += int(np.ravel_multi_index(index, slot.shape))
    moments = record.view(NETWORK, "moments")[:, place : place + 1].copy()
    before = tuple(float(v) for v in moments[:, 0])
    parameter, gradient = (
        np.array([record.view(q.layer, name)[index]]) for name in (q.name, "d_" + q.name)
    )
    count = int(record.view(NETWORK, "count").reshape(-1)[0]) + 1
    with np.errstate(all="ignore"):
        OPTIMIZERS[plan.optimizer].step(parameter, gradient, moments, float(count), plan.rate)
    after = tuple(float(v) for v in moments[:, 0])
    return Step(frame, q, before, after, float(parameter[0]), count)


def update(frame: Frame, q: Quantity) -> list[Statement]:
    """The statements of a parameter's update; none where there is no optimizer."""
    return _RULES[frame.plan.optimizer](step_of(frame, q))


def _none(step: Step) -> list[Statement]:
    return []


def _moment_of(step: Step, left: Sym, symbols: Node, numbers: Node, value: float) -> Statement:
    """What the optimizer remembers: a symbol of its own, and no meaning in the graph."""
    made = statement(step.frame, step.q, symbols, numbers, value=value)
    return replace(made, sign="←", left=left, key=None)


def _moved(step: Step, symbols: Node, numbers: Node, note: str) -> Statement:
    """The parameter after the update."""
    found = statement(
        step.frame, step.q, symbols, numbers, note, value=step.moved, least=step.least
    )
    return replace(found, sign="←")


def _rate(step: Step) -> Num:
    return whole(step.frame.plan.rate)


def _sgd(step: Step) -> list[Statement]:
    (w, d_w), (before, gradient) = step.letters, step.numbers
    symbols = minus(w, Product((RATE, d_w)))
    numbers = minus(before, Product((_rate(step), gradient)))
    note = f"η = {step.frame.plan.rate:g} is the learning rate" * (step.q.name == "W")
    return [_moved(step, symbols, numbers, note)]


def _momentum(step: Step) -> list[Statement]:
    (w, d_w), (before, gradient) = step.letters, step.numbers
    old, new = (Num(value=v) for v in (step.before[0], step.after[0]))
    velocity = _moment_of(
        step,
        _V,
        plus(Product((whole(MOMENTUM), _V)), d_w),
        plus(Product((whole(MOMENTUM), old)), gradient),
        step.after[0],
    )
    symbols = minus(w, Product((RATE, _V)))
    note = f"v is the velocity, η = {step.frame.plan.rate:g} the learning rate"
    return [velocity, _moved(step, symbols, minus(before, Product((_rate(step), new))), note)]


def _adam(step: Step) -> list[Statement]:
    (w, d_w), (before, gradient) = step.letters, step.numbers
    (u, v), (new_u, new_v) = step.before, step.after
    moments = [
        _moment(step, _U, BETA_1, u, (d_w, gradient), new_u),
        _moment(step, _V, BETA_2, v, (Power((d_w,)), Power((gradient,))), new_v),
    ]
    hats = [
        Quotient((Num(value=value), minus(whole(1), Power((whole(beta),), step.count))))
        for value, beta in ((new_u, BETA_1), (new_v, BETA_2))
    ]
    below = plus(Root((Sym(latex=r"\hat{v}", text="v̂"),)), whole(ADAM_EPS))
    change = Quotient((Sym(latex=r"\hat{u}", text="û"), below))
    ratio = Quotient((hats[0], plus(Root((hats[1],)), whole(ADAM_EPS))))
    symbols = minus(w, Product((RATE, change)))
    hats_are = f"û = u / (1 − 0.9ᵗ), v̂ = v / (1 − 0.999ᵗ), t = {step.count}"
    note = f"{hats_are}, η = {step.frame.plan.rate:g}"
    return [*moments, _moved(step, symbols, minus(before, Product((_rate(step), ratio))), note)]


def _moment(
    step: Step, left: Sym, beta: float, old: float, gradient: tuple[Node, Node], new: float
) -> Statement:
    """A running mean of gradients, or of their squares."""
    share = whole(float(f"{1 - beta:.3f}"))
    return _moment_of(
        step,
        left,
        plus(Product((whole(beta), left)), Product((share, gradient[0]))),
        plus(Product((whole(beta), Num(value=old))), Product((share, gradient[1]))),
        new,
    )


_RULES: dict[str, Callable[[Step], list[Statement]]] = {
    "none": _none,
    "sgd": _sgd,
    "momentum": _momentum,
    "adam": _adam,
}
