"""The formulas of the forward pass: sums, activations, statistics, normalization."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from bnsim.engine.activations import LEAK
from bnsim.engine.dialects import Dialect
from bnsim.pictures.formula.numbers import (
    canonical,
    num,
    over_samples,
    runs,
    symbol,
    value_of,
)
from bnsim.pictures.formula.statement import Statement, by_rule, statement
from bnsim.pictures.formula.tree import (
    Call,
    Exp,
    Node,
    Num,
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

EPSILON = Sym(latex=r"\varepsilon", text="ε")


# -- the dense layer -------------------------------------------------------------------------
def weighted_sum(frame: Frame, q: Quantity) -> Statement:
    """Z = Σ w x + b."""
    n_in = frame.plan.layers[q.layer].n_in
    weights = [num(frame, Quantity("W", q.layer, unit=q.unit, source=j)) for j in range(n_in)]
    inputs = [num(frame, Quantity("x", q.layer, q.sample, j)) for j in range(n_in)]
    bias = num(frame, Quantity("b", q.layer, unit=q.unit))
    terms = [Product((w, x)) for w, x in zip(weights, inputs, strict=True)]
    sizes = [w.value * x.value for w, x in zip(weights, inputs, strict=True)]
    written = total(terms, sizes)
    shown = written.parts if isinstance(written, Sum) else (written,)
    symbols = plus(Sym(latex=r"\sum_{j}\, w_j x_j", text="Σ w x"), Sym(latex="b", text="b"))
    return statement(frame, q, symbols, Sum((*shown, bias)))


# -- the activation --------------------------------------------------------------------------
def entering(frame: Frame, layer: int, sample: int, unit: int) -> Quantity:
    """What goes into the activation: y behind a normalization, else z."""
    name = "y" if frame.plan.layers[layer].placement == "before" else "z"
    return canonical(frame, Quantity(name, layer, sample, unit))


def _tanh(v: Decimal) -> Decimal:
    if abs(v) > 40:
        return Decimal(1).copy_sign(v)
    square = (2 * v).exp()
    return (square - 1) / (square + 1)


def _relu(x: Node) -> Node:
    return Call((whole(0), x), latex=r"\max", name="max", f=lambda v: max(v, Decimal(0)))


def _leaky_relu(x: Node) -> Node:
    leak = Decimal(repr(LEAK))
    parts = (Product((whole(LEAK), x)), x)
    return Call(parts, latex=r"\max", name="max", f=lambda v: max(v, v * leak))


def _elu(x: Node) -> Node:
    return Call((x,), latex=r"\mathrm{ELU}", name="ELU", f=lambda v: v if v > 0 else v.exp() - 1)


def _sigmoid(x: Node) -> Node:
    return Quotient((whole(1), plus(whole(1), Exp((Sum((x,), (0,)),)))))


_ACTIVATION: dict[str, Callable[[Node], Node]] = {
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "tanh": lambda x: Call((x,), latex=r"\tanh", name="tanh", f=_tanh),
    "sigmoid": _sigmoid,
    "identity": lambda x: x,
}


def activation(frame: Frame, q: Quantity) -> Statement:
    """A = f(z), or f(y) behind a normalization."""
    kind = frame.plan.layers[q.layer].activation
    source = entering(frame, q.layer, q.sample, q.unit)
    f = _ACTIVATION[kind]
    note = _activation_note(frame, kind, source)
    return statement(frame, q, f(symbol(frame, source)), f(num(frame, source)), note)


def _activation_note(frame: Frame, kind: str, source: Quantity) -> str:
    value, letter = value_of(frame, source), symbol(frame, source).text
    if kind == "elu":
        return f"ELU keeps {letter} where it is above 0, and gives e^{letter} − 1 elsewhere"
    if kind == "identity":
        return f"no activation here: {letter} goes on as it is"
    if kind != "relu" or not value <= 0:
        return ""
    column = frame.record.view(source.layer, source.name)[:, source.unit]
    known = frame.known_samples(source.layer, source.name)
    if bool(known.all()) and bool((column <= 0).all()):
        return f"{letter} ≤ 0 for every sample of this batch: the neuron is silent, ReLU gives 0"
    return f"{letter} ≤ 0: ReLU gives 0"


# -- normalization ---------------------------------------------------------------------------
def raw(frame: Frame, layer: int, sample: int, unit: int) -> Quantity:
    """What a layer normalizes: z before the activation, a after it."""
    name = "z" if frame.plan.layers[layer].placement == "before" else "a"
    return Quantity(name, layer, sample, unit)


def group(frame: Frame, q: Quantity, name: str) -> list[Quantity]:
    """The values that share their statistics: the batch of a neuron, or a sample's neurons."""
    if over_samples(frame, q.layer):
        return [Quantity(name, q.layer, s, q.unit) for s in range(frame.m)]
    n_out = frame.plan.layers[q.layer].n_out
    return [Quantity(name, q.layer, q.sample, u) for u in range(n_out)]


def statistic(frame: Frame, q: Quantity, name: str) -> Quantity:
    """The mean, variance or divisor that belongs to a value, or to another statistic."""
    return canonical(frame, Quantity(name, q.layer, q.sample, q.unit))


def count_symbol(frame: Frame, layer: int) -> Sym:
    """M samples, or n neurons."""
    return Sym(latex="m", text="m") if over_samples(frame, layer) else Sym(latex="n", text="n")


def averaged(terms: list[Node], sizes: list[float]) -> Node:
    """The mean of some terms."""
    return Product((Quotient((whole(1), whole(len(terms)))), total(terms, sizes)))


