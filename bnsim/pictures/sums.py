"""The sums and quotients behind a number, printed so that they recompute."""

from __future__ import annotations

import numpy as np

from bnsim.engine.activations import ACTIVATIONS
from bnsim.pictures.names import activation_title, neuron_name
from bnsim.pictures.printed import printed_standardized, printed_sum
from bnsim.pictures.words import number
from bnsim.sim.frame import Frame


def weighted_sum(
    frame: Frame, layer: int, sample: int, unit: int, places: int | None = None
) -> str:
    """The sum that gave a neuron's z: weights times inputs plus the bias."""
    record = frame.record
    w, x = record.view(layer, "W")[:, unit], record.view(layer, "x")[sample]
    pairs = [(float(a), float(b)) for a, b in zip(w, x, strict=True)]
    z = float(record.view(layer, "z")[sample, unit])
    return printed_sum(pairs, float(record.view(layer, "b")[unit]), z, places)


def places_for(kind: str, z: float, a: float) -> int | None:
    """Decimals of z that give the printed a when the activation is worked out by hand."""
    if not np.isfinite(z) or abs(z) > 1e6:
        return None
    f = ACTIVATIONS[kind].f
    for places in range(2, 12):
        if number(float(f(np.array([round(z, places)]))[0])) == number(a):
            return places
    return None


def neuron_sum(frame: Frame, layer: int, sample: int, unit: int) -> str:
    """``h₁ = relu(15 × 6 − … = 88.71) = 88.71``, without the activation where it keeps z."""
    name, text = neuron_name(frame, layer, unit), weighted_sum(frame, layer, sample, unit)
    kind = frame.plan.layers[layer].activation
    if frame.raw_name(layer) == "z":
        return f"{name}: z = {text}"
    z = float(frame.record.view(layer, "z")[sample, unit])
    a = float(frame.record.view(layer, "a")[sample, unit])
    if frame.record.has(layer, "x_hat") and not frame.has_tray(layer):
        out = number(float(frame.record.out(layer)[sample, unit]))
        return f"{name}: z = {text}, with {activation_title(frame, layer)} {out}"
    if a == z:
        return f"{name} = {text}"
    text = weighted_sum(frame, layer, sample, unit, places_for(kind, z, a))
    return f"{name} = {kind}({text}) = {number(a)}"


def deviation(frame: Frame, layer: int, unit: int) -> float:
    """The deviation of a neuron over its batch, finite also where its square is not."""
    record, added = frame.record, frame.plan.layers[layer].dialect.added
    var, std = (float(record.view(layer, name)[unit]) for name in ("var", "std"))
    return float(np.sqrt(var)) if np.isfinite(var) else std - added


def standardized(frame: Frame, layer: int, sample: int, unit: int) -> str:
    """``(88.71 − 67.35) / √(229.02 + 10⁻⁵) = +1.41``: the printed x-hat of one sample."""
    record, dialect = frame.record, frame.plan.layers[layer].dialect
    raw = float(record.view(layer, frame.raw_name(layer))[sample, unit])
    mean, var = (float(record.view(layer, n)[unit]) for n in ("mean", "var"))
    x_hat = float(record.view(layer, "x_hat")[sample, unit])
    return printed_standardized(raw, mean, var, dialect.eps, dialect.added, x_hat)
