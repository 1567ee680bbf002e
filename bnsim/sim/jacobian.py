"""How the samples of a batch hang together: one neuron's gradient by its paths, its Jacobian.

The letters are those of :mod:`bnsim.engine`; x is what is normalized, z or a by placement.
With std = √(var + eps) + added and root = √(var + eps), of one neuron over m samples:

    d_x = gamma / std · (d_y - Σ d_y / m - x_hat Σ (d_y x_hat) / m · std / root)

    ∂x_hat_i / ∂x_j = ([i = j] - 1 / m - x_hat_i x_hat_j / m · std / root) / std

Ioffe and Szegedy (2015), section 3, simplified.  Where std is 0 the engine takes x_hat and
every gradient for 0, and so do these functions; frozen statistics are constants, through
which nothing passes.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from bnsim.engine.arrays import Array
from bnsim.engine.layout import LayerPlan
from bnsim.sim.record import BatchRecord


class Terms(NamedTuple):
    """The gradient of a neuron's raw value by its three paths, each (m,): their sum is d_x."""

    direct: Array
    through_mean: Array
    through_variance: Array


class Sums(NamedTuple):
    """Sums over the samples of a batch, beside what theory says of them.

    ``d_x`` is Σ d_x and ``d_x_theory`` 0, or gain · d_beta where statistics are frozen.
    ``d_x_x_hat`` is Σ d_x x_hat and ``d_x_x_hat_theory`` gain · d_gamma · left, with gain =
    gamma / std and left = 1 - var / (root std), which is eps / (var + eps) unless something
    is added to the root; 1 where statistics are frozen.  ``d_gamma`` is Σ d_y x_hat and
    ``d_beta`` Σ d_y, also in dialects without gamma and beta.
    """

    d_x: float
    d_x_theory: float
    d_x_x_hat: float
    d_x_x_hat_theory: float
    gain: float
    left: float
    d_gamma: float
    d_beta: float


class _Neuron(NamedTuple):
    """What the formulas need of one neuron.

    ``root`` and ``std`` are infinite in place of 0, and ``ratio`` is std / root.
    """

    x_hat: Array
    std: np.float64
    root: np.float64
    ratio: np.float64
    gamma: np.float64
    plan: LayerPlan


def _neuron(record: BatchRecord, layer: int, unit: int) -> _Neuron:
    plan = record.plan.layers[layer]
    if plan.placement == "none":
        raise ValueError(f"layer {layer} has no normalization, so no sample meets another there")
    if plan.dialect.axis == 1:
        raise ValueError(
            f"layer {layer} normalizes each sample over its neurons ({plan.dialect.name}): "
            "the gradient of one neuron there is no matter of that neuron alone"
        )
    std, var = record.view(layer, "std")[unit], record.view(layer, "var")[unit]
    divisor = _never_zero(std)
    # As in the engine: where var is infinite, std is all that is known of the root.
    root, ratio = divisor, np.float64(1.0)
    if plan.dialect.added:
        root = _never_zero(np.minimum(np.sqrt(var + plan.dialect.eps), std))
        ratio = divisor / root
    gamma = record.view(layer, "gamma")[unit] if record.has(layer, "gamma") else np.float64(1.0)
    x_hat = record.view(layer, "x_hat")[:, unit]
    return _Neuron(x_hat, divisor, root, ratio, gamma, plan)


def _never_zero(divisor: np.float64) -> np.float64:
    return np.float64(np.inf) if divisor == 0.0 else divisor


def _gradients(record: BatchRecord, layer: int, unit: int) -> tuple[Array, Array]:
    """d_x and d_y of a neuron."""
    raw = "d_z" if record.plan.layers[layer].placement == "before" else "d_a"
    return record.view(layer, raw)[:, unit], record.view(layer, "d_y")[:, unit]


@np.errstate(all="ignore")
def terms(record: BatchRecord, layer: int, unit: int) -> Terms:
    """The gradient of a neuron's raw value by its three paths.

    Parameters
    ----------
    record : BatchRecord
    layer, unit : int
        A neuron of a layer that normalizes over the batch, both from 0.

    Returns
    -------
    Terms
        Each of shape (m,); their sum is the record's d_z (normalized before the activation)
        or d_a (after it) but for rounding.

    Raises
    ------
    ValueError
        Where the layer has no normalization, or one over the neurons of a sample.

    Notes
    -----
    direct = d_y gamma / std,  through_mean = -Σ d_y / m · gamma / std,
    through_variance = -x_hat Σ (d_y x_hat) / m · gamma / root.
    """
    neuron, (_, d_y) = _neuron(record, layer, unit), _gradients(record, layer, unit)
    gain = neuron.gamma / neuron.std
    direct = d_y * gain
    if neuron.plan.frozen:
        return Terms(direct, np.zeros_like(direct), np.zeros_like(direct))
    share = (d_y * neuron.x_hat).mean() * neuron.ratio
    return Terms(direct, np.full_like(direct, -d_y.mean() * gain), -neuron.x_hat * share * gain)


