"""The fully connected layer z = x W + b."""

from __future__ import annotations

import numpy as np

from bnsim.engine.arrays import Array, column_sum


def forward(x: Array, W: Array, b: Array, out: Array | None = None) -> Array:
    """The weighted sums z = x W + b.

    Parameters
    ----------
    x : ndarray of shape (m, D)
    W : ndarray of shape (D, H)
    b : ndarray of shape (H,)
    out : ndarray of shape (m, H), optional

    Returns
    -------
    z : ndarray of shape (m, H)
    """
    z = x.dot(W, out)
    return np.add(z, b, z)


def backward(
    d_z: Array,
    x: Array,
    W: Array,
    out_d_x: Array | None = None,
    out_d_W: Array | None = None,
    out_d_b: Array | None = None,
) -> tuple[Array, Array, Array]:
    """The gradients of a dense layer.

    Parameters
    ----------
    d_z : ndarray of shape (m, H)
    x : ndarray of shape (m, D)
    W : ndarray of shape (D, H)
    out_d_x, out_d_W, out_d_b : ndarray, optional
        Of the shapes of x, W and b.

    Returns
    -------
    d_x, d_W, d_b : ndarray

    Notes
    -----
    d_x = d_z Wᵀ,  d_W = xᵀ d_z,  d_b = Σ over the samples of d_z.
    """
    return input_gradient(d_z, W, out_d_x), *parameter_gradients(d_z, x, out_d_W, out_d_b)


def input_gradient(d_z: Array, W: Array, out_d_x: Array | None = None) -> Array:
    """The part of `backward` that goes on to the layer before."""
    return d_z.dot(W.T, out_d_x)


def parameter_gradients(
    d_z: Array, x: Array, out_d_W: Array | None = None, out_d_b: Array | None = None
) -> tuple[Array, Array]:
    """The part of `backward` that the optimizer asks for."""
    return x.T.dot(d_z, out_d_W), column_sum(d_z, out_d_b)