def _values(frame: Frame, q: Quantity) -> list[Num]:
    return [num(frame, v) for v in group(frame, q, raw(frame, q.layer, 0, 0).name)]


def _raw_letter(frame: Frame, layer: int) -> str:
    return symbol(frame, raw(frame, layer, 0, 0)).latex


def mean(frame: Frame, q: Quantity) -> Statement:
    """Mu = Σ a / m."""
    values, letter = _values(frame, q), _raw_letter(frame, q.layer)
    term = Sym(latex=rf"\sum_{{i}}\, {letter}_i", text=f"Σ {letter}", role="raw")
    m = count_symbol(frame, q.layer)
    symbols = Product((Quotient((whole(1), m)), term))
    note = "m = 1: a sample alone is its own mean" if len(values) == 1 else ""
    numbers = averaged(list(values), [v.value for v in values])
    return statement(frame, q, symbols, numbers, note)


def variance(frame: Frame, q: Quantity) -> Statement:
    """The mean of (a − mu)²."""
    values, letter = _values(frame, q), _raw_letter(frame, q.layer)
    middle = num(frame, statistic(frame, q, "mean"))
    terms: list[Node] = [Power((minus(v, middle),)) for v in values]
    sizes = [abs(v.value - middle.value) for v in values]
    text = rf"\sum_{{i}}\, ({letter}_i - \mu)^2"
    inner = Sym(latex=text, text=f"Σ ({letter} − μ)²", role="raw")
    symbols = Product((Quotient((whole(1), count_symbol(frame, q.layer))), inner))
    note = "σ = 0: all values are the same" if value_of(frame, q) == 0 else ""
    return statement(frame, q, symbols, averaged(terms, sizes), note)


def root(frame: Frame, q: Quantity, symbolic: bool) -> Node:
    """√(var + eps), in symbols σ where eps is 0."""
    eps, var = frame.plan.layers[q.layer].dialect.eps, statistic(frame, q, "var")
    if symbolic:
        return Root((plus(symbol(frame, var), EPSILON),)) if eps else _sigma(frame, q.layer)
    return Root((plus(num(frame, var), whole(eps)) if eps else num(frame, var),))


def _sigma(frame: Frame, layer: int) -> Sym:
    at_work = runs(frame, layer)
    latex, text = (r"\sigma_{\mathrm{run}}", "σ_run") if at_work else (r"\sigma", "σ")
    return Sym(latex=latex, text=text, role="raw")


def divisor(frame: Frame, q: Quantity, symbolic: bool) -> Node:
    """What x − mu is divided by, in symbols or in numbers."""
    added, found = frame.plan.layers[q.layer].dialect.added, root(frame, q, symbolic)
    return plus(found, whole(added)) if added else found


def root_of(frame: Frame, q: Quantity) -> Statement:
    """S = √(var + eps), plus 1 in the article's form."""
    return statement(frame, q, divisor(frame, q, True), divisor(frame, q, False))


def standardized(frame: Frame, q: Quantity) -> Statement:
    """X-hat = (a − mu) / √(var + eps)."""
    value, middle = raw(frame, q.layer, q.sample, q.unit), statistic(frame, q, "mean")
    over = minus(num(frame, value), num(frame, middle))
    symbols = Quotient(
        (minus(symbol(frame, value), symbol(frame, middle)), divisor(frame, q, True))
    )
    numbers = Quotient((over, divisor(frame, q, False)))
    dialect = frame.plan.layers[q.layer].dialect
    note = _normal_note(frame, q, dialect)
    if value_of(frame, statistic(frame, q, "std")) == 0:
        return by_rule(frame, q, symbols, numbers, note)
    return statement(frame, q, symbols, numbers, note)


def _normal_note(frame: Frame, q: Quantity, dialect: Dialect) -> str:
    """What makes this batch a special one."""
    var, x_hat = value_of(frame, statistic(frame, q, "var")), value_of(frame, q)
    if runs(frame, q.layer):
        return "by the running mean and variance: no sample waits for another"
    if frame.m == 1 and over_samples(frame, q.layer):
        return "m = 1: a sample alone is its own mean, so every x̂ is 0"
    if var == 0:
        return "σ = 0: every x̂ is 0" + ("" if dialect.eps or dialect.added else ", by definition")
    if var == float("inf") and abs(x_hat) < 1e7:
        return "σ² is too large for a number: x̂ is worked out from smaller copies of the values"
    if frame.m == 2 and over_samples(frame, q.layer) and abs(abs(x_hat) - 1) < 0.005:
        return "m = 2: x̂ is −1 and 1, whatever the two values are"
    return ""


def scaled(frame: Frame, q: Quantity) -> Statement:
    """Y = gamma x-hat + beta."""
    parts = [
        Quantity("gamma", q.layer, unit=q.unit),
        q._replace(name="x_hat"),
        Quantity("beta", q.layer, unit=q.unit),
    ]
    gamma, x_hat, beta = (num(frame, part) for part in parts)
    letters = [symbol(frame, part) for part in parts]
    symbols = plus(Product((letters[0], letters[1])), letters[2])
    note = f"γ = 0: every y is β = {number(beta.value)}" if gamma.value == 0 else ""
    return statement(frame, q, symbols, plus(Product((gamma, x_hat)), beta), note)


FORWARD: dict[str, Callable[[Frame, Quantity], Statement]] = {
    "z": weighted_sum,
    "a": activation,
    "mean": mean,
    "var": variance,
    "std": root_of,
    "x_hat": standardized,
    "y": scaled,
}
