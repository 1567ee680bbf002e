"""What a pointer finds: full-precision values, names, and the sum that gave a value.

Plain text; the first line is the name.
"""

from __future__ import annotations

from collections.abc import Callable

from bnsim.pictures.editable import editables
from bnsim.pictures.formula.choice import formula
from bnsim.pictures.formula.leaf import is_given
from bnsim.pictures.formula.numbers import exists, is_known, name_of, value_of
from bnsim.pictures.names import (
    activation_title,
    input_name,
    neuron_name,
    source_name,
    tray_name,
)
from bnsim.pictures.printed import printed_scaled, printed_sum, printed_typical
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.sums import neuron_sum, places_for, standardized
from bnsim.pictures.types import Key
from bnsim.pictures.words import MINUS, fixed, full, number
from bnsim.sim.frame import Frame, Status
from bnsim.sim.rules import OUTLIER_TIMES, SCALE_TIMES


def card(frame: Frame, key: Key) -> str:
    """The hover card of a mark of the graph, or of a number in a formula."""
    if isinstance(key, Quantity):
        return "\n".join(_quantity(frame, key))
    kind, *place = key
    numbers = [int(str(n)) for n in place]
    lines = [*_CARDS[str(kind)](frame, *numbers), _HINTS.get(str(kind), "")]
    return "\n".join(line for line in lines if line)


def _quantity(frame: Frame, q: Quantity) -> list[str]:
    """A number by its name, in all its digits, and how it was computed."""
    if not exists(frame, q):
        return []
    lines = [name_of(frame, q)]
    if not is_known(frame, q):
        return [*lines, "not computed yet"]
    lines.append(full(value_of(frame, q)))
    if is_given(frame, q):
        return [*lines, "double click: another value"] if editables(frame, q) else lines
    return [*lines, formula(frame, q).line, "click: its formula"]


def _input(frame: Frame, index: int) -> list[str]:
    lines = [f"{input_name(index)}, input {index + 1}"]
    sample = frame.sample
    if sample is None:
        return [*lines, "no sample has entered yet"]
    value = float(frame.record.view(0, "x")[sample, index])
    lines.append(f"sample {sample + 1} of {frame.m}: {full(value)}")
    raw = frame.run.scenario.data.x[int(frame.record.samples[sample])][index]
    if raw != value:
        lines.append(f"before normalizing the inputs: {full(raw)}")
    return lines + _gradient(frame, 0, "d_x", sample, index)


def _gradient(frame: Frame, layer: int, name: str, sample: int, unit: int) -> list[str]:
    if not frame.gradient_known(layer):
        return []
    value = float(frame.record.view(layer, name)[sample, unit])
    return [f"gradient ∂L/∂{name[2:]}, sample {sample + 1}: {full(value)}"]


def _neuron(frame: Frame, layer: int, unit: int) -> list[str]:
    name, raw = neuron_name(frame, layer, unit), frame.raw_name(layer)
    lines = [f"{name}, {activation_title(frame, layer)}" if raw == "a" else f"{name}, z before BN"]
    lines += _neuron_value(frame, layer, unit, raw)
    lines.append(f"bias {full(float(frame.record.view(layer, 'b')[unit]))}")
    if frame.gradient_known(layer):
        lines.append(f"bias gradient {full(float(frame.record.view(layer, 'd_b')[unit]))}")
    return lines


def _neuron_value(frame: Frame, layer: int, unit: int, raw: str) -> list[str]:
    sample = frame.sample
    if sample is None:
        return ["not computed yet"]
    value = frame.value(layer, raw, sample, unit)
    if value is None:
        waits = frame.status(layer, raw, sample) is Status.WAITING
        return [
            f"sample {sample + 1} waits in a tray: there is no value to show"
            if waits
            else "not computed yet"
        ]
    lines = [f"sample {sample + 1}: {full(value)}", neuron_sum(frame, layer, sample, unit)]
    if layer == frame.n_layers - 1:
        lines.append(f"target t {full(float(frame.record.targets[sample, unit]))}")
    return (
        lines + _scale_rule(frame, layer, unit) + _gradient(frame, layer, "d_" + raw, sample, unit)
    )


def _scale_rule(frame: Frame, layer: int, unit: int) -> list[str]:
    """Which rule fired, with its numbers once all samples of the batch are there."""
    flags = frame.flags[layer]
    size, typical = float(flags.size[unit]), flags.typical
    if not flags.out_of_scale[unit]:
        return []
    if not frame.known_samples(layer, frame.raw_name(layer)).all():
        return ["out of scale in this batch: its numbers when all samples are here"]
    n_in = frame.plan.layers[layer].n_in
    parts = (flags.typical_weight, flags.typical_input, flags.typical_bias)
    return [
        f"out of scale: rms over the batch {number(size)} > {SCALE_TIMES:.0f} × {number(typical)}",
        f"usual for its layer: {printed_typical(n_in, *parts, typical)}",
        f"from {n_in} inputs, rms of weights (no outliers), of inputs, of biases",
    ]


