"""Optimizers: one step on the flat vector of all parameters, in place."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from bnsim.engine.arrays import Array, number

MOMENTUM = 0.9
BETA_1, BETA_2, ADAM_EPS = 0.9, 0.999, 1e-8


class Step(Protocol):
    """One step of an optimizer, written into ``params`` and ``moments``."""

    def __call__(
        self, params: Array, grads: Array, moments: Array, count: float, rate: float
    ) -> None:
        """Move the parameters.

        Parameters
        ----------
        params, grads : ndarray of shape (P,)
            All parameters, changed in place, and their gradients, only read.
        moments : ndarray of shape (n_moments, P)
            What the optimizer remembers, all 0 before the first step; changed in place.
        count : float
            The number of this step, 1 for the first.
        rate : float
            The learning rate.
        """


class Optimizer(NamedTuple):
    """A row of the table: its name, how many moments it keeps, and its step."""

    name: str
    n_moments: int
    step: Step


def stay(params: Array, grads: Array, moments: Array, count: float, rate: float) -> None:
    """Train nothing, as the article, whose weights are set by hand."""


def sgd(params: Array, grads: Array, moments: Array, count: float, rate: float) -> None:
    """Gradient descent: p ← p - rate g."""
    np.subtract(params, np.multiply(grads, number(rate)), params)


def momentum(params: Array, grads: Array, moments: Array, count: float, rate: float) -> None:
    """Momentum in PyTorch's form: v ← 0.9 v + g,  p ← p - rate v."""
    velocity = moments[0]
    np.multiply(velocity, MOMENTUM, out=velocity)
    np.add(velocity, grads, out=velocity)
    np.subtract(params, rate * velocity, out=params)


def adam(params: Array, grads: Array, moments: Array, count: float, rate: float) -> None:
    """Adam (Kingma and Ba 2015, Algorithm 1) with its bias corrections.

    Notes
    -----
    u ← 0.9 u + 0.1 g,  v ← 0.999 v + 0.001 g²,
    p ← p - rate û / (√v̂ + 1e-8)  with  û = u / (1 - 0.9ᵗ),  v̂ = v / (1 - 0.999ᵗ).
    """
    u, v = moments
    u += (1 - BETA_1) * (grads - u)
    v += (1 - BETA_2) * (grads * grads - v)
    u_hat, v_hat = u / (1 - BETA_1**count), v / (1 - BETA_2**count)
    np.subtract(params, rate * u_hat / (np.sqrt(v_hat) + ADAM_EPS), out=params)


OPTIMIZERS: dict[str, Optimizer] = {
    row.name: row
    for row in (
        Optimizer("none", 0, stay),
        Optimizer("sgd", 0, sgd),
        Optimizer("momentum", 1, momentum),
        Optimizer("adam", 2, adam),
    )
}
