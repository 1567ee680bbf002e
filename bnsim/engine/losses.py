"""Loss functions: how far the outputs o are from the targets t, both (m, C)."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from bnsim.engine.arrays import Array, number


class Value(Protocol):
    """The loss of a batch, one number."""

    def __call__(self, o: Array, t: Array) -> float:
        """Return the loss of outputs o for targets t."""


class Gradient(Protocol):
    """The derivative of the loss with respect to the outputs."""

    def __call__(self, o: Array, t: Array, out: Array | None = None) -> Array:
        """Return d_o, of shape (m, C), in ``out`` if given."""


class Loss(NamedTuple):
    """A row of the table: its name, its value and its gradient."""

    name: str
    f: Value
    df: Gradient


def mse(o: Array, t: Array) -> float:
    """The mean of (o - t)² over all m C elements, as ``torch.nn.MSELoss``."""
    off = o - t
    return float(np.vdot(off, off)) / off.size


def d_mse(o: Array, t: Array, out: Array | None = None) -> Array:
    """2 (o - t) / (m C)."""
    out = np.subtract(o, t, out)
    return np.multiply(out, number(2.0 / o.size), out)


def cross_entropy(o: Array, t: Array) -> float:
    """The mean over the samples of -Σ t log softmax(o), as ``torch.nn.CrossEntropyLoss``.

    Notes
    -----
    With o shifted by its largest entry, which changes nothing, no exponential overflows:
    -log softmax(o) = log Σ exp(o - max o) - (o - max o).  The rows of t sum to 1.
    """
    shifted = o - o.max(axis=1, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=1))
    return float((log_total - (t * shifted).sum(axis=1)).mean())


def d_cross_entropy(o: Array, t: Array, out: Array | None = None) -> Array:
    """(softmax(o) - t) / m."""
    out = np.subtract(o, o.max(axis=1, keepdims=True), out=out)
    np.exp(out, out=out)
    np.divide(out, out.sum(axis=1, keepdims=True), out=out)
    np.subtract(out, t, out=out)
    return np.divide(out, float(len(o)), out=out)


LOSSES: dict[str, Loss] = {
    row.name: row
    for row in (
        Loss("mse", mse, d_mse),
        Loss("cross_entropy", cross_entropy, d_cross_entropy),
    )
}