def _weight(frame: Frame, layer: int, source: int, unit: int) -> list[str]:
    record, flags = frame.record, frame.flags[layer]
    w = float(record.view(layer, "W")[source, unit])
    lines = [
        f"weight {source_name(frame, layer, source)} → {neuron_name(frame, layer, unit)}",
        full(w),
    ]
    others = float(flags.others[source, unit])
    if 0 < others < float("inf"):
        sign = "≥" if flags.outlier[source, unit] else "<"
        word = "outlier: " if flags.outlier[source, unit] else ""
        lines.append(f"{word}|w| {sign} {OUTLIER_TIMES:.0f} × {number(others)}, rms of the others")
    sample = frame.sample
    if sample is not None and frame.status(layer, "z", sample) is Status.KNOWN:
        x = float(record.view(layer, "x")[sample, source])
        lines.append(
            f"carries w × input: {printed_sum([(w, x)], 0.0, w * x)}".replace(" + 0 =", " =")
        )
    if frame.gradient_known(layer):
        lines.append(f"gradient ∂L/∂w: {full(float(record.view(layer, 'd_W')[source, unit]))}")
    return lines


def _slot(frame: Frame, layer: int, unit: int, sample: int) -> list[str]:
    name, raw = neuron_name(frame, layer, unit), frame.raw_name(layer)
    lines = [f"{name}, slot of sample {sample + 1}"]
    if frame.status(layer, "tray", sample) is not Status.KNOWN:
        return [*lines, f"empty: sample {sample + 1} has not arrived"]
    lines.append(f"raw {raw}: {full(float(frame.record.view(layer, raw)[sample, unit]))}")
    x_hat, y = (frame.value(layer, n, sample, unit) for n in ("x_hat", "y"))
    if x_hat is not None:
        lines += [f"x̂ = {standardized(frame, layer, sample, unit)}", f"x̂: {full(x_hat)}"]
    if y is not None and frame.record.has(layer, "gamma"):
        gamma, beta = (float(frame.record.view(layer, n)[unit]) for n in ("gamma", "beta"))
        lines += [f"y = γ x̂ + β = {printed_scaled(gamma, x_hat or 0.0, beta, y)}", f"y: {full(y)}"]
    return lines + _gradient(frame, layer, "d_" + raw, sample, unit)


def _norm(frame: Frame, layer: int, unit: int) -> list[str]:
    record, name = frame.record, neuron_name(frame, layer, unit)
    lines = [
        f"{tray_name(frame, layer)}, neuron {name}",
        f"{frame.arrived(layer)} of {frame.m} samples here",
    ]
    for quantity, word in (("mean", "mean μ"), ("var", "variance σ²")):
        value = frame.value(layer, quantity, 0, unit)
        if value is not None:
            lines.append(f"{word}: {full(value)}")
    for parameter in ("gamma", "beta"):
        if record.has(layer, parameter):
            lines.append(f"{parameter} {full(float(record.view(layer, parameter)[unit]))}")
            if frame.gradient_known(layer):
                d = float(record.view(layer, "d_" + parameter)[unit])
                lines.append(f"gradient of {parameter}: {full(d)}")
    dialect = frame.plan.layers[layer].dialect
    root = f"√(σ² + {number(dialect.eps)})" if dialect.eps else "σ"
    below = f"({root} + {number(dialect.added)})" if dialect.added else root
    return [*lines, f"x̂ = (value {MINUS} μ) / {below}"]


def _behind(frame: Frame, layer: int, unit: int) -> list[str]:
    sample, name = frame.sample, neuron_name(frame, layer, unit)
    title, out = activation_title(frame, layer), frame.record.layout.output_name(layer)
    lines = [f"{name}, {title} behind the tray" if out == "a" else f"{name}, the output"]
    value = None if sample is None else frame.value(layer, "out", sample, unit)
    if sample is None or value is None:
        return [*lines, "waits for the tray: there is no value to show"]
    lines.append(f"sample {sample + 1}: {full(value)}")
    if out == "a":
        y = float(frame.record.view(layer, "y")[sample, unit])
        places = places_for(frame.plan.layers[layer].activation, y, value)
        text = number(y, True) if places is None else fixed(y, places, signed=True)
        lines.append(f"{title}({text}) = {number(value)}")
    return lines + _gradient(frame, layer, "d_" + out, sample, unit)


def _target(frame: Frame, unit: int) -> list[str]:
    name, sample = neuron_name(frame, frame.n_layers - 1, unit), frame.sample or 0
    wanted = full(float(frame.record.targets[sample, unit]))
    return [f"target {name}: what the network should have said", f"sample {sample + 1}: {wanted}"]


#: How a number is changed, in the last line of its card.
_HINTS = {
    "weight": "click to type, drag, or Ctrl and the wheel",
    "input": "click to type, drag, or Ctrl and the wheel",
    "target": "click to type, drag, or Ctrl and the wheel",
    "neuron": "double click: its bias",
    "norm": "double click: gamma and beta",
    "raw": "drag it: the input that counts most follows",
    "gamma": "drag it, or double click",
    "beta": "drag it, or double click",
}

_CARDS: dict[str, Callable[..., list[str]]] = {
    "target": _target,
    "input": _input,
    "neuron": _neuron,
    "weight": _weight,
    "slot": _slot,
    "raw": _slot,
    "gamma": _norm,
    "beta": _norm,
    "norm": _norm,
    "behind": _behind,
}