@np.errstate(all="ignore")
def jacobian(
    record: BatchRecord, layer: int, unit: int, of: Literal["x_hat", "y"] = "x_hat"
) -> Array:
    """How every sample's x_hat (or y) changes with every sample's raw value.

    Parameters
    ----------
    record : BatchRecord
    layer, unit : int
        A neuron of a layer that normalizes over the batch, both from 0.
    of : {"x_hat", "y"}
        "y" for gamma times as much.

    Returns
    -------
    ndarray of shape (m, m)
        ∂x_hat_i / ∂x_j in row i and column j; it is symmetric, and every row sums to 0 unless
        statistics are frozen.

    Raises
    ------
    ValueError
        Where the layer has no normalization, or one over the neurons of a sample.
    """
    neuron = _neuron(record, layer, unit)
    x_hat, everyone = neuron.x_hat, np.arange(neuron.x_hat.size)
    result = _between(neuron, np.multiply.outer(x_hat, x_hat))
    result[everyone, everyone] = _own(neuron)
    return np.asarray(result * neuron.gamma) if of == "y" else result


@np.errstate(all="ignore")
def largest_in_blocks(record: BatchRecord, layer: int, unit: int, size: int) -> Array:
    """The Jacobian of `jacobian`, shrunk: of each block of samples the largest number in size.

    Parameters
    ----------
    record : BatchRecord
    layer, unit : int
        A neuron of a layer that normalizes over the batch, both from 0.
    size : int
        Samples in a block; the last block may have fewer.

    Returns
    -------
    ndarray of shape (n, n)
        With n = ⌈m / size⌉; signs are kept.

    Notes
    -----
    It never holds m × m numbers.  Between two different samples the number depends on the
    product x_hat_i x_hat_j alone and is linear in it, so that its extremes over two blocks
    lie at the blocks' smallest and largest x_hat.
    """
    neuron = _neuron(record, layer, unit)
    starts = np.arange(0, neuron.x_hat.size, size)
    low, high = (f.reduceat(neuron.x_hat, starts) for f in (np.minimum, np.maximum))
    corners = [np.multiply.outer(a, b) for a in (low, high) for b in (low, high)]
    result = _largest(np.stack([_between(neuron, corner) for corner in corners]))
    for block, start in enumerate(starts):
        result[block, block] = _inside(neuron, slice(start, start + size))
    return result


def _between(neuron: _Neuron, products: Array) -> Array:
    """∂x_hat_i / ∂x_j of different samples, by the products of their x_hat."""
    if neuron.plan.frozen:
        return np.zeros_like(products)
    m = neuron.x_hat.size
    return np.asarray(-(1.0 + products * neuron.ratio) / m / neuron.std)


def _own(neuron: _Neuron, part: slice = slice(None)) -> Array:
    """∂x_hat_i / ∂x_i of some samples."""
    x_hat, m = neuron.x_hat[part], neuron.x_hat.size
    if neuron.plan.frozen:
        return np.full(x_hat.size, 1.0 / neuron.std)
    own = 1.0 - (1.0 + x_hat * x_hat * neuron.ratio) / m
    return np.asarray(own / neuron.std)


def _inside(neuron: _Neuron, part: slice) -> np.float64:
    """The largest number in size between the samples of one block."""
    x_hat = neuron.x_hat[part]
    numbers = _between(neuron, np.multiply.outer(x_hat, x_hat))
    np.fill_diagonal(numbers, _own(neuron, part))
    return np.float64(_largest(numbers.reshape(-1)))


def _largest(numbers: Array) -> Array:
    """Along the first axis the number that is largest in size; NaN where there is one."""
    low, high = numbers.min(axis=0), numbers.max(axis=0)
    return np.asarray(np.where(np.abs(low) > np.abs(high), low, high))


@np.errstate(all="ignore")
def sums(record: BatchRecord, layer: int, unit: int) -> Sums:
    """What the gradients of a neuron's raw value add up to, and what theory says.

    Parameters
    ----------
    record : BatchRecord
    layer, unit : int
        A neuron of a layer that normalizes over the batch, both from 0.

    Returns
    -------
    Sums

    Raises
    ------
    ValueError
        Where the layer has no normalization, or one over the neurons of a sample.

    Notes
    -----
    Σ x_hat = 0 and Σ x_hat² = m var / std², put into the formula of d_x.
    """
    neuron, (d_x, d_y) = _neuron(record, layer, unit), _gradients(record, layer, unit)
    dialect, root = neuron.plan.dialect, neuron.root
    gain = neuron.gamma / neuron.std
    d_gamma, d_beta = (d_y * neuron.x_hat).sum(), d_y.sum()
    # 1 - var / (root std), without the difference of two nearly equal numbers
    left = (dialect.eps / root + dialect.added) / neuron.std if np.isfinite(root) else 0.0
    zero = 0.0
    if neuron.plan.frozen:
        left, zero = 1.0, gain * d_beta
    return Sums(
        *map(float, (d_x.sum(), zero, (d_x * neuron.x_hat).sum(), gain * d_gamma * left)),
        *map(float, (gain, left, d_gamma, d_beta)),
    )
