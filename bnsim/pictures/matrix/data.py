"""What an activation matrix shows: samples by neurons, and the axis that is averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.quantity import Quantity
from bnsim.pictures.scales import NORMAL_REACH, value_reach
from bnsim.pictures.types import Key
from bnsim.sim.frame import Frame

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Kind = Literal["raw", "normalized", "scaled"]
#: What is averaged: a neuron over the batch, a sample over its neurons, nothing because
#: running statistics take the place of the batch's, nothing at all.
Averaged = Literal["column", "row", "running", "none"]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """One heat map: ``values`` (m, n) under the engine's ``name``, known row by row.

    ``reach`` is the end of the colour scale.  Values that are not known are never read.
    """

    kind: Kind
    name: str
    values: Array
    known: Mask
    reach: float


def grids_of(frame: Frame, layer: int) -> tuple[Grid, ...]:
    """The raw values of a layer, and where it normalizes what became of them."""
    raw = _grid(frame, layer, "raw", raw_name(frame, layer), value_reach(frame))
    if frame.plan.layers[layer].placement == "none":
        return (raw,)
    kind: Kind = "scaled" if is_scaled(frame, layer) else "normalized"
    name = "y" if kind == "scaled" else "x_hat"
    return raw, _grid(frame, layer, kind, name, NORMAL_REACH)


def _grid(frame: Frame, layer: int, kind: Kind, name: str, reach: float) -> Grid:
    values = frame.record.view(layer, name)
    return Grid(kind, name, values, frame.known_samples(layer, name), reach)


def raw_name(frame: Frame, layer: int) -> str:
    """What is normalized, z or a, also by layer normalization; the output where nothing is."""
    return "z" if frame.plan.layers[layer].placement == "before" else "a"


def is_scaled(frame: Frame, layer: int) -> bool:
    """Whether y is known and another number than x-hat."""
    known = frame.known_samples(layer, "y")
    y, x_hat = (frame.record.view(layer, name)[known] for name in ("y", "x_hat"))
    return not np.array_equal(y, x_hat, equal_nan=True)


def averaged(frame: Frame, layer: int) -> Averaged:
    """Along which axis of the matrix this layer takes its mean."""
    plan = frame.plan.layers[layer]
    if plan.placement == "none":
        return "none"
    if plan.dialect.axis == 1:
        return "row"
    return "running" if plan.frozen or not frame.training else "column"


def statistic(frame: Frame, layer: int, name: str, unit: int, sample: int) -> float | None:
    """The mean or var of a neuron, of a sample for layer normalization; None until known."""
    kind = averaged(frame, layer)
    place = sample if kind == "row" else unit
    known = frame.known_samples(layer, "x_hat" if kind == "row" else name)
    reached = bool(known[sample]) if kind == "row" else kind == "running" or bool(known.all())
    return float(frame.record.view(layer, name)[place]) if reached else None


def statistic_key(frame: Frame, layer: int, name: str, unit: int, sample: int) -> Quantity:
    """The key of a mean or var: by neuron, or by sample for layer normalization."""
    if averaged(frame, layer) == "row":
        return Quantity(name, layer, sample=sample)
    return Quantity(name, layer, unit=unit)


def cell_key(frame: Frame, layer: int, grid: Grid, sample: int, unit: int) -> Key:
    """A raw value is its slot of the tray where there is one, every other a number by name."""
    if grid.kind == "raw" and frame.has_tray(layer):
        return ("slot", layer, unit, sample)
    return Quantity(grid.name, layer, sample, unit)


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """A grid of no more rows and columns than there are pixels; ``values`` (rows, columns)."""

    values: Array
    known: Mask
    per_row: int
    per_column: int

    @property
    def is_whole(self) -> bool:
        """Whether every cell is one value."""
        return self.per_row == self.per_column == 1


def merged(grid: Grid, per_row: int, per_column: int) -> Merged:
    """Show of so many samples and neurons the value that is largest in size, NaN before all.

    A row is known when all its samples are.
    """
    if per_row == per_column == 1:
        return Merged(grid.values, grid.known, 1, 1)
    values = _largest(_largest(grid.values, per_row).T, per_column).T
    known = np.logical_and.reduceat(grid.known, np.arange(0, grid.known.size, per_row))
    return Merged(values, known, per_row, per_column)


def _largest(values: Array, count: int) -> Array:
    """The value of the largest size of every ``count`` rows; the last group may be smaller."""
    missing = -values.shape[0] % count
    padded = np.pad(values, ((0, missing), (0, 0)), mode="edge")
    groups = padded.reshape(-1, count, values.shape[1])
    size = np.minimum(np.abs(groups), np.finfo(np.float64).max)
    first = np.where(np.isnan(groups), np.inf, size).argmax(axis=1)
    return np.asarray(np.take_along_axis(groups, first[:, None, :], axis=1)[:, 0])
