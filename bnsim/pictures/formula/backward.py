"""The formulas of the backward pass: gradients from an output back to the parameters.

A gradient is written d in front of its letter: dz is short for ∂L/∂z.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from bnsim.engine.activations import LEAK
from bnsim.pictures.formula.loss import d_output
from bnsim.pictures.formula.numbers import canonical, num, runs, symbol, value_of, weight_name
from bnsim.pictures.formula.statement import Statement, by_rule, statement
from bnsim.pictures.formula.terms import (
    count_symbol,
    entering,
    group,
    raw,
    root,
    statistic,
)
from bnsim.pictures.formula.tree import (
    Call,
    Labelled,
    Node,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Sym,
    minus,
    plus,
    total,
    whole,
)
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.words import number
from bnsim.sim.frame import Frame

NO_SLOPE = "σ = 0: √σ² has no slope there, which is taken for 0"
NO_DEVIATION = "σ = 0: x̂ stays 0 whatever the values do, so no gradient passes"


def summed(frame: Frame, pairs: Sequence[tuple[Quantity, ...]]) -> Node:
    """The sum of products of numbers."""
    factors = [tuple(num(frame, q) for q in pair) for pair in pairs]
    terms = [Product(f) if len(f) > 1 else f[0] for f in factors]
    sizes = [f[0].value * (f[1].value if len(f) > 1 else 1.0) for f in factors]
    return total(terms, sizes)


def _sigma(index: str, *letters: Sym) -> Sym:
    """Σ of a product of letters with an index."""
    latex = r" \, ".join(rf"{letter.latex}_{{{index}}}" for letter in letters)
    return Sym(latex=rf"\sum_{{{index}}}\, {latex}", text="Σ " + " ".join(s.text for s in letters))


# -- through the outputs, the next layer, the activation ---------------------------------
def d_passed_on(frame: Frame, q: Quantity) -> Statement:
    """The gradient of what a layer passes on: from the loss, or from the next layer's sums."""
    if q.layer == frame.n_layers - 1:
        return d_output(frame, q)
    return _from_sums(frame, q, q.layer + 1)


def d_input(frame: Frame, q: Quantity) -> Statement:
    """The gradient of an input of the network."""
    return _from_sums(frame, q, q.layer)


def _from_sums(frame: Frame, q: Quantity, layer: int) -> Statement:
    n_out = frame.plan.layers[layer].n_out
    pairs = [
        (Quantity("W", layer, unit=k, source=q.unit), Quantity("d_z", layer, q.sample, k))
        for k in range(n_out)
    ]
    symbols = _sigma("k", *(symbol(frame, part) for part in pairs[0]))
    return statement(frame, q, symbols, summed(frame, pairs))


def _slope(kind: str, x: Node, a: Node) -> Node:
    """The slope of an activation from its input or its output."""
    if kind == "tanh":
        return minus(whole(1), Power((a,)))
    if kind == "sigmoid":
        return Product((a, minus(whole(1), a)))
    latex, name, f = _SLOPES[kind]
    return Call((x,), latex=latex, name=name, f=f)


_SLOPES: dict[str, tuple[str, str, Callable[[Decimal], Decimal]]] = {
    "relu": (r"\mathrm{ReLU}'", "ReLU′", lambda v: Decimal(int(v > 0))),
    "leaky_relu": (r"f'", "f′", lambda v: Decimal(1) if v > 0 else Decimal(repr(LEAK))),
    "elu": (r"\mathrm{ELU}'", "ELU′", lambda v: Decimal(1) if v > 0 else v.exp()),
}


def d_entering(frame: Frame, q: Quantity) -> Statement:
    """The gradient of what goes into the activation: that of a, times the slope there."""
    kind = frame.plan.layers[q.layer].activation
    a = Quantity("a", q.layer, q.sample, q.unit)
    d_a, x = a._replace(name="d_a"), entering(frame, q.layer, q.sample, q.unit)
    if kind == "identity":
        return statement(frame, q, symbol(frame, d_a), num(frame, d_a))
    letters, numbers = [
        Product((make(frame, d_a), _slope(kind, make(frame, x), make(frame, a))))
        for make in (symbol, num)
    ]
    return statement(frame, q, letters, numbers, _slope_note(frame, kind, x))


