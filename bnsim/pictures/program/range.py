"""How large the numbers of a batch can get: whether a program needs to guard their squares."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from bnsim.engine.initializations import INITIALIZATIONS
from bnsim.engine.layout import LayerPlan, Plan
from bnsim.sim.run import inputs_of
from bnsim.sim.spec import Edit, Override, Scenario

TINY = 1e-30
"""Where nothing is added, dividing by such deviations makes gradients large."""

Changes = Sequence[Override | Edit]

VALUES, GRADIENTS = 140.0, 280.0
"""Exponents of 10: the square of such a value is finite, and such a gradient."""

TRAINED = 30.0
"""Values that are smaller before any training stay far from `VALUES`."""


def may_overflow(scenario: Scenario, plan: Plan, changes: Changes) -> bool:
    """Whether a square or a gradient might overflow.

    Parameters
    ----------
    scenario : Scenario
    plan : Plan
        Of one lane.
    changes : sequence of Override or Edit
        What is set by hand.

    Returns
    -------
    bool
        True may be too careful, as only the largest numbers are looked at.  False is certain
        where nothing trains.
    """
    inputs = np.abs(inputs_of(scenario))
    if divides_by_nothing(plan) and inputs.min(initial=1.0, where=inputs > 0) < TINY:
        return True
    targets = [v for row in scenario.data.targets or () for v in row]
    by_hand = [c.value for c in changes if c.layer is None]
    size = largest = _exponent([float(inputs.max()), *targets, *by_hand])
    gain = 0.0
    for index, layer in enumerate(plan.layers):
        factor = _of_weights(scenario, index, layer, changes)
        size += factor
        largest, gain = max(largest, size), gain + factor
        if layer.placement != "none":
            scale = _exponent(c.value for c in changes if c.layer == index)
            # |x_hat| is at most the root of the number of values
            size = scale + math.log10(2.0 * (plan.batch + layer.n_out))
            gain += scale + _of_division(layer)
            largest = max(largest, size)
    most = VALUES if plan.optimizer == "none" else TRAINED
    return largest > most or largest + gain > GRADIENTS


def divides_by_nothing(plan: Plan) -> bool:
    """Whether a normalization divides by a deviation to which nothing is added."""
    norms = [layer.dialect for layer in plan.layers if layer.placement != "none"]
    return any(dialect.eps + dialect.added < 1e-12 for dialect in norms)


def _exponent(values: Iterable[float]) -> float:
    """The exponent of 10 of the largest size, at least 0."""
    return math.log10(max((1.0, *map(abs, values))))


def _of_weights(scenario: Scenario, index: int, layer: LayerPlan, changes: Changes) -> float:
    """The exponent by which a layer's weights may make its inputs, or its gradients, larger."""
    given, rule = scenario.layers[index], scenario.initialization
    drawn = 10.0 * INITIALIZATIONS[rule.rule](layer.n_in, layer.n_out, rule.sd)
    weights = [v for row in given.weights for v in row] if given.weights else [drawn]
    by_hand = [c.value for c in changes if c.layer == index]
    largest = _exponent([*weights, *(given.bias or ()), *by_hand])
    return largest + math.log10(2.0 * (layer.n_in + layer.n_out))


def _of_division(layer: LayerPlan) -> float:
    """The exponent by which batch normalization may make a gradient larger: 3 / std."""
    std = max(math.sqrt(layer.dialect.eps) + layer.dialect.added, 1e-17)
    return 0.5 + max(0.0, -math.log10(std))
