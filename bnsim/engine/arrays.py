"""What every formula needs: the array type, a sum over the samples, a check for finite numbers."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@lru_cache(maxsize=64)
def _ones(n: int) -> Array:
    return _read_only(np.ones(n))


@lru_cache(maxsize=256)
def number(value: float) -> Array:
    """A number as an array without axes, which spares a ufunc the conversion: half its time."""
    return _read_only(np.array(float(value)))


def _read_only(values: Array) -> Array:
    values.flags.writeable = False
    return values


def column_sum(x: Array, out: Array | None = None) -> Array:
    """Sum over the samples.

    Parameters
    ----------
    x : ndarray of shape (m, H)
    out : ndarray of shape (H,), optional

    Returns
    -------
    ndarray of shape (H,)

    Notes
    -----
    The product 1ᵀ x.  Measured 1.2 to 3 times faster than ``x.sum(axis=0)``.
    """
    return _ones(len(x)).dot(x, out)


def all_finite(values: Array) -> bool:
    """Whether a flat array holds neither infinity nor NaN.

    The sum of their squares tells it in one pass; only when it is not finite does each number
    count, as the squares of large finite numbers overflow.
    """
    return math.isfinite(values.dot(values)) or bool(np.isfinite(values).all())


def never_zero(divisor: Array) -> Array:
    """The divisor with infinity in place of 0, so that dividing by it gives 0."""
    return np.where(divisor == 0.0, np.inf, divisor)