def _slope_note(frame: Frame, kind: str, x: Quantity) -> str:
    letter, above = symbol(frame, x).text, value_of(frame, x) > 0
    if kind == "relu" and not above:
        return f"{letter} ≤ 0: the slope of ReLU is 0 there, and nothing passes back"
    if kind == "relu":
        return f"{letter} > 0: the slope of ReLU is 1 there"
    if kind == "leaky_relu":
        return f"the slope is 1 where {letter} > 0, else {LEAK}"
    return f"the slope is 1 where {letter} > 0, else e^{letter}" if kind == "elu" else ""


# -- through the normalization -------------------------------------------------------------
def d_normal(frame: Frame, q: Quantity) -> Statement:
    """The gradient of x-hat: gamma times that of y."""
    parts = Quantity("gamma", q.layer, unit=q.unit), q._replace(name="d_y")
    gamma, d_y = (num(frame, part) for part in parts)
    letters = Product(tuple(symbol(frame, part) for part in parts))
    note = "γ = 0: no gradient passes to x̂" if gamma.value == 0 else ""
    return statement(frame, q, letters, Product((gamma, d_y)), note)


def d_raw(frame: Frame, q: Quantity) -> Statement:
    """The gradient of a raw value: directly, and through the mean and the variance of all."""
    parts = _raw_parts(frame, q)
    letters, numbers = (_raw_terms(frame, q, parts, make) for make in (symbol, num))
    if value_of(frame, parts["std"]) == 0:
        return by_rule(frame, q, letters, numbers, NO_DEVIATION)
    return statement(frame, q, letters, numbers, _raw_note(frame, q))


def _raw_parts(frame: Frame, q: Quantity) -> dict[str, Quantity]:
    names = ("mean", "std", "d_mean", "d_var")
    found = {name: statistic_or_gradient(frame, q, name) for name in names}
    found["d_x_hat"] = canonical(frame, q._replace(name="d_x_hat"))
    found["raw"] = raw(frame, q.layer, q.sample, q.unit)
    return found


def statistic_or_gradient(frame: Frame, q: Quantity, name: str) -> Quantity:
    """The statistic, or its gradient, that a value of the group shares."""
    base = statistic(frame, q, name.removeprefix("d_"))
    return base._replace(name=name)


def _raw_terms(
    frame: Frame, q: Quantity, parts: dict[str, Quantity], make: Callable[[Frame, Quantity], Node]
) -> Node:
    made = {name: make(frame, part) for name, part in parts.items()}
    direct = Quotient((made["d_x_hat"], made["std"]))
    if runs(frame, q.layer):
        return direct
    m: Node = count_symbol(frame, q.layer)
    if make is num:
        m = whole(len(group(frame, q, "z")))
    spread = Quotient((Product((whole(2), minus(made["raw"], made["mean"]))), m))
    return plus(
        Labelled((direct,), label="direct"),
        Labelled((Quotient((made["d_mean"], m)),), label="through μ"),
        Labelled((Product((made["d_var"], spread)),), label="through σ²"),
    )


def _raw_note(frame: Frame, q: Quantity) -> str:
    if runs(frame, q.layer):
        return "the running statistics are constants: no sample's gradient passes through another"
    if frame.m == 1 and frame.plan.layers[q.layer].dialect.axis == 0:
        return "m = 1: x̂ stays 0, so the three terms cancel"
    dialect = frame.plan.layers[q.layer].dialect
    root = "√(σ² + ε)" if dialect.eps else "σ"
    return f"s = {root} + {number(dialect.added)}" if dialect.added else f"s = {root}"


def d_mean(frame: Frame, q: Quantity) -> Statement:
    """The gradient of the mean: minus the sum of those of x-hat, over the divisor."""
    d_x_hat = [(canonical(frame, v),) for v in group(frame, q, "d_x_hat")]
    std = statistic(frame, q, "std")
    letters = Product(
        (Quotient((_minus_one(), symbol(frame, std))), _sigma("i", symbol(frame, d_x_hat[0][0])))
    )
    numbers = Product((Quotient((_minus_one(), num(frame, std))), summed(frame, d_x_hat)))
    return _statistic(frame, q, letters, numbers)


def d_var(frame: Frame, q: Quantity) -> Statement:
    """The gradient of the variance: −Σ dx̂ x̂ / (2 s √(var + eps))."""
    pairs = [
        (canonical(frame, d), x)
        for d, x in zip(group(frame, q, "d_x_hat"), group(frame, q, "x_hat"), strict=True)
    ]
    inner = _sigma("i", *(symbol(frame, part) for part in pairs[0]))
    letters = Product((Quotient((_minus_one(), _twice(frame, q, symbol))), inner))
    lead = Quotient((_minus_one(), _twice(frame, q, num)))
    return _statistic(frame, q, letters, Product((lead, summed(frame, pairs))))


