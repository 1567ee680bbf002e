"""What the gradients of a neuron say, in sentences with computed numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bnsim.pictures.backward.neuron import Neuron
from bnsim.pictures.backward.numbers import printed_paths, printed_product, significant
from bnsim.pictures.names import layer_name
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.words import MINUS, joined, number, samples_words
from bnsim.sim.jacobian import jacobian

COMING = "The gradients come after the loss, from the last layer back."


class Line(NamedTuple):
    """A sentence with a longer form for pictures with room, and the numbers it is about."""

    short: str
    long: str = ""
    keys: tuple[Quantity, ...] = ()


def lines_of(neuron: Neuron) -> list[Line]:
    """What is said below the picture, the most important first."""
    if not neuron.has_tray:
        return _without_tray(neuron) if neuron.gradient_known else []
    if not neuron.normalized_known:
        return []
    if not neuron.gradient_known:
        return [*_special(neuron), *_row(neuron)]
    return [_path_line(neuron), *_special(neuron), *_parameters(neuron), *_checks(neuron)]


def nothing_yet(neuron: Neuron) -> str:
    """Why neither gradients nor Jacobian are known."""
    if not neuron.has_tray:
        return COMING
    everyone = "all samples of the batch" if neuron.frame.m > 1 else "its sample"
    why = "not every sample has come this far" if neuron.frozen else f"it needs {everyone}"
    if not neuron.frozen and neuron.frame.arrived(neuron.layer) == neuron.frame.m:
        why = "the batch is complete, and standardizing comes next"
    return f"x̂ of {neuron.name} is not known yet: {why}. {COMING}"


# -- one sample ------------------------------------------------------------------------
def _path_line(neuron: Neuron) -> Line:
    """The three paths of one sample, added up."""
    values = [float(path[neuron.shown]) for path in neuron.terms]
    total = float(neuron.gradient[neuron.shown])
    text = printed_paths(values, total, neuron.reach)
    start = f"sample {neuron.shown + 1}: "
    long = f"{start}{neuron.d_raw} = direct + through the mean + through the variance = {text}"
    return Line(start + text, long, (neuron.gradient_key(neuron.shown),))


# -- checks ----------------------------------------------------------------------------
def _parameters(neuron: Neuron) -> list[Line]:
    """The gradients of gamma and beta, each with its sum."""
    sums = neuron.sums
    of_gamma, of_beta = number(sums.d_gamma), number(sums.d_beta)
    if not neuron.frame.record.has(neuron.layer, "gamma"):
        return [Line(f"Σ ∂L/∂y·x̂ = {of_gamma} · Σ ∂L/∂y = {of_beta} (no γ and β here)")]
    names = ("d_gamma", "d_beta")
    keys = tuple(Quantity(name, neuron.layer, unit=neuron.unit) for name in names)
    return [
        Line(
            f"∂L/∂γ = Σ ∂L/∂y·x̂ = {of_gamma} · ∂L/∂β = Σ ∂L/∂y = {of_beta}",
            f"∂L/∂γ = Σ ∂L/∂y · x̂ = {of_gamma}, ∂L/∂β = Σ ∂L/∂y = {of_beta}: sums over the batch",
            keys,
        )
    ]


def _checks(neuron: Neuron) -> list[Line]:
    """What the gradients add up to, beside what theory says."""
    sums, d = neuron.sums, neuron.d_raw
    total, theory = number(sums.d_x), number(sums.d_x_theory)
    first = Line(
        f"Σ {d} = {total}, in theory {theory}",
        f"Σ {d} = {total}, in theory {theory}: " + _why_zero(neuron),
    )
    product = number(sums.d_x_x_hat)
    formula, numbers = _left_over(neuron)
    second = Line(
        f"Σ {d}·x̂ = {product}, in theory {numbers}",
        f"Σ {d} · x̂ = {product}, in theory {formula} = {numbers}",
    )
    return [first, second]


def _why_zero(neuron: Neuron) -> str:
    if neuron.frozen:
        return "the statistics are constants, so each sample keeps all of its gradient"
    if neuron.raw == "z":
        return "all z moved alike change nothing, so the bias before BN learns nothing"
    return "all values moved alike change nothing"


def _left_over(neuron: Neuron) -> tuple[str, str]:
    """The formula of Σ d_x x̂ and its numbers."""
    sums, dialect = neuron.sums, neuron.frame.plan.layers[neuron.layer].dialect
    gamma = "γ/s" if neuron.frame.record.has(neuron.layer, "gamma") else "1/s"
    left = "ε/(σ² + ε)"
    if dialect.added:
        left = f"{number(dialect.added)}/s" if not dialect.eps else f"(1 {MINUS} σ²/(s√(σ²+ε)))"
    sum_name = "∂L/∂γ" if gamma == "γ/s" else "Σ ∂L/∂y·x̂"
    factors, words = [sums.gain, sums.d_gamma], [gamma, sum_name]
    if not neuron.frozen:
        factors.append(sums.left)
        words.append(left)
    return " · ".join(words), printed_product(factors, sums.d_x_x_hat_theory)


# -- before the loss, and without a tray ------------------------------------------------
def _row(neuron: Neuron) -> list[Line]:
    """How to read the shown sample's row of the Jacobian."""
    if neuron.frame.m < 2 or neuron.frame.m > 1024:
        return []
    shown = neuron.shown
    row = jacobian(neuron.frame.record, neuron.layer, neuron.unit)[shown]
    others = np.abs(np.delete(row, shown))
    other = int(np.argmax(np.nan_to_num(others)))
    other += other >= shown
    raw = neuron.raw
    text = (
        f"Row {shown + 1}: 1 more in {raw} of sample {shown + 1} moves its own x̂ by "
        f"{significant(float(row[shown]), signed=True)}, 1 more in sample {other + 1} by "
        f"{significant(float(row[other]), signed=True)}."
    )
    total = f"Row {shown + 1} adds up to {number(float(row.sum()))}"
    tail = "" if neuron.frozen else ": all values moved alike change no x̂"
    return [Line(text), Line(f"{total}.", f"{total}{tail}.")]


