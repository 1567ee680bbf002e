"""The calls that compute one layer: textbook functions tied to the arrays that they fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from bnsim.engine import activations, batchnorm, dense, frozen, running
from bnsim.engine.activations import ACTIVATIONS
from bnsim.engine.arrays import Array
from bnsim.engine.dialects import Dialect
from bnsim.engine.layout import LayerPlan, Plan

Arrays = Mapping[str, Array]
"""The arrays of one layer by their letters."""

Call = Callable[[], object]


def forward_calls(plan: LayerPlan, of: Arrays) -> list[Call]:
    """The forward pass of a layer: dense, then activation and normalization as placed."""
    f = ACTIVATIONS[plan.activation].f
    weighted_sums = partial(dense.forward, of["x"], of["W"], of["b"], of["z"])
    if plan.placement == "before":
        return [weighted_sums, _normalize(plan, of, "z"), partial(f, of["y"], of["a"])]
    activate = partial(f, of["z"], of["a"])
    if plan.placement == "after":
        return [weighted_sums, activate, _normalize(plan, of, "a")]
    return [weighted_sums, activate]


def backward_calls(plan: LayerPlan, of: Arrays) -> list[Call]:
    """The backward pass of a layer, the forward pass in reverse, without the last `input_call`."""
    weights = partial(dense.parameter_gradients, of["d_z"], of["x"], of["d_W"], of["d_b"])
    if plan.placement == "before":
        return [_activation(plan, of, "y"), _normalization(plan, of), weights]
    activation = _activation(plan, of, "z")
    if plan.placement == "after":
        return [_normalization(plan, of), activation, weights]
    return [activation, weights]


def input_call(of: Arrays) -> Call:
    """The gradient that a layer passes on to the one before."""
    return partial(dense.input_gradient, of["d_z"], of["W"], of["d_x"])


def shown_calls(plan: LayerPlan, of: Arrays) -> list[Call]:
    """The gradients of a layer that nothing in training depends on."""
    if plan.placement == "none" or plan.frozen:
        return []
    return [partial(batchnorm.shown_gradients, *_normalization_arguments(plan, of))]


def running_weights(plan: Plan, count: float) -> tuple[Array, Array]:
    """The weights of the old running statistics and of the batch's, for `running.move`.

    One number for each running statistic of the network, in the order of `Layout.running`.
    """
    old: list[float] = []
    new: list[float] = []
    for layer in plan.layers:
        if layer.placement != "none" and layer.dialect.has_running:
            weights = running.weights(plan.batch, layer.dialect, count)
            of_old, of_mean, of_var = (1.0, 0.0, 0.0) if layer.frozen else weights
            old += [of_old] * (2 * layer.n_out)
            new += [of_mean] * layer.n_out + [of_var] * layer.n_out
    return np.array(old), np.array(new)


def _activation(plan: LayerPlan, of: Arrays, x: str) -> Call:
    df = ACTIVATIONS[plan.activation].df
    return partial(activations.backward, df, of["d_a"], of[x], of["a"], of["d_" + x])


def _normalize(plan: LayerPlan, of: Arrays, x: str) -> Call:
    rest = of.get("gamma"), of.get("beta"), plan.dialect, _normalized(of)
    if plan.frozen:
        return partial(frozen.forward, of[x], of["running_mean"], of["running_var"], *rest)
    return partial(batchnorm.forward, of[x], *rest)


def _normalization(plan: LayerPlan, of: Arrays) -> Call:
    backward = frozen.backward if plan.frozen else batchnorm.pass_back
    return partial(backward, *_normalization_arguments(plan, of))


def _normalization_arguments(
    plan: LayerPlan, of: Arrays
) -> tuple[Array, batchnorm.Normalized, Array | None, Dialect, batchnorm.Gradients]:
    gamma = of.get("gamma")
    # without gamma, d_x_hat is d_y: one array under two names
    d_y = of["d_x_hat"] if gamma is None else of["d_y"]
    d_x = of["d_z" if plan.placement == "before" else "d_a"]
    affine = of.get("d_gamma"), of.get("d_beta")
    out = batchnorm.Gradients(of["d_x_hat"], of["d_mean"], of["d_var"], d_x, *affine)
    return d_y, _normalized(of), gamma, plan.dialect, out


def _normalized(of: Arrays) -> batchnorm.Normalized:
    return batchnorm.Normalized(of["mean"], of["var"], of["std"], of["x_hat"], of["y"])
