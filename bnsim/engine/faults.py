"""Why a step is not committed: the first number that is not finite, by name and place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bnsim.engine.arrays import Array
from bnsim.engine.layout import (
    NETWORK,
    PARAMETERS,
    STATISTICS,
    Key,
    Layout,
    Plan,
    is_shown_only,
)
from bnsim.engine.optimizers import OPTIMIZERS


class NonFinite(NamedTuple):
    """Where a number is not finite; -1 for what the array does not have.

    ``layer`` is -1 for the loss.  In a weight matrix ``sample`` is the input.  The name of a
    parameter that only the update makes infinite is "next W", "next b" and so on.
    """

    layer: int
    name: str
    sample: int
    neuron: int


def fault_of(plan: Plan, layout: Layout, arena: Array) -> NonFinite | None:
    """Why the batch of a record is not committed, None when it is.

    Parameters
    ----------
    plan : Plan
    layout : Layout
    arena : ndarray of shape (layout.size,)
        A copy made between `Network.backward` and `Network.update`; only read.

    Returns
    -------
    NonFinite or None
        The first number that is infinite or NaN, or that the update would make so.
    """
    return first_non_finite(plan, layout, arena) or _overflow_of_update(plan, layout, arena)


def first_non_finite(plan: Plan, layout: Layout, arena: Array) -> NonFinite | None:
    """The first number of an arena that is infinite or NaN, in the order of computation.

    Values come first, layer by layer; then the loss; then gradients, from the loss back.
    Gradients that training does not need stop no training, and are left out.
    """
    for layer, name in _names_as_computed(plan, layout):
        where = np.argwhere(~np.isfinite(layout.view(arena, layer, name)))
        if len(where):
            return NonFinite(layer, name, *_sample_and_neuron(plan, layer, name, where[0]))
    return None


def _names_as_computed(plan: Plan, layout: Layout) -> Iterator[Key]:
    layers = range(len(plan.layers))
    keys = [(layer, name) for layer in layers for name in layout.names(layer)]
    keys = [key for key in keys if not is_shown_only(plan, key)]
    yield from (key for key in keys if not key[1].startswith("d_"))
    yield NETWORK, "loss"
    for layer in reversed(layers):
        yield from (key for key in keys if key[0] == layer and key[1].startswith("d_"))


def _sample_and_neuron(plan: Plan, layer: int, name: str, index: Array) -> tuple[int, int]:
    if len(index) == 2:
        return int(index[0]), int(index[1])
    if len(index) == 0:
        return -1, -1
    of_samples = plan.layers[layer].dialect.axis == 1 and name.removeprefix("d_") in STATISTICS
    return (int(index[0]), -1) if of_samples else (-1, int(index[0]))


def _overflow_of_update(plan: Plan, layout: Layout, arena: Array) -> NonFinite | None:
    """The first parameter that the update, tried on a copy, makes infinite, or its moments."""
    params, moments = arena[layout.params].copy(), layout.view(arena, NETWORK, "moments").copy()
    count = float(layout.view(arena, NETWORK, "count")) + 1.0
    with np.errstate(all="ignore"):
        OPTIMIZERS[plan.optimizer].step(params, arena[layout.grads], moments, count, plan.rate)
    bad = ~(np.isfinite(params) & np.isfinite(moments).all(axis=0))
    return _parameter_at(plan, layout, int(bad.argmax())) if bad.any() else None


def _parameter_at(plan: Plan, layout: Layout, place: int) -> NonFinite:
    """The parameter that lies at a place of the arena."""
    for layer in range(len(plan.layers)):
        for name in layout.names(layer):
            slot = layout.slots[layer][name]
            if name in PARAMETERS and slot.place.start <= place < slot.place.stop:
                index = np.array(np.unravel_index(place - slot.place.start, slot.shape))
                return NonFinite(
                    layer, f"next {name}", *_sample_and_neuron(plan, layer, name, index)
                )
    raise IndexError(f"no parameter lies at {place}")
