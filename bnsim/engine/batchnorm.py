"""Batch normalization in training: forward, and backward through the batch's statistics.

Ioffe and Szegedy (2015), Algorithm 1, in a general form that holds every framework's dialect:

    mean = Σ x / m,   var = Σ (x - mean)² / m,   std = √(var + eps) + added,
    x_hat = (x - mean) / std,   y = gamma x_hat + beta.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bnsim.engine.arrays import Array, all_finite, column_sum, never_zero, number
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
    mean, var, _, x_hat, y = out
    columns, x_hat, squares = (x, x_hat, y) if dialect.axis == 0 else (x.T, x_hat.T, y.T)
    m = number(len(columns))
    np.divide(column_sum(columns, mean), m, mean)
    np.subtract(columns, mean, x_hat)
    # y is free until the end and holds the squares meanwhile, unless it is x_hat
    products = np.multiply(x_hat, x_hat, None if gamma is None else squares)
    np.divide(column_sum(products, var), m, var)
    _divide(columns, dialect, out, x_hat)
    if gamma is not None and beta is not None:
        np.multiply(out.x_hat, gamma, y)
        np.add(y, beta, y)
    return out


def _normalized_like(x: Array, dialect: Dialect) -> Normalized:
    mean, var, std = np.empty((3, x.shape[1 - dialect.axis]))
    x_hat = np.empty(x.shape)
    return Normalized(mean, var, std, x_hat, np.empty(x.shape) if dialect.affine else x_hat)


def _divide(x: Array, dialect: Dialect, out: Normalized, x_hat: Array) -> None:
    """From x - mean to x_hat, in place."""
    var, std = out.var, out.std
    if dialect.eps == 0.0:
        constant = _is_rounding(var, x)
        var[constant], x_hat[:, constant] = 0.0, 0.0
    np.sqrt(np.add(var, number(dialect.eps), std), std)
    if dialect.added:
        np.add(std, number(dialect.added), std)
    np.divide(x_hat, _divisor(std, dialect), x_hat)
    if not all_finite(var):
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

    It is `pass_back`, which training needs, and `shown_gradients`, which it does not.

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
        d_var   = -Σ (d_x_hat x_hat) / (2 std root)
        d_x     = d_x_hat / std + d_var · 2 (x - mean) / m + d_mean / m
        d_gamma = Σ d_y x_hat,   d_beta = Σ d_y
    """
    out = out or _gradients_like(d_y, forward_pass, dialect)
    if gamma is None and out.d_x_hat is not d_y:
        out = out._replace(d_x_hat=d_y)
    pass_back(d_y, forward_pass, gamma, dialect, out)
    shown_gradients(d_y, forward_pass, gamma, dialect, out)
    return out


def _gradients_like(d_y: Array, forward_pass: Normalized, dialect: Dialect) -> Gradients:
    d_mean, d_var = np.empty((2, *forward_pass.mean.shape))
    d_gamma, d_beta = np.empty((2, d_y.shape[1])) if dialect.affine else (None, None)
    d_x_hat = np.empty(d_y.shape) if dialect.affine else d_y
    return Gradients(d_x_hat, d_mean, d_var, np.empty(d_y.shape), d_gamma, d_beta)


def pass_back(
    d_y: Array, forward_pass: Normalized, gamma: Array | None, dialect: Dialect, out: Gradients
) -> None:
    """d_gamma, d_beta and d_x of `backward`, into ``out``.

    As x - mean = x_hat std, and gamma is one number for a whole column, the formula of d_x is

        d_x = (d_y - Σ d_y / m - x_hat Σ (d_y x_hat) / m · std / root) gamma / std,

    in which nothing overflows or vanishes, as d_var does where x is huge.
    """
    x_hat, d_x = forward_pass.x_hat, out.d_x
    # d_x is free until the end and holds the products meanwhile
    total = column_sum(d_y, out.d_beta)
    product = column_sum(np.multiply(d_y, x_hat, d_x), out.d_gamma)
    std = _divisor(forward_pass.std, dialect)
    if dialect.axis == 1:  # the columns are samples, and gamma is no number for a column
        d_y = d_y if gamma is None else np.multiply(d_y, gamma, out.d_x_hat)
        x_hat, d_y, d_x, gamma = x_hat.T, d_y.T, d_x.T, None
        total, product = column_sum(d_y), column_sum(np.multiply(d_y, x_hat, d_x))
    m, root = number(len(d_x)), _root(forward_pass, std, dialect)
    share = product / m if root is std else product / m * (std / root)
    np.subtract(d_y, np.multiply(x_hat, share, d_x), d_x)
    np.subtract(d_x, total / m, d_x)
    np.multiply(d_x, (1.0 if gamma is None else gamma) / std, d_x)


def shown_gradients(
    d_y: Array, forward_pass: Normalized, gamma: Array | None, dialect: Dialect, out: Gradients
) -> None:
    """d_x_hat, d_mean and d_var of `backward`, into ``out``."""
    if gamma is not None:
        np.multiply(d_y, gamma, out.d_x_hat)
    std = _divisor(forward_pass.std, dialect)
    root = _root(forward_pass, std, dialect)
    np.divide(out.d_x_hat.sum(dialect.axis), -std, out.d_mean)
    np.divide((out.d_x_hat * forward_pass.x_hat).sum(dialect.axis), -2.0 * std * root, out.d_var)
