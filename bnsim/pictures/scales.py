"""The fixed, symmetric scales of the graph, the same at every step of a run."""

from __future__ import annotations

import numpy as np

from bnsim.sim.frame import Frame

#: Weights are coloured up to this size; their line grows wider up to WIDEST.
WEIGHT_REACH = 4.0
WIDEST = 9.0
#: Standardized values: beyond 2 deviations a colour is full.
NORMAL_REACH = 2.0


def nice_ceiling(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, ... at or above ``value``."""
    if not np.isfinite(value) or value <= 0:
        return 1.0
    value = max(value, 1e-300)  # the power of a smaller one would round to 0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(s * power for s in (1, 2, 5, 10) if s * power >= value * (1 - 1e-12)))


def value_reach(frame: Frame) -> float:
    """The end of the neurons' colour scale: about twice the largest input of the data."""
    return nice_ceiling(2 * float(np.abs(frame.run.inputs).max(initial=0.0)))


def weight_gradient_reach(frame: Frame) -> float:
    """The largest weight gradient of the lane that is known, 1 when there is none."""
    return _largest(frame, "d_W")


def neuron_gradient_reach(frame: Frame) -> float:
    """The largest known gradient of a sum z of the lane, 1 when there is none."""
    return _largest(frame, "d_z")


def _largest(frame: Frame, name: str) -> float:
    known = [i for i in range(frame.n_layers) if frame.gradient_known(i)]
    with np.errstate(all="ignore"):
        sizes = [float(np.abs(frame.record.view(i, name)).max(initial=0.0)) for i in known]
    return max((s for s in sizes if np.isfinite(s)), default=0.0) or 1.0


def line_width(weight: float) -> float:
    """Width of a weight's line in pixels: 0.2, 1, 5 and 15 look clearly different."""
    if not np.isfinite(weight):
        return WIDEST
    return float(min(1.0 + 2.0 * np.sqrt(abs(weight)), WIDEST))
