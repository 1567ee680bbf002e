"""A trained network at work: outputs, and statistics that are recalibrated.

Pure functions of an arena, or of a state, which is its beginning: whatever is asked, no
running statistic of the run moves.  The letters are those of :mod:`bnsim.engine`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from bnsim.engine import batchnorm, dense
from bnsim.engine.activations import ACTIVATIONS
from bnsim.engine.arrays import Array
from bnsim.engine.dialects import Dialect
from bnsim.engine.layout import RUNNING, Layout, Plan
from bnsim.engine.running import infer

Statistics = Mapping[int, tuple[Array, Array]]
"""Mean and variance, each (H,), of every layer that normalizes over the batch in training."""

Normalize = Callable[[int, Array], Array]
"""(layer, x) -> y, both (m, H)."""


def running_statistics(plan: Plan, layout: Layout, arena: Array) -> Statistics:
    """Copies of the running statistics of the layers that keep them."""
    return {
        index: (
            layout.view(arena, index, "running_mean").copy(),
            layout.view(arena, index, "running_var").copy(),
        )
        for index in range(len(plan.layers))
        if set(RUNNING) <= set(layout.names(index))
    }


@np.errstate(all="ignore")
def recalibrated(plan: Plan, layout: Layout, arena: Array, batches: Iterable[Array]) -> Statistics:
    """The statistics of the population, from batches of training samples.

    Parameters
    ----------
    plan : Plan
    layout : Layout
    arena : ndarray of shape (layout.size,)
        Or a state; its parameters are read, its running statistics are not.
    batches : iterable of ndarray of shape (m, D)
        Each passes as in training, with its own statistics, also in frozen layers.

    Returns
    -------
    Statistics

    Notes
    -----
    Ioffe and Szegedy (2015), Algorithm 2, steps 8 to 10, with the averages E over batches:

        mean = E[mean of the batch],   var = m / (m - 1) · E[var of the batch].

    A batch of 1 has no deviations; its variance of 0 is taken as it is.
    """
    seen: dict[int, list[tuple[Array, Array]]] = {}

    def normalize(index: int, x: Array) -> Array:
        layer, m = plan.layers[index], len(x)
        stages = batchnorm.forward(x, *_affine(layout, arena, index), layer.dialect)
        if layer.dialect.axis == 0:
            seen.setdefault(index, []).append((stages.mean, stages.var * (m / max(m - 1, 1))))
        return stages.y

    for batch in batches:
        _through(plan, layout, arena, batch, normalize)
    return {index: _average(found) for index, found in seen.items()}


@np.errstate(all="ignore")
def outputs(
    plan: Plan, layout: Layout, arena: Array, x: Array, statistics: Statistics | None = None
) -> Array:
    """What the network says of samples, each for itself.

    Parameters
    ----------
    plan : Plan
    layout : Layout
    arena : ndarray of shape (layout.size,)
        Or a state.
    x : ndarray of shape (m, D)
        Any number of samples.
    statistics : Statistics, optional
        In place of the running ones.

    Returns
    -------
    o : ndarray of shape (m, C)

    Raises
    ------
    ValueError
        When a layer normalizes over the batch and there are no statistics for it.
    """
    known = running_statistics(plan, layout, arena) if statistics is None else statistics

    def normalize(index: int, x: Array) -> Array:
        dialect = plan.layers[index].dialect
        if dialect.axis == 1:
            return batchnorm.forward(x, *_affine(layout, arena, index), dialect).y
        return infer(x, *normalization_of(plan, layout, arena, index, known))

    return _through(plan, layout, arena, x, normalize)


def normalization_of(
    plan: Plan, layout: Layout, arena: Array, index: int, statistics: Statistics
) -> tuple[Array, Array, Array | None, Array | None, Dialect]:
    """What `running.infer` and `running.fold` want to know: mean, var, gamma, beta, dialect."""
    dialect = plan.layers[index].dialect
    if index not in statistics:
        raise ValueError(
            f"layer {index}: the dialect {dialect.name!r} keeps no running statistics; "
            "recalibrate them from training batches"
        )
    return (*statistics[index], *_affine(layout, arena, index), dialect)


def _affine(layout: Layout, arena: Array, index: int) -> tuple[Array | None, Array | None]:
    """Scale gamma and shift beta, None where the dialect has none."""
    if "gamma" not in layout.names(index):
        return None, None
    return layout.view(arena, index, "gamma"), layout.view(arena, index, "beta")


def _through(plan: Plan, layout: Layout, arena: Array, x: Array, normalize: Normalize) -> Array:
    """The forward pass of the whole network with one's own normalization."""
    for index, layer in enumerate(plan.layers):
        f = ACTIVATIONS[layer.activation].f
        W, b = layout.view(arena, index, "W"), layout.view(arena, index, "b")
        z = dense.forward(x, W, b)
        if layer.placement == "before":
            x = f(normalize(index, z))
        else:
            x = f(z) if layer.placement == "none" else normalize(index, f(z))
    return x


def _average(found: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    mean, var = np.mean(found, axis=0)
    return mean, var
