"""The same network in PyTorch, where that is installed: forward, loss, autograd.

PyTorch is never needed; it is imported when somebody asks.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnsim.engine.layout import PARAMETERS, RUNNING, LayerPlan
from bnsim.sim.derivatives import NEGLIGIBLE, Key, relative_error
from bnsim.sim.run import BatchRecord

Array = NDArray[np.float64]
Tensors = dict[str, Any]


def installed() -> bool:
    """Whether PyTorch can be imported."""
    return find_spec("torch") is not None


def errors_against_torch(record: BatchRecord) -> dict[Key, float]:
    """How far every tensor of a first batch is from that of PyTorch in float64.

    Parameters
    ----------
    record : BatchRecord
        Of batch 0: its running statistics were 0 and 1 before.

    Returns
    -------
    dict of (layer, name) to float
        z, y, a, running statistics and derivatives of each layer, and (-1, "loss"); relative
        to the largest number of the tensor, or to a ten-thousandth of the largest of its kind.
    """
    theirs = _solve(record)
    floors = {
        kind: NEGLIGIBLE
        * max(float(np.abs(v).max()) for k, v in theirs.items() if _kind(k) == kind)
        for kind in {_kind(key) for key in theirs}
    }
    return {
        key: relative_error(record.view(*key), value, floors[_kind(key)])
        for key, value in theirs.items()
    }


def _kind(key: Key) -> str:
    return "loss" if key[0] < 0 else "derivative" if key[1].startswith("d_") else "value"


def _solve(record: BatchRecord) -> dict[Key, Array]:
    """Every tensor that is compared, as PyTorch computes it."""
    torch: Any = import_module("torch")
    x = torch.tensor(record.view(0, "x"), requires_grad=True)
    layers, out = [], x
    for index, plan in enumerate(record.plan.layers):
        of = {
            n: torch.tensor(record.view(index, n), requires_grad=True)
            for n in PARAMETERS
            if record.has(index, n)
        }
        out = _layer(torch, plan, of, out)
        layers.append(of)
    loss = _loss(torch, record, out)
    loss.backward()
    found = {(-1, "loss"): loss, (0, "d_x"): x.grad}
    for index, of in enumerate(layers):
        found |= {(index, f"d_{name}"): of[name].grad for name in PARAMETERS if name in of}
        found |= {(index, name): of[name] for name in ("z", "y", "a", *RUNNING) if name in of}
    return {key: value.detach().numpy() for key, value in found.items()}


def _loss(torch: Any, record: BatchRecord, out: Any) -> Any:
    f, targets = torch.nn.functional, torch.tensor(record.targets)
    row = {"mse": f.mse_loss, "cross_entropy": f.cross_entropy}[record.plan.loss]
    return row(out, targets)


def _layer(torch: Any, plan: LayerPlan, of: Tensors, x: Any) -> Any:
    """One layer; what it computes is added to ``of`` under the engine's letters."""
    activate = _activation(torch, plan.activation)
    of["z"] = x @ of["W"] + of["b"]
    if plan.placement == "before":
        of["y"] = _normalize(torch, plan, of, of["z"])
        of["a"] = activate(of["y"])
        return of["a"]
    of["a"] = activate(of["z"])
    if plan.placement == "none":
        return of["a"]
    of["y"] = _normalize(torch, plan, of, of["a"])
    return of["y"]


def _activation(torch: Any, name: str) -> Any:
    f = torch.nn.functional
    return {
        "relu": f.relu,
        "leaky_relu": f.leaky_relu,
        "elu": f.elu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "identity": torch.nn.Identity(),
    }[name]


def _normalize(torch: Any, plan: LayerPlan, of: Tensors, x: Any) -> Any:
    """Normalization by PyTorch's own function where there is one for the dialect."""
    dialect, f = plan.dialect, torch.nn.functional
    affine = of.get("gamma"), of.get("beta")
    if dialect.axis == 1:
        return f.layer_norm(x, x.shape[1:], *affine, dialect.eps)
    mean, var = torch.zeros_like(x[0]).detach(), torch.ones_like(x[0]).detach()
    if not plan.frozen and len(x) > 1 and dialect.unbiased and dialect.eps and not dialect.added:
        rate = 1.0 if dialect.cumulative else dialect.running_rate
        y = f.batch_norm(x, mean, var, *affine, True, rate or 0.0, dialect.eps)
    else:
        y, mean, var = _written(torch, plan, of, x, (mean, var))
    if dialect.has_running:
        of["running_mean"], of["running_var"] = mean, var
    return y


def _written(
    torch: Any, plan: LayerPlan, of: Tensors, x: Any, running: tuple[Any, Any]
) -> tuple[Any, Any, Any]:
    """The other dialects from differentiable operations: y and the running statistics."""
    mean, var = running if plan.frozen else (x.mean(0), ((x - x.mean(0)) ** 2).mean(0))
    # the slope of a root at 0 is infinite, and autograd makes NaN of it
    constant = var + plan.dialect.eps == 0
    root = torch.where(constant, 0.0, torch.where(constant, 1.0, var + plan.dialect.eps).sqrt())
    std = root + plan.dialect.added
    x_hat = torch.where(std == 0, 0.0, x - mean) / torch.where(std == 0, 1.0, std)
    y = of["gamma"] * x_hat + of["beta"] if "gamma" in of else x_hat
    return y, *(running if plan.frozen else _moved(plan, running, mean, var, len(x)))


def _moved(
    plan: LayerPlan, running: tuple[Any, Any], mean: Any, var: Any, m: int
) -> tuple[Any, Any]:
    dialect = plan.dialect
    rate = 1.0 if dialect.cumulative else dialect.running_rate or 0.0
    var = var * m / (m - 1) if dialect.unbiased and m > 1 else var
    return (1 - rate) * running[0] + rate * mean, (1 - rate) * running[1] + rate * var
