"""Which weights and neurons stand out: computed rules, the same for every network.

Outlier weight
    ``|w| >= 8 * rms(the other weights)``, the others being those of its matrix; a
    matrix of fewer than 8 weights is too small for that and is compared with all other
    weights of the network.
Out-of-scale neuron
    The rms of its raw output over the batch is more than 4 times the typical scale of
    its layer: what the layer's weights without the outliers make of a typical input,
    ``sqrt(n_in * rms(w)^2 * s^2 + rms(b)^2)``, with ``s`` the typical scale of the layer
    before.  Where an activation is bounded its bound takes the place of that; behind a
    tray ``s`` is the scale that gamma and beta set.  A neuron whose numbers are not finite
    is always out of scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnsim.engine.activations import ACTIVATIONS
from bnsim.sim.run import BatchRecord, waits

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

OUTLIER_TIMES = 8.0
SCALE_TIMES = 4.0
SMALL_MATRIX = 8


@dataclass(frozen=True, slots=True, eq=False)
class LayerFlags:
    """What stands out in one layer of one batch.

    ``outlier`` (D, H) and ``out_of_scale`` (H,) are masks; ``others`` (D, H) is the rms
    each weight is compared with, ``size`` (H,) the rms of each neuron over the batch and
    ``typical`` the scale it is compared with.
    """

    outlier: Mask
    others: Array
    out_of_scale: Mask
    size: Array
    typical: float
    typical_input: float
    typical_weight: float
    typical_bias: float


def rms(values: Array) -> float:
    """Root mean square, 0 of nothing."""
    return float(np.sqrt(np.mean(values * values))) if values.size else 0.0


def _scaled_rms(values: Array) -> float:
    """The rms of weights of any size."""
    scale = float(np.abs(values).max()) or 1.0
    return scale * rms(values / scale)


def others_rms(weights: tuple[Array, ...], index: int) -> Array:
    """For each weight of matrix ``index`` the rms of those it is compared with."""
    w = weights[index]
    alone = w.size >= SMALL_MATRIX
    pool = np.concatenate([v.ravel() for v in ((w,) if alone else weights)])
    first = 0 if alone else sum(v.size for v in weights[:index])
    if pool.size < SMALL_MATRIX:
        return np.full(w.shape, np.inf)
    # Of the largest the sum is taken anew: what a huge weight leaves of a sum has no digits
    # of the others. In units of the largest no square overflows.
    scale, largest = float(np.abs(pool).max()) or 1.0, int(np.abs(pool).argmax())
    squares = np.square(pool / scale)
    found = scale * np.sqrt(np.maximum(squares.sum() - squares, 0.0) / (pool.size - 1))
    found[largest] = _scaled_rms(np.delete(pool, largest))
    return np.asarray(found[first : first + w.size].reshape(w.shape))


def outliers(weights: tuple[Array, ...], index: int) -> tuple[Mask, Array]:
    """The outlier weights of matrix ``index``, and what each weight is compared with."""
    others = others_rms(weights, index)
    size = np.abs(weights[index])
    return (size >= OUTLIER_TIMES * others) & (others > 0) & np.isfinite(size), others


def raw_name(record: BatchRecord, layer: int) -> str:
    """The name of what a neuron gives before any tray: z, a, or its output without one."""
    plan = record.plan.layers[layer]
    if not waits(plan):
        return record.layout.output_name(layer)
    return "z" if plan.placement == "before" else "a"


def _bound(record: BatchRecord, layer: int) -> float:
    """The largest size an activation can have: 1 for tanh, infinite for ReLU."""
    row = ACTIVATIONS[record.plan.layers[layer].activation]
    return max(abs(row.low), abs(row.high))


def _scale_behind(record: BatchRecord, layer: int, typical: float) -> float:
    """The typical scale that leaves a layer."""
    bound = _bound(record, layer)
    if not record.has(layer, "x_hat"):
        return bound if np.isfinite(bound) else typical
    if record.layout.output_name(layer) == "a" and np.isfinite(bound):
        return bound
    if not record.has(layer, "gamma"):
        return 1.0
    return float(np.hypot(rms(record.view(layer, "gamma")), rms(record.view(layer, "beta"))))


def flags_of(record: BatchRecord) -> tuple[LayerFlags, ...]:
    """What stands out in every layer of a batch, over the whole lane.

    It is computed from all samples of the batch, so it does not flicker from sample to
    sample.
    """
    with np.errstate(all="ignore"):
        return tuple(_flags(record))


def _flags(record: BatchRecord) -> list[LayerFlags]:
    n_layers = len(record.layout.outputs)
    weights = tuple(record.view(i, "W") for i in range(n_layers))
    scale, result = rms(record.view(0, "x")), []
    for layer, w in enumerate(weights):
        outlier, others = outliers(weights, layer)
        usual = rms(w[~outlier])
        bias = rms(record.view(layer, "b"))
        typical = float(np.sqrt(w.shape[0] * usual**2 * scale**2 + bias**2))
        name = raw_name(record, layer)
        bound = _bound(record, layer)
        if name == "a" and np.isfinite(bound):
            typical = bound
        elif record.has(layer, "x_hat") and not waits(record.plan.layers[layer]):
            typical = _scale_behind(record, layer, typical)
        raw = record.view(layer, name)
        size = np.sqrt(np.mean(raw * raw, axis=0))
        beyond = ~np.isfinite(size) | (size > SCALE_TIMES * typical)
        result.append(LayerFlags(outlier, others, beyond, size, typical, scale, usual, bias))
        scale = _scale_behind(record, layer, typical)
    return result
