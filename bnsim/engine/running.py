"""Running statistics, and what a trained network does with them.

Ioffe and Szegedy (2015), Algorithm 2; the moving averages are those of PyTorch and Keras.
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.arrays import Array, never_zero, number
from bnsim.engine.dialects import Dialect


def update_running(
    running_mean: Array,
    running_var: Array,
    mean: Array,
    var: Array,
    m: int,
    dialect: Dialect,
    count: float = 0.0,
) -> None:
    """Move the running statistics towards those of a batch, in place.

    Parameters
    ----------
    running_mean, running_var : ndarray of shape (H,)
        0 and 1 before the first batch.
    mean, var : ndarray of shape (H,)
        Statistics of the batch.
    m : int
        Samples in the batch.
    dialect : Dialect
    count : float
        How many batches came before; only cumulative dialects look at it.

    Notes
    -----
    r ← (1 - α) r + α s with α the weight of the new batch, or 1 / (count + 1) for the plain
    average.  The unbiased s of the variance is var m / (m - 1), and var for a batch of 1.
    PyTorch's ``momentum`` is α, that of Keras 1 - α.
    """
    old, of_mean, of_var = weights(m, dialect, count)
    move(running_mean, mean, number(old), number(of_mean))
    move(running_var, var, number(old), number(of_var))


def weights(m: int, dialect: Dialect, count: float = 0.0) -> tuple[float, float, float]:
    """The weights of the old running statistics, of a batch's mean, and of its variance."""
    alpha = 1.0 / (count + 1.0) if dialect.cumulative else (dialect.running_rate or 0.0)
    correction = m / (m - 1) if dialect.unbiased and m > 1 else 1.0
    return 1.0 - alpha, alpha, alpha * correction


def move(running: Array, batch: Array, old: Array, new: Array) -> None:
    """Move statistics in place, r ← old r + new s: any number at once, each with its weights."""
    np.multiply(running, old, running)
    np.add(running, np.multiply(batch, new), running)


def infer(
    x: Array,
    running_mean: Array,
    running_var: Array,
    gamma: Array | None,
    beta: Array | None,
    dialect: Dialect,
) -> Array:
    """Normalize with running statistics, each sample for itself.

    Parameters
    ----------
    x : ndarray of shape (m, H)
    running_mean, running_var : ndarray of shape (H,)
    gamma, beta : ndarray of shape (H,), or None in dialects without them
    dialect : Dialect

    Returns
    -------
    y : ndarray of shape (m, H)

    Notes
    -----
    y = gamma (x - running_mean) / (√(running_var + eps) + added) + beta, a fixed affine map.
    """
    std = np.sqrt(running_var + dialect.eps) + dialect.added
    x_hat = (x - running_mean) / never_zero(std)
    return x_hat if gamma is None or beta is None else x_hat * gamma + beta


def fold(
    W: Array,
    b: Array,
    running_mean: Array,
    running_var: Array,
    gamma: Array | None,
    beta: Array | None,
    dialect: Dialect,
) -> tuple[Array, Array]:
    """The one linear layer that equals x W + b followed by `infer`.

    Parameters
    ----------
    W : ndarray of shape (D, H)
    b, running_mean, running_var : ndarray of shape (H,)
    gamma, beta : ndarray of shape (H,), or None in dialects without them
    dialect : Dialect

    Returns
    -------
    W, b : ndarray of shapes (D, H) and (H,)

    Notes
    -----
    W' = W gamma / std  and  b' = (b - running_mean) gamma / std + beta, which is `infer` of b.
    """
    std = np.sqrt(running_var + dialect.eps) + dialect.added
    scale = (1.0 if gamma is None else gamma) / never_zero(std)
    return W * scale, infer(b, running_mean, running_var, gamma, beta, dialect)
