"""Batch normalization folded into the layers round it: the same outputs without it."""

from __future__ import annotations

import numpy as np

from bnsim.engine.arrays import Array
from bnsim.engine.inference import Statistics, normalization_of, running_statistics
from bnsim.engine.layout import LayerPlan, Layout, Plan
from bnsim.engine.network import Network
from bnsim.engine.running import fold

Affine = tuple[Array, Array]
"""scale and shift, each (H,), of y = scale v + shift."""

Folded = tuple[LayerPlan, dict[str, Array]]
"""A layer and its parameters by name."""


@np.errstate(all="ignore")
def folded(
    plan: Plan, layout: Layout, arena: Array, statistics: Statistics | None = None
) -> Network:
    """A network without batch normalization whose outputs are those of `inference.outputs`.

    Parameters
    ----------
    plan : Plan
    layout : Layout
    arena : ndarray of shape (layout.size,)
        Or a state.
    statistics : Statistics, optional
        In place of the running ones.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        When a layer normalizes over the batch and there are no statistics for it.

    Notes
    -----
    In inference normalization is y = scale v + shift.  Before the activation it goes into
    the weights of its own layer (`running.fold`); after the activation into those of the
    next one, as (scale a + shift) W + b = a (scale W) + (shift W + b), or into an added
    layer without activation where none follows.  Layer normalization depends on the sample,
    so no fixed weights equal it: it stays.
    """
    known = running_statistics(plan, layout, arena) if statistics is None else statistics
    layers: list[Folded] = []
    passed_on = _unchanged(plan.layers[0].n_in)
    for index in range(len(plan.layers)):
        layers.append(_layer(plan, layout, arena, index, known, passed_on))
        passed_on = _passed_on(plan, layout, arena, index, known)
    if _over_the_batch(plan.layers[-1], "after"):
        scale, shift = passed_on
        added = LayerPlan(len(scale), len(scale), "identity", "none")
        layers.append((added, {"W": np.diag(scale), "b": shift}))
    return _network(plan, layers)


def _unchanged(n: int) -> Affine:
    return np.ones(n), np.zeros(n)


def _over_the_batch(layer: LayerPlan, *placements: str) -> bool:
    return layer.placement in placements and layer.dialect.axis == 0


def _layer(
    plan: Plan, layout: Layout, arena: Array, index: int, known: Statistics, passed_on: Affine
) -> Folded:
    """A layer with what the one before passes on, and its own normalization, in its weights."""
    layer, (scale, shift) = plan.layers[index], passed_on
    of = {n: layout.view(arena, index, n) for n in ("W", "b", *_kept(layer))}
    W, b = scale[:, None] * of["W"], shift.dot(of["W"]) + of["b"]
    if _over_the_batch(layer, "before"):
        W, b = fold(W, b, *normalization_of(plan, layout, arena, index, known))
    if _over_the_batch(layer, "before", "after"):
        layer = layer._replace(placement="none", frozen=False)
    return layer, {**of, "W": W, "b": b}


def _kept(layer: LayerPlan) -> tuple[str, ...]:
    """The further parameters of a layer normalization."""
    stays = layer.placement != "none" and layer.dialect.axis == 1 and layer.dialect.affine
    return ("gamma", "beta") if stays else ()


def _passed_on(plan: Plan, layout: Layout, arena: Array, index: int, known: Statistics) -> Affine:
    """What normalization after the activation leaves to the next layer."""
    layer = plan.layers[index]
    scale, shift = _unchanged(layer.n_out)
    if not _over_the_batch(layer, "after"):
        return scale, shift
    normalization = normalization_of(plan, layout, arena, index, known)
    row, shift = fold(scale[None, :], shift, *normalization)
    return row[0], shift


def _network(plan: Plan, layers: list[Folded]) -> Network:
    plans = tuple(layer for layer, _ in layers)
    network = Network(plan._replace(layers=plans, optimizer="none"))
    for index, (_, parameters) in enumerate(layers):
        for name, values in parameters.items():
            network.view(index, name)[...] = values
    return network
