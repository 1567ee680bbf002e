"""Numbers behind the plots: what is known of a neuron up to the cursor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnsim.sim.frame import Frame

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SampleSeries:
    """One quantity of one neuron over a stretch of batches; NaN where ``known`` is False."""

    values: Array
    known: NDArray[np.bool_]


def neuron_series(frame: Frame, layer: int, name: str, unit: int, first: int) -> SampleSeries:
    """A neuron's numbers from batch ``first`` to the cursor, one a sample."""
    batch, values, known = frame.cursor.batch, [], []
    for index in range(first, batch + 1):
        record = frame.record if index == batch else frame.run.record(index)
        array = record.out(layer) if name == "out" else record.view(layer, name)
        values.append(array[:, unit])
        reached = np.ones(frame.m, dtype=bool)
        known.append(frame.known_samples(layer, name) if index == batch else reached)
    return SampleSeries(np.concatenate(values), np.concatenate(known))


def known_column(frame: Frame, layer: int, name: str, unit: int) -> tuple[Array, NDArray[np.int64]]:
    """The known numbers of a neuron in the current batch, and their sample numbers."""
    array = frame.record.out(layer) if name == "out" else frame.record.view(layer, name)
    known = frame.known_samples(layer, name)
    return array[known, unit], np.flatnonzero(known)
