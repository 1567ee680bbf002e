"""Batch normalization with frozen statistics: constants in place of those of the batch.

As PyTorch's ``bn.eval()`` in the middle of training, or Keras's ``trainable = False``: a
fixed affine map, in which no sample sees another.
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.arrays import Array, column_sum, never_zero
from bnsim.engine.batchnorm import Gradients, Normalized
from bnsim.engine.dialects import Dialect


def forward(
    x: Array,
    running_mean: Array,
    running_var: Array,
    gamma: Array | None,
    beta: Array | None,
    dialect: Dialect,
    out: Normalized,
) -> Normalized:
    """Normalize with running statistics, every stage kept.

    Parameters
    ----------
    x : ndarray of shape (m, H)
    running_mean, running_var : ndarray of shape (H,)
    gamma, beta : ndarray of shape (H,), or None in dialects without them
    dialect : Dialect
    out : Normalized
        Where the results go; ``mean`` and ``var`` receive the running ones.

    Returns
    -------
    Normalized

    Notes
    -----
    y = gamma (x - running_mean) / (√(running_var + eps) + added) + beta.
    """
    np.copyto(out.mean, running_mean)
    np.copyto(out.var, running_var)
    np.add(np.sqrt(running_var + dialect.eps), dialect.added, out=out.std)
    np.divide(x - running_mean, never_zero(out.std), out=out.x_hat)
    if gamma is not None and beta is not None:
        np.add(np.multiply(out.x_hat, gamma, out=out.y), beta, out=out.y)
    return out


def backward(
    d_y: Array,
    stages: Normalized,
    gamma: Array | None,
    dialect: Dialect,
    out: Gradients,
) -> Gradients:
    """The gradients, no sample's through another.

    Parameters
    ----------
    d_y : ndarray of shape (m, H)
    stages : Normalized
        What `forward` gave.
    gamma : ndarray of shape (H,), or None in dialects without it
    dialect : Dialect
    out : Gradients
        Where the results go.

    Returns
    -------
    Gradients

    Notes
    -----
    d_x = d_y gamma / std,  d_gamma = Σ d_y x_hat,  d_beta = Σ d_y.  Constants pass nothing
    back, so d_mean and d_var are 0.
    """
    if gamma is not None:
        np.multiply(d_y, gamma, out=out.d_x_hat)
        column_sum(d_y * stages.x_hat, out.d_gamma)
        column_sum(d_y, out.d_beta)
    out.d_mean[...], out.d_var[...] = 0.0, 0.0
    np.divide(d_y if gamma is None else out.d_x_hat, never_zero(stages.std), out=out.d_x)
    return out
