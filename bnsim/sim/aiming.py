"""Which input makes a neuron give a wanted number: how a value is dragged that was computed.

Nobody can set the output of a neuron, only what goes into it.  So the one input of the
sample that moves the neuron most is changed until the network itself gives the number.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bnsim.engine.activations import ACTIVATIONS, Activation
from bnsim.engine.network import Network
from bnsim.sim.errors import InputError
from bnsim.sim.ranges import LARGEST
from bnsim.sim.record import BatchRecord
from bnsim.sim.spec import Edit, EditLane

#: Relative to the size of the numbers.
TOLERANCE, PROBE = 1e-9, 1e-4
MOST_STEPS, HALVINGS = 40, 200
#: How far an input is moved in search of a value, in its own size, and in how many probes.
REACH, PROBES = 50.0, 32


def aimed(
    record: BatchRecord, layer: int, unit: int, sample: int, wanted: float, lane: EditLane = "both"
) -> Edit:
    """The edit of one input after which a neuron gives ``wanted`` before normalization.

    Parameters
    ----------
    record : BatchRecord
        The batch as it is.
    layer, unit, sample : int
        The neuron, and the sample of the batch whose value is wanted.
    wanted : float
        Of z where normalization stands before the activation, else of a.
    lane : {"both", "without", "with"}
        For the edit.

    Returns
    -------
    Edit
        Of the input, in this batch.

    Raises
    ------
    InputError
        When no value of that input leads there.

    Notes
    -----
    z is a straight line in any input of the first layer, so that one secant step is exact;
    further on the secant method is repeated until z is right to one part in 10⁹, and where it
    loses its way the nearest crossing is found by bisection.
    """
    network = Network(record.plan)
    network.arena[:] = record.arena
    z = network.view(layer, "z")
    goal = _goal(record, layer, float(z[sample, unit]), wanted)
    feature, slope = _strongest(network, z, layer, unit, sample)
    if slope == 0.0:
        raise InputError(
            f"sample {sample + 1}: no input reaches this neuron, all ways to it are shut."
        )
    value = _solved(_answer(network, z, sample, unit, feature), goal, slope)
    row = int(record.samples[sample])
    return Edit(batch=record.batch, value=value, input=(row, feature), lane=lane)


def _goal(record: BatchRecord, layer: int, now: float, wanted: float) -> float:
    """The z that gives the wanted number."""
    plan = record.plan.layers[layer]
    if plan.placement == "before":
        return wanted
    row = ACTIVATIONS[plan.activation]
    if wanted >= row.high:
        raise InputError(f"{row.name} stays below {row.high:g}; choose a smaller value.")
    if wanted <= row.low and _reaches_low(row):
        return min(now, 0.0)
    if wanted <= row.low:
        raise InputError(f"{row.name} stays above {row.low:g}; choose a larger value.")
    return _inverse(row, wanted)


def _reaches_low(row: Activation) -> bool:
    """Whether an activation is at its lower bound, not only near it: ReLU for all z ≤ 0."""
    return float(row.f(np.array([0.0]))[0]) == row.low


def _inverse(row: Activation, wanted: float) -> float:
    """Z with f(z) = wanted by bisection; every activation of the table grows."""
    low, high = -1.0, 1.0
    with np.errstate(all="ignore"):
        while float(row.f(np.array([low]))[0]) > wanted and low > -LARGEST:
            low *= 4.0
        while float(row.f(np.array([high]))[0]) < wanted and high < LARGEST:
            high *= 4.0
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            below = float(row.f(np.array([middle]))[0]) < wanted
            low, high = (middle, high) if below else (low, middle)
    return high


def _answer(
    network: Network, z: np.ndarray, sample: int, unit: int, feature: int
) -> tuple[Callable[[float], float], float]:
    """Z of the neuron as a function of one input, and that input as it is."""
    x = network.view(0, "x")
    now = float(x[sample, feature])

    def answer(value: float) -> float:
        x[sample, feature] = value
        network.forward()
        return float(z[sample, unit])

    return answer, now


def _strongest(
    network: Network, z: np.ndarray, layer: int, unit: int, sample: int
) -> tuple[int, float]:
    """The input of a sample that moves z most, and by how much a unit of it does."""
    x = network.view(0, "x")
    if layer == 0:
        w = network.view(0, "W")[:, unit]
        feature = int(np.abs(w).argmax())
        return feature, float(w[feature])
    slopes = []
    for feature in range(x.shape[1]):
        answer, now = _answer(network, z, sample, unit, feature)
        step = PROBE * max(abs(now), 1.0)
        slopes.append((answer(now + step) - answer(now - step)) / (2.0 * step))
        answer(now)
    sizes = np.nan_to_num(np.abs(slopes), nan=0.0, posinf=0.0)
    return int(sizes.argmax()), float(slopes[int(sizes.argmax())])


def _solved(line: tuple[Callable[[float], float], float], goal: float, slope: float) -> float:
    """The input that gives the goal, by the secant method."""
    answer, x = line
    z, size = answer(x), max(abs(goal), 1.0)
    for _ in range(MOST_STEPS):
        if abs(z - goal) <= TOLERANCE * size:
            return x
        step = (goal - z) / slope if slope else np.inf
        if not np.isfinite(step) or abs(x + step) > LARGEST:
            break
        before, x = z, x + step
        z = answer(x)
        slope = (z - before) / step if step else 0.0
    return _bracketed(line, goal)


def _bracketed(line: tuple[Callable[[float], float], float], goal: float) -> float:
    """The nearest crossing of the goal, by bisection: z behind a tray is no straight line."""
    answer, now = line
    reach = REACH * max(abs(now), 1.0)
    for far in np.geomspace(1e-3 * reach, reach, PROBES):
        for low, high in ((now, now + far), (now - far, now)):
            if (answer(low) < goal) != (answer(high) < goal):
                return _halved(answer, low, high, goal)
    raise InputError("no value was found for the input that counts most; drag less far.")


def _halved(answer: Callable[[float], float], low: float, high: float, goal: float) -> float:
    """The input between two whose answers lie on either side of the goal."""
    below = answer(low) < goal
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (middle, high) if (answer(middle) < goal) == below else (low, middle)
    if abs(answer(high) - goal) > TOLERANCE * max(abs(goal), 1.0):
        raise InputError("the neuron jumps over this value; drag a little further.")
    return high
