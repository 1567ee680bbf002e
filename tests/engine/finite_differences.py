"""Finite differences, and a few networks to try."""

from __future__ import annotations

import numpy as np

from bnsim.engine.network import Network


def numeric_gradient(f, x, h=1e-6):
    """Central differences of the number f() by every entry of x, which f reads."""
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        step = h * max(1.0, abs(kept))
        x[index] = kept + step
        above = f()
        x[index] = kept - step
        below = f()
        x[index] = kept
        gradient[index] = (above - below) / (2 * step)
    return gradient


def relative_error(a, b):
    """The distance of two arrays in units of their size."""
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return 0.0 if size == 0.0 else float(np.linalg.norm(a - b) / size)


def network_with_random_parameters(plan, seed=0):
    rng = np.random.RandomState(seed)
    network = Network(plan)
    for index in range(len(plan.layers)):
        for name in ("W", "b", "gamma", "beta"):
            if name in network.layout.names(index):
                view = network.view(index, name)
                view[...] = rng.standard_normal(view.shape) + (name == "gamma")
    return network
