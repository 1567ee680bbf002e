"""Batch normalization in training: forward, and backward through the batch's statistics.

Ioffe and Szegedy (2015), Algorithm 1, in a general form that holds every framework's dialect:

    mean = Σ x / m,   var = Σ (x - mean)² / m,   std = √(var + eps) + added,
    x_hat = (x - mean) / std,   y = gamma x_hat + beta.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bnsim.engine.arrays import Array, all_finite, column_sum, never_zero
from bnsim.engine.dialects import DIALECTS, Dialect
from bnsim.engine.running import fold, infer, update_running

__all__ = [
    "DIALECTS",
    "Dialect",
    "Gradients",
    "Normalized",
    "backward",
    "fold",
    "forward",
    "infer",
    "update_running",
]


class Normalized(NamedTuple):
    """Every stage of the forward pass: (H,) statistics ((m,) with axis 1), (m, H) values.

    Without gamma and beta, ``y`` is ``x_hat``.
    """

    mean: Array
    var: Array
    std: Array
    x_hat: Array
    y: Array


class Gradients(NamedTuple):
    """Every stage of the backward pass, of the shapes of `Normalized`; (H,) for the last two.

    Without gamma and beta, ``d_x_hat`` is ``d_y`` and the last two are None.
    """

    d_x_hat: Array
    d_mean: Array
    d_var: Array
    d_x: Array
    d_gamma: Array | None
    d_beta: Array | None


def forward(
    x: Array,
    gamma: Array | None,
    beta: Array | None,
    dialect: Dialect,
    out: Normalized | None = None,
) -> Normalized:
    """Normalize a batch with its own statistics.

    Parameters
    ----------
    x : ndarray of shape (m, H)
    gamma, beta : ndarray of shape (H,), or None in dialects without them
    dialect : Dialect
    out : Normalized, optional
        Where the results go.

    Returns
    -------
    Normalized

    Notes
    -----
    The two-pass variance loses nothing when the mean is large.  A neuron whose values differ
    by rounding only has x_hat = 0 where eps = 0; values whose squares overflow are scaled by
    a power of two, so that x_hat stays exact while var is infinite.
    """
    out = out or _normalized_like(x, dialect)
    columns, x_hat = _columns(x, dialect), _columns(out.x_hat, dialect)
    # y is free until the end and holds the squares meanwhile, unless it is x_hat
    squares = None if gamma is None else _columns(out.y, dialect)
    _center(columns, out.mean, out.var, x_hat, squares)
    _divide(columns, dialect, out, x_hat)
    if gamma is not None and beta is not None:
        np.multiply(out.x_hat, gamma, out=out.y)
        np.add(out.y, beta, out=out.y)
    return out


def _normalized_like(x: Array, dialect: Dialect) -> Normalized:
    mean, var, std = np.empty((3, x.shape[1 - dialect.axis]))
    x_hat = np.empty(x.shape)
    return Normalized(mean, var, std, x_hat, np.empty(x.shape) if dialect.affine else x_hat)


def _columns(x: Array, dialect: Dialect) -> Array:
    """What is normalized together, in columns."""
    return x if dialect.axis == 0 else x.T


def _center(x: Array, mean: Array, var: Array, centered: Array, squares: Array | None) -> None:
    """The mean, x - mean, and the variance: two passes over the batch."""
    m = float(len(x))
    column_sum(x, mean)
    np.divide(mean, m, out=mean)
    np.subtract(x, mean, out=centered)
    column_sum(np.multiply(centered, centered, out=squares), var)
    np.divide(var, m, out=var)


def _divide(x: Array, dialect: Dialect, out: Normalized, x_hat: Array) -> None:
    """From x - mean to x_hat, in place."""
    if dialect.eps == 0.0:
        constant = _is_rounding(out.var, x)
        out.var[constant], x_hat[:, constant] = 0.0, 0.0
    np.add(out.var, dialect.eps, out=out.std)
    np.sqrt(out.std, out=out.std)
    if dialect.added:
        np.add(out.std, dialect.added, out=out.std)
    np.divide(x_hat, _divisor(out.std, dialect), out=x_hat)
    if not all_finite(out.var):
        _normalize_huge(x, dialect, out, x_hat)


def _is_rounding(var: Array, x: Array) -> Array:
    """Where the deviation is no larger than 4 units in the last place of the largest |x|."""
    return np.asarray(np.sqrt(var) <= 4.0 * np.spacing(np.abs(x).max(axis=0)))


def _divisor(std: Array, dialect: Dialect) -> Array:
    """The denominator std, infinite in place of 0, so that every quotient is 0 there."""
    return std if dialect.eps or dialect.added else never_zero(std)


def _root(forward_pass: Normalized, std: Array, dialect: Dialect) -> Array:
    """√(var + eps), infinite in place of 0; where var is infinite, std is all that is known."""
    if not dialect.added:
        return std
    return never_zero(np.minimum(np.sqrt(forward_pass.var + dialect.eps), std))


def _normalize_huge(x: Array, dialect: Dialect, out: Normalized, x_hat: Array) -> None:
    """Normalize again where x is finite but its squares overflow.

    x_hat of x and x_hat of x 2⁻ᵏ agree exactly when eps and added shrink along with x.
    """
    huge = ~np.isfinite(out.var) & np.isfinite(x).all(axis=0)
    k = np.frexp(np.abs(x[:, huge]).max(axis=0, initial=0.0))[1]
    small = np.ldexp(x[:, huge], -k)
    centered = small - small.mean(axis=0)
    var = np.square(centered).mean(axis=0)
    var[_is_rounding(var, small)] = 0.0
    std = np.sqrt(var + np.ldexp(dialect.eps, -2 * k)) + np.ldexp(dialect.added, -k)
    x_hat[:, huge] = centered / np.where(var == 0.0, np.inf, std)
    out.mean[huge] = np.ldexp(small.mean(axis=0), k)
    out.var[huge] = np.ldexp(var, 2 * k)
    constant_std = dialect.eps**0.5 + dialect.added
    out.std[huge] = np.where(var == 0.0, constant_std, np.ldexp(std, k))


def backward(
    d_y: Array,
    forward_pass: Normalized,
    gamma: Array | None,
    dialect: Dialect,
    out: Gradients | None = None,
) -> Gradients:
    """The gradients, through the statistics of the batch too.

    Parameters
    ----------
    d_y : ndarray of shape (m, H)
    forward_pass : Normalized
        What `forward` gave.
    gamma : ndarray of shape (H,), or None in dialects without it
    dialect : Dialect
    out : Gradients, optional
        Where the results go.

    Returns
    -------
    Gradients

    Notes
    -----
    The chain rule of Ioffe and Szegedy (2015), section 3, with root = √(var + eps):

        d_x_hat = d_y gamma
        d_mean  = -Σ d_x_hat / std
        d_var   = -Σ (d_x_hat x_hat) / std · 1 / (2 root)
        d_x     = d_x_hat / std + d_var · 2 (x - mean) / m + d_mean / m
        d_gamma = Σ d_y x_hat,   d_beta = Σ d_y
    """
    out = out or _gradients_like(d_y, forward_pass, dialect)
    if gamma is None:
        out = out if out.d_x_hat is d_y else out._replace(d_x_hat=d_y)
    else:
        np.multiply(d_y, gamma, out=out.d_x_hat)
        _affine_gradients(d_y, forward_pass.x_hat, out)
    _input_gradient(forward_pass, dialect, out)
    return out


def _gradients_like(d_y: Array, forward_pass: Normalized, dialect: Dialect) -> Gradients:
    d_mean, d_var = np.empty((2, *forward_pass.mean.shape))
    d_gamma, d_beta = np.empty((2, d_y.shape[1])) if dialect.affine else (None, None)
    d_x_hat = np.empty(d_y.shape) if dialect.affine else d_y
    return Gradients(d_x_hat, d_mean, d_var, np.empty(d_y.shape), d_gamma, d_beta)


def _affine_gradients(d_y: Array, x_hat: Array, out: Gradients) -> None:
    # d_x is free until the end and holds the products meanwhile
    column_sum(np.multiply(d_y, x_hat, out=out.d_x), out.d_gamma)
    column_sum(d_y, out.d_beta)


def _input_gradient(forward_pass: Normalized, dialect: Dialect, out: Gradients) -> None:
    """d_mean, d_var and d_x.

    As x - mean = x_hat std, the middle term of d_x is -x_hat pull / std, in which nothing
    overflows or vanishes, with pull = -2 d_var std² / m = Σ (d_x_hat x_hat) std / (m root).
    """
    d_x_hat, d_x = _columns(out.d_x_hat, dialect), _columns(out.d_x, dialect)
    x_hat, m = _columns(forward_pass.x_hat, dialect), float(len(d_x))
    std = _divisor(forward_pass.std, dialect)
    root = _root(forward_pass, std, dialect)
    product = column_sum(np.multiply(d_x_hat, x_hat, out=d_x))
    np.divide(column_sum(d_x_hat), -std, out=out.d_mean)
    np.divide(product, -2.0 * std * root, out=out.d_var)
    pull = product / m if root is std else product * std / (m * root)
    np.multiply(x_hat, pull, out=d_x)
    np.subtract(d_x_hat, d_x, out=d_x)
    np.divide(d_x, std, out=d_x)
    np.add(d_x, out.d_mean / m, out=d_x)
