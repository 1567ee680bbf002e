"""Activation functions and their derivatives, one row per function."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import NamedTuple, Protocol

import numpy as np

from bnsim.engine.arrays import Array, number

LEAK = 0.01
"""Slope of the leaky ReLU left of 0, PyTorch's ``negative_slope``."""

LARGEST_EXPONENT = 709.0
"""exp(709) is still finite in float64, exp(710) is not."""


class Function(Protocol):
    """a = f(x), elementwise."""

    def __call__(self, x: Array, out: Array | None = None) -> Array:
        """Return f(x), in ``out`` if given."""


class Derivative(Protocol):
    """f'(x), elementwise, from the input x and the output a = f(x), whichever is simpler."""

    def __call__(self, x: Array, a: Array, out: Array | None = None) -> Array:
        """Return f'(x), in ``out`` if given."""


class Activation(NamedTuple):
    """A row of the table.

    Parameters
    ----------
    name : str
    f : callable (x, out=None)
        The function, elementwise.
    df : callable (x, a, out=None)
        Its derivative, from its input and its output.
    latex : str
        The formula.
    low, high : float
        The bounds of f, infinite where there are none.
    """

    name: str
    f: Function
    df: Derivative
    latex: str
    low: float
    high: float


def relu(x: Array, out: Array | None = None) -> Array:
    """Return max(0, x)."""
    return np.maximum(x, number(0.0), out=out)


def d_relu(x: Array, a: Array, out: Array | None = None) -> Array:
    """1 where x > 0, else 0: the sign of the output.  At 0 it is 0, as in PyTorch."""
    return np.sign(a, out=out)


def leaky_relu(x: Array, out: Array | None = None) -> Array:
    """Return max(0.01 x, x)."""
    out = np.multiply(x, LEAK, out=out)
    return np.maximum(x, out, out=out)


def d_leaky_relu(x: Array, a: Array, out: Array | None = None) -> Array:
    """1 where x > 0, else 0.01."""
    out = np.greater(x, 0.0, out=np.empty_like(x) if out is None else out)
    return np.maximum(out, LEAK, out=out)


def elu(x: Array, out: Array | None = None) -> Array:
    """Return x where x > 0, else exp(x) - 1."""
    out = np.minimum(x, 0.0, out=out)
    np.expm1(out, out=out)
    return np.maximum(x, out, out=out)


def d_elu(x: Array, a: Array, out: Array | None = None) -> Array:
    """1 where x > 0, else exp(x), which is a + 1."""
    out = np.minimum(a, 0.0, out=out)
    return np.add(out, 1.0, out=out)


def tanh(x: Array, out: Array | None = None) -> Array:
    """Return tanh(x)."""
    return np.tanh(x, out)


def d_tanh(x: Array, a: Array, out: Array | None = None) -> Array:
    """1 - a²."""
    out = np.multiply(a, a, out)
    return np.subtract(number(1.0), out, out)


def sigmoid(x: Array, out: Array | None = None) -> Array:
    """1 / (1 + exp(-x)), the exponent held below overflow."""
    out = np.negative(x, out=out)
    np.minimum(out, LARGEST_EXPONENT, out=out)
    np.exp(out, out=out)
    np.add(out, 1.0, out=out)
    return np.divide(1.0, out, out=out)


def d_sigmoid(x: Array, a: Array, out: Array | None = None) -> Array:
    """Return a (1 - a)."""
    out = np.subtract(1.0, a, out=out)
    return np.multiply(a, out, out=out)


def identity(x: Array, out: Array | None = None) -> Array:
    """Return x itself."""
    return np.positive(x, out)


def d_identity(x: Array, a: Array, out: Array | None = None) -> Array:
    """1 everywhere."""
    out = np.empty_like(x) if out is None else out
    out.fill(1.0)
    return out


def backward(
    df: Callable[..., Array], d_a: Array, x: Array, a: Array, out: Array | None = None
) -> Array:
    """The chain rule through an activation: d_x = d_a f'(x).

    Parameters
    ----------
    df : callable (x, a, out=None)
        The derivative of the activation.
    d_a, x, a : ndarray of shape (m, H)
        The gradient of its output, its input and its output.
    out : ndarray of shape (m, H), optional

    Returns
    -------
    d_x : ndarray of shape (m, H)
    """
    out = df(x, a, out)
    return np.multiply(out, d_a, out)


ACTIVATIONS: dict[str, Activation] = {
    row.name: row
    for row in (
        Activation("relu", relu, d_relu, r"\max(0, x)", 0.0, inf),
        Activation("leaky_relu", leaky_relu, d_leaky_relu, r"\max(0.01\,x, x)", -inf, inf),
        Activation("elu", elu, d_elu, r"x \text{ if } x > 0 \text{ else } e^x - 1", -1.0, inf),
        Activation("tanh", tanh, d_tanh, r"\tanh x", -1.0, 1.0),
        Activation("sigmoid", sigmoid, d_sigmoid, r"\frac{1}{1 + e^{-x}}", 0.0, 1.0),
        Activation("identity", identity, d_identity, r"x", -inf, inf),
    )
}