def _without_tray(neuron: Neuron) -> list[Line]:
    frame, where = neuron.frame, layer_name(neuron.frame, neuron.layer)
    bias = float(frame.record.view(neuron.layer, "d_b")[neuron.unit])
    norm = frame.plan.layers[neuron.layer].placement != "none"
    why = (
        f"Layer normalization at {where} works within one sample: no sample meets another."
        if norm
        else f"No batch normalization at {where}: each sample's gradient is its own."
    )
    key = Quantity("d_b", neuron.layer, unit=neuron.unit)
    return [Line(why), Line(f"∂L/∂b = Σ ∂L/∂z = {number(bias)}", keys=(key,))]


# -- what is special here ---------------------------------------------------------------
def _special(neuron: Neuron) -> list[Line]:
    """Why gradients are zero, huge or no numbers at all here; nothing in the usual case."""
    found = (_not_finite, _constants, _alone, _no_spread, _two, _gamma_zero, _nothing_back)
    texts = (check(neuron) for check in found)
    return [Line(text) for text in texts if text][:1]


def _not_finite(neuron: Neuron) -> str:
    parts = [neuron.column("x_hat")]
    if neuron.gradient_known:
        parts += [neuron.gradient, *neuron.terms]
    bad = int((~np.isfinite(np.concatenate(parts))).sum())
    return f"{bad} numbers here are infinite or NaN: they have no bar and no colour." if bad else ""


def _constants(neuron: Neuron) -> str:
    if not neuron.frozen:
        return ""
    return "Mean and variance are constants here: no sample's gradient passes through another."


def _alone(neuron: Neuron) -> str:
    if neuron.frame.m > 1:
        return ""
    return "One sample alone is its own mean: x̂ = 0 whatever it is, so no gradient gets through."


def _no_spread(neuron: Neuron) -> str:
    var, raw = neuron.number("var"), neuron.column(neuron.raw)
    # the engine's own rule for a spread that is rounding
    if not np.sqrt(var) <= 4.0 * np.spacing(np.abs(raw).max()):
        return ""
    everyone = f"σ = {number(var**0.5)}: all samples of {neuron.name} are equal"
    std = neuron.number("std")
    if std == 0.0:
        return f"{everyone} and ε = 0, so x̂ and every gradient are taken for 0."
    gain = number(neuron.sums.gain) if neuron.gradient_known else number(1.0 / std)
    scaled = neuron.gradient_known and neuron.frame.record.has(neuron.layer, "gamma")
    name = "γ/s" if scaled else "1/s"
    return (
        f"{everyone}, only s = {number(std)} divides: gradients are multiplied by {name} = {gain}."
    )


def _two(neuron: Neuron) -> str:
    if neuron.frame.m != 2 or not np.abs(neuron.column("x_hat")).min() > 0.99:
        return ""
    first, second = (number(float(v), True) for v in neuron.column("x_hat"))
    text = f"Two samples: x̂ is {first} and {second}, almost whatever they are"
    if not neuron.gradient_known:
        return f"{text}."
    direct, rest = (float(np.abs(v).max()) for v in (neuron.terms.direct, neuron.gradient))
    return f"{text}, so of {number(direct)} directly only {number(rest)} gets through."


def _gamma_zero(neuron: Neuron) -> str:
    has = neuron.gradient_known and neuron.frame.record.has(neuron.layer, "gamma")
    if not has or neuron.number("gamma") != 0.0:
        return ""
    return f"γ = 0 lets nothing through to {neuron.raw}, but γ itself still learns."


def _nothing_back(neuron: Neuron) -> str:
    if not neuron.gradient_known:
        return ""
    zero = np.flatnonzero(neuron.column("d_y") == 0.0)
    if zero.size < neuron.frame.m:
        return ""
    return f"Nothing comes back to {neuron.name}: ∂L/∂y is 0 for every sample of the batch."


def description(neuron: Neuron) -> str:
    """The state in one sentence, for those who do not see the picture."""
    if not neuron.gradient_known:
        return (
            f"{neuron.name}: {nothing_yet(neuron)}"
            if not neuron.normalized_known
            else (f"{neuron.name}: the Jacobian of x̂. {COMING}")
        )
    values = [number(float(v), True) for v in neuron.gradient[:5]]
    which = samples_words(list(range(1, len(values) + 1)))
    return f"{neuron.d_raw} of {neuron.name}, {which}: {joined(values)}."