def _minus_one() -> Node:
    return Sum((whole(1),), (0,))


def _twice(frame: Frame, q: Quantity, make: Callable[[Frame, Quantity], Node]) -> Node:
    """2 s √(var + eps), which is 2 (var + eps) where nothing is added to the root."""
    found = root(frame, q, make is symbol)
    if frame.plan.layers[q.layer].dialect.added:
        return Product((whole(2), make(frame, statistic(frame, q, "std")), found))
    # the root of a number squared is the number; in symbols too
    return Product((whole(2), found.parts[0] if isinstance(found, Root) else Power((found,))))


def _statistic(frame: Frame, q: Quantity, letters: Node, numbers: Node) -> Statement:
    if runs(frame, q.layer):
        return by_rule(frame, q, letters, numbers, "a constant passes nothing back")
    eps = frame.plan.layers[q.layer].dialect.eps
    no_root = q.name == "d_var" and not eps and value_of(frame, statistic(frame, q, "var")) == 0
    if value_of(frame, statistic(frame, q, "std")) == 0:
        return by_rule(frame, q, letters, numbers, NO_DEVIATION)
    if no_root:
        return by_rule(frame, q, letters, numbers, NO_SLOPE)
    return statement(frame, q, letters, numbers)


# -- of the parameters -----------------------------------------------------------------------
def d_weight(frame: Frame, q: Quantity) -> Statement:
    """The gradient of a weight: over all samples its input times the gradient of its sum."""
    pairs = [
        (Quantity("x", q.layer, s, q.source), Quantity("d_z", q.layer, s, q.unit))
        for s in range(frame.m)
    ]
    letters = _sigma("i", Sym(latex="x", text="x"), symbol(frame, pairs[0][1]))
    note = f"of {weight_name(frame, q)}, over the samples of the batch"
    return statement(frame, q, letters, summed(frame, pairs), note)


def d_bias(frame: Frame, q: Quantity) -> Statement:
    """The gradient of a bias: the sum of those of its sums."""
    terms = [(Quantity("d_z", q.layer, s, q.unit),) for s in range(frame.m)]
    letters = _sigma("i", symbol(frame, terms[0][0]))
    return statement(frame, q, letters, summed(frame, terms), _bias_note(frame, q))


def _bias_note(frame: Frame, q: Quantity) -> str:
    layer = frame.plan.layers[q.layer]
    if layer.placement == "before" and not runs(frame, q.layer) and layer.dialect.axis == 0:
        return "BN takes the mean away, and the bias with it: 0 but for rounding"
    return ""


def d_scale(frame: Frame, q: Quantity) -> Statement:
    """The gradient of gamma: Σ dy x̂."""
    pairs = [
        tuple(canonical(frame, Quantity(name, q.layer, s, q.unit)) for name in ("d_y", "x_hat"))
        for s in range(frame.m)
    ]
    letters = _sigma("i", *(symbol(frame, part) for part in pairs[0]))
    return statement(frame, q, letters, summed(frame, pairs))


def d_shift(frame: Frame, q: Quantity) -> Statement:
    """The gradient of beta: Σ dy."""
    terms = [(Quantity("d_y", q.layer, s, q.unit),) for s in range(frame.m)]
    letters = _sigma("i", symbol(frame, terms[0][0]))
    return statement(frame, q, letters, summed(frame, terms))


def backward(frame: Frame, q: Quantity) -> Callable[[Frame, Quantity], Statement]:
    """The formula of a gradient: what a layer passes on, what it normalizes, and the others."""
    layer, name = frame.plan.layers[q.layer], q.name.removeprefix("d_")
    if name == frame.record.layout.outputs[q.layer]:
        return d_passed_on
    if layer.placement != "none" and name == raw(frame, q.layer, 0, 0).name:
        return d_raw
    return BACKWARD[q.name]


BACKWARD: dict[str, Callable[[Frame, Quantity], Statement]] = {
    "d_x": d_input,
    "d_y": d_entering,
    "d_z": d_entering,
    "d_x_hat": d_normal,
    "d_mean": d_mean,
    "d_var": d_var,
    "d_W": d_weight,
    "d_b": d_bias,
    "d_gamma": d_scale,
    "d_beta": d_shift,
}
