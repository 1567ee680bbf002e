"""The calls that compute one layer: textbook functions tied to the arrays that they fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bnsim.engine import activations, batchnorm, dense
from bnsim.engine.activations import ACTIVATIONS
from bnsim.engine.arrays import Array
from bnsim.engine.layout import LayerPlan

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
    """The backward pass of a layer: the forward pass in reverse."""
    weighted_sums = partial(
        dense.backward, of["d_z"], of["x"], of["W"], of["d_x"], of["d_W"], of["d_b"]
    )
    if plan.placement == "before":
        return [_activation(plan, of, "y"), _normalization(plan, of, "z"), weighted_sums]
    activation = _activation(plan, of, "z")
    if plan.placement == "after":
        return [_normalization(plan, of, "a"), activation, weighted_sums]
    return [activation, weighted_sums]


def running_calls(plan: LayerPlan, of: Arrays) -> list[Callable[..., None]]:
    """The update of the running statistics, if any, that waits for the count of batches."""
    if "running_mean" not in of:
        return []
    running, batch = (of["running_mean"], of["running_var"]), (of["mean"], of["var"])
    update = batchnorm.update_running
    return [partial(update, *running, *batch, len(of["x"]), plan.dialect)]


def _activation(plan: LayerPlan, of: Arrays, x: str) -> Call:
    df = ACTIVATIONS[plan.activation].df
    return partial(activations.backward, df, of["d_a"], of[x], of["a"], of["d_" + x])


def _normalize(plan: LayerPlan, of: Arrays, x: str) -> Call:
    gamma, beta = of.get("gamma"), of.get("beta")
    return partial(batchnorm.forward, of[x], gamma, beta, plan.dialect, _normalized(of))


def _normalization(plan: LayerPlan, of: Arrays, x: str) -> Call:
    gamma = of.get("gamma")
    # without gamma, d_x_hat is d_y: one array under two names
    d_y = of["d_x_hat"] if gamma is None else of["d_y"]
    affine = of.get("d_gamma"), of.get("d_beta")
    out = batchnorm.Gradients(of["d_x_hat"], of["d_mean"], of["d_var"], of["d_" + x], *affine)
    return partial(batchnorm.backward, d_y, _normalized(of), gamma, plan.dialect, out)


def _normalized(of: Arrays) -> batchnorm.Normalized:
    return batchnorm.Normalized(of["mean"], of["var"], of["std"], of["x_hat"], of["y"])
