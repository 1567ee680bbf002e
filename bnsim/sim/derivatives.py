"""Finite differences: whether the engine's derivatives are those of its own loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.engine.layout import PARAMETERS
from bnsim.engine.network import Network
from bnsim.sim.run import BatchRecord

Array = NDArray[np.float64]
Key = tuple[int, str]
"""Layer, counted from 0, and the name of a tensor."""

SMOOTH = frozenset({"tanh", "sigmoid", "identity"})
"""Activations without a kink; every other one is taken to have one at 0."""

FIRST_STEP, HALVINGS, SMALLER_STEPS = 0.05, 8, 6
MOST_PROBES, NUMBERS = 256, 2e8
"""So many numbers of a tensor are probed, fewer when that would compute more than NUMBERS."""

NEGLIGIBLE = 1e-4
"""Derivatives below this share of the lane's largest are measured against that share."""


class Probed(NamedTuple):
    """How far the derivatives of one tensor are off.

    Parameters
    ----------
    error : float
        The largest difference, in units of the tensor's largest derivative.
    probed, at_kinks, size : int
        Numbers that were compared, those that cannot be, as the loss has a kink there, and
        all numbers of the tensor.
    """

    error: float
    probed: int
    at_kinks: int
    size: int


def finite_differences(record: BatchRecord) -> dict[Key, Probed]:
    """Compare every parameter's derivative, and every input's, with differences of the loss.

    Parameters
    ----------
    record : BatchRecord
        Its numbers are finite.

    Returns
    -------
    dict of (layer, name) to Probed
        Names are those of the derivatives: d_W, d_b, d_gamma, d_beta, and d_x of layer 0.

    Notes
    -----
    Central differences (L(w + h) - L(w - h)) / 2h at h, h/2, h/4, ... extrapolated to h = 0
    by Ridders' method.  The first h is a twentieth of the number or of its tensor's rms, and
    smaller where w ± h lies beyond a kink: there a neuron's input has another sign.  A
    number for which no h is small enough is not compared but counted.  Of a large network
    the largest derivative of each tensor and others evenly spread are compared.
    """
    network = Network(record.plan)
    network.arena[:] = record.arena
    keys = _keys(record)
    floor = NEGLIGIBLE * max(float(np.abs(record.view(*key)).max()) for key in keys)
    most = int(np.clip(NUMBERS // (record.arena.size * len(keys)), 2, MOST_PROBES))
    return {key: _probe(network, key, record.view(*key), floor, most) for key in keys}


def relative_error(ours: Array, theirs: Array, floor: float) -> float:
    """The largest difference in units of the largest of ``theirs``, at least of ``floor``."""
    size = max(float(np.abs(theirs).max(initial=0.0)), floor)
    largest = float(np.abs(ours - theirs).max(initial=0.0))
    return largest / size if size else largest


def _keys(record: BatchRecord) -> list[Key]:
    layers = range(len(record.plan.layers))
    keys = [(i, f"d_{name}") for i in layers for name in PARAMETERS if record.has(i, name)]
    return [(0, "d_x"), *keys]


def _probe(network: Network, key: Key, derivatives: Array, floor: float, most: int) -> Probed:
    values = network.view(key[0], key[1].removeprefix("d_")).reshape(-1)
    ours, scale = derivatives.reshape(-1), float(np.sqrt(np.mean(values * values))) or 1.0
    places = np.unique(np.linspace(0, len(ours) - 1, min(most, len(ours))).astype(int))
    places = np.union1d(places, [int(np.abs(ours).argmax())])
    slopes = [_slope_at(network, values, int(place), scale) for place in places]
    compared = [(ours[p], s) for p, s in zip(places, slopes, strict=True) if s is not None]
    mine, measured = np.array(compared).reshape(-1, 2).T
    size = max(float(np.abs(ours).max()), floor)
    error = float(np.abs(mine - measured).max(initial=0.0)) / size if size else 0.0
    return Probed(error, len(compared), len(places) - len(compared), len(ours))


def _slope_at(network: Network, values: Array, place: int, scale: float) -> float | None:
    """The derivative of the loss by one number, None at a kink."""
    kept = float(values[place])

    def loss(change: float) -> float:
        values[place] = kept + change
        network.forward()
        return float(network.view(-1, "loss"))

    try:
        step = _step_without_kink(network, loss, FIRST_STEP * max(abs(kept), scale))
        return None if step is None else ridders(loss, step)
    finally:
        loss(0.0)


def _step_without_kink(
    network: Network, loss: Callable[[float], float], step: float
) -> float | None:
    """The largest step that keeps every neuron on its side of the kink."""
    loss(0.0)
    here = _sides(network)
    for _ in range(SMALLER_STEPS):
        if _same_sides(network, loss, here, step):
            return step
        step /= 4.0
    return None


def _same_sides(
    network: Network, loss: Callable[[float], float], here: list[Array], step: float
) -> bool:
    for change in (step, -step):
        loss(change)
        if any((a != b).any() for a, b in zip(here, _sides(network), strict=True)):
            return False
    return True


def _sides(network: Network) -> list[Array]:
    """The sign of what enters each activation with a kink, and which deviations are not 0."""
    sides = []
    for index, layer in enumerate(network.plan.layers):
        if layer.activation not in SMOOTH:
            sides.append(np.sign(network.view(index, "y" if layer.placement == "before" else "z")))
        if layer.placement != "none":
            sides.append(np.sign(network.view(index, "var")))
    return sides


def ridders(f: Callable[[float], float], h: float) -> float:
    """The derivative of f at 0 by Ridders' method (1982).

    Central differences at h, h/2, h/4, ... and, as their errors are even powers of h, the
    extrapolation by the factors 4, 16, 64, ...; the value is returned that differs least
    from its neighbours in the table, the rounding of f over h added.
    """
    best, least = _difference(f, h)[0], np.inf
    table = [best]
    for _ in range(HALVINGS):
        h /= 2.0
        first, noise = _difference(f, h)
        new = [first]
        for power, old in enumerate(table, start=1):
            new.append(new[-1] + (new[-1] - old) / (4.0**power - 1.0))
            apart = max(abs(new[-1] - new[-2]), abs(new[-1] - old)) + noise
            if apart <= least:
                best, least = new[-1], apart
        table = new
    return best


def _difference(f: Callable[[float], float], h: float) -> tuple[float, float]:
    """The central difference, and what the last place of f is in it."""
    above, below = f(h), f(-h)
    return (above - below) / (2.0 * h), float(np.spacing(max(abs(above), abs(below)))) / h
