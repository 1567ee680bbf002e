"""The loss of a batch, of a sample, and where its gradient starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from bnsim.engine.layout import NETWORK
from bnsim.pictures.formula.numbers import num, output, value_of
from bnsim.pictures.formula.statement import Statement, statement
from bnsim.pictures.formula.terms import averaged
from bnsim.pictures.formula.tree import (
    Call,
    Exp,
    Node,
    Num,
    Power,
    Product,
    Quotient,
    Sum,
    Sym,
    minus,
    total,
    whole,
)
from bnsim.pictures.quantity import NONE, Quantity
from bnsim.sim.frame import Frame


def _outputs(frame: Frame, sample: int) -> list[Num]:
    last = frame.n_layers - 1
    n_out = frame.plan.layers[last].n_out
    return [num(frame, output(frame, last, sample, k)) for k in range(n_out)]


def _targets(frame: Frame, sample: int) -> list[Num]:
    n_out = frame.plan.layers[-1].n_out
    return [num(frame, Quantity("targets", NETWORK, sample, k)) for k in range(n_out)]


def loss(frame: Frame, q: Quantity) -> Statement:
    """L, the mean of the losses of the samples; or one of those."""
    if q.sample != NONE:
        return _SAMPLE[frame.plan.loss](frame, q)
    terms = [num(frame, q._replace(sample=s)) for s in range(frame.m)]
    text = Sym(latex=r"\sum_{i}\, \ell_i", text="Σ ℓ")
    symbols = Product((Quotient((whole(1), Sym(latex="m", text="m"))), text))
    return statement(frame, q, symbols, averaged(list(terms), [t.value for t in terms]))


def _squares(frame: Frame, q: Quantity) -> Statement:
    outputs, targets = _outputs(frame, q.sample), _targets(frame, q.sample)
    pairs = list(zip(outputs, targets, strict=True))
    terms: list[Node] = [Power((minus(o, t),)) for o, t in pairs]
    inner = Sym(latex=r"\sum_{k}\, (o_k - t_k)^2", text="Σ (o − t)²")
    symbols = Product((Quotient((whole(1), Sym(latex="C", text="C"))), inner))
    numbers = averaged(terms, [o.value - t.value for o, t in pairs])
    n = len(pairs)
    note = f"C = {n}: the mean over {n} output{'s' * (n > 1)} of what each is off, squared"
    return statement(frame, q, symbols, numbers, note)


def _cross_entropy(frame: Frame, q: Quantity) -> Statement:
    """Ln Σ e^o − Σ t o, which is −Σ t ln softmax(o)."""
    outputs, targets = _outputs(frame, q.sample), _targets(frame, q.sample)
    right = [Product((t, o)) for t, o in zip(targets, outputs, strict=True) if t.value != 0]
    numbers = Sum((_log(_powers(outputs)), *right), tuple(range(1, len(right) + 1)))
    log = Sym(latex=r"\ln \sum_{k}\, e^{o_k}", text="ln Σ e^o")
    symbols = minus(log, Sym(latex=r"\sum_{k}\, t_k o_k", text="Σ t o"))
    made = statement(frame, q, symbols, numbers, "minus the logarithm of the right class's share")
    keys = [n.key for n in (*outputs, *targets) if n.key is not None]
    return replace(made, sources=tuple(keys))


def _powers(outputs: list[Num]) -> Node:
    return total([Exp((o,)) for o in outputs], [o.value for o in outputs])


def _log(inside: Node) -> Node:
    return Call((inside,), latex=r"\ln", name="ln", f=lambda v: v.ln() if v > 0 else Decimal("NaN"))


_SAMPLE: dict[str, Callable[[Frame, Quantity], Statement]] = {
    "mse": _squares,
    "cross_entropy": _cross_entropy,
}


def d_output(frame: Frame, q: Quantity) -> Statement:
    """The gradient of the loss with respect to an output: where the way back begins."""
    return _START[frame.plan.loss](frame, q)


def _d_squares(frame: Frame, q: Quantity) -> Statement:
    o, t = _outputs(frame, q.sample)[q.unit], _targets(frame, q.sample)[q.unit]
    size = Product((Sym(latex="m", text="m"), Sym(latex="C", text="C")))
    letters = minus(Sym(latex="o", text="o"), Sym(latex="t", text="t"))
    symbols = Quotient((Product((whole(2), letters)), size))
    sizes = Product((whole(frame.m), whole(frame.plan.layers[-1].n_out)))
    numbers = Quotient((Product((whole(2), minus(o, t))), sizes))
    n_out = frame.plan.layers[-1].n_out
    note = f"m = {frame.m} sample{'s' * (frame.m > 1)}, C = {n_out} output{'s' * (n_out > 1)}"
    return statement(frame, q, symbols, numbers, note)


def _d_cross_entropy(frame: Frame, q: Quantity) -> Statement:
    outputs, t = _outputs(frame, q.sample), _targets(frame, q.sample)[q.unit]
    share = Quotient((Exp((outputs[q.unit],)), _powers(outputs)))
    symbols = Product((
        Quotient((whole(1), Sym(latex="m", text="m"))),
        minus(Sym(latex="p", text="p"), Sym(latex="t", text="t")),
    ))  # fmt: skip
    numbers = Quotient((minus(share, t), whole(frame.m)))
    note = "p = eᵒ / Σ eᵒ is the share that this class gets"
    made = statement(frame, q, symbols, numbers, note)
    keys = [n.key for n in (*outputs, t) if n.key is not None]
    return replace(made, sources=tuple(dict.fromkeys(keys)))


_START: dict[str, Callable[[Frame, Quantity], Statement]] = {
    "mse": _d_squares,
    "cross_entropy": _d_cross_entropy,
}


def contribution(frame: Frame, sample: int) -> float:
    """The loss of one sample."""
    return value_of(frame, Quantity("loss", NETWORK, sample))
