"""Where everything of a network stands: the same for both lanes, stable between steps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HEADER = 62.0
FOOTER = 26.0
SIDE = 46.0
MOST_RADIUS = 23.0
SLOT = 66.0
SLOT_GAP = 4.0
TRAY_PAD = 5.0
#: Below these sizes in pixels numbers and labels no longer read, and are left out.
NUMBER_RADIUS = 12.5
LABEL_RADIUS = 7.0
NUMBER_SLOT = 31.0
CELL_SLOT = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """Centres of one column: a circle a neuron."""

    x: float
    y: Array
    radius: float

    @property
    def spacing(self) -> float:
        """Distance between neighbours, the whole height for a single one."""
        return float(self.y[1] - self.y[0]) if self.y.size > 1 else 6 * self.radius


@dataclass(frozen=True, slots=True, eq=False)
class TrayColumn:
    """A tray: one rack a neuron of ``m`` slots from ``left``."""

    left: float
    y: Array
    slot: float
    height: float
    m: int

    @property
    def gap(self) -> float:
        return SLOT_GAP if self.slot >= NUMBER_SLOT else (1.0 if self.slot >= 6 else 0.0)

    @property
    def right(self) -> float:
        return self.left + 2 * TRAY_PAD + self.m * self.slot + (self.m - 1) * self.gap

    def slot_left(self, sample: int) -> float:
        """The left edge of a sample's slot."""
        return self.left + TRAY_PAD + sample * (self.slot + self.gap)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Columns of the input, of every layer, its tray and its activation behind the tray."""

    width: float
    height: float
    inputs: Column
    neurons: tuple[Column, ...]
    trays: tuple[TrayColumn | None, ...]
    activations: tuple[Column | None, ...]

    def out_x(self, layer: int) -> float:
        """Where lines that leave a layer start (-1: the input)."""
        if layer < 0:
            return self.inputs.x + self.inputs.radius
        behind, tray = self.activations[layer], self.trays[layer]
        if behind is not None:
            return behind.x + behind.radius
        return tray.right if tray is not None else self.neuron_right(layer)

    def neuron_right(self, layer: int) -> float:
        column = self.neurons[layer]
        return column.x + column.radius

    def out_y(self, layer: int) -> Array:
        return self.inputs.y if layer < 0 else self.neurons[layer].y

    def moved(self, dx: float, dy: float) -> Layout:
        """The same layout, shifted by pixels."""
        return replace(
            self,
            inputs=_shift(self.inputs, dx, dy),
            neurons=tuple(_shift(c, dx, dy) for c in self.neurons),
            trays=tuple(
                t and replace(t, left=t.left + dx, y=t.y + dy) for t in self.trays
            ),
            activations=tuple(c and _shift(c, dx, dy) for c in self.activations),
        )


def _shift(column: Column, dx: float, dy: float) -> Column:
    return replace(column, x=column.x + dx, y=column.y + dy)


def _rows(n: int, most: int, height: float) -> tuple[Array, float]:
    """Centres of n rows, evenly spread about the middle, and the radius that fits."""
    room = height - HEADER - FOOTER
    spacing = min(room / max(n, 1), room / max(min(most, 4), 1) * 1.15, 96.0)
    middle = HEADER + room / 2
    y = middle + (np.arange(n) - (n - 1) / 2) * spacing
    return y, float(min(MOST_RADIUS, spacing * 0.36))


def network_layout(
    sizes: tuple[int, ...],
    has_tray: tuple[bool, ...],
    has_activation: tuple[bool, ...],
    m: int,
    width: float,
    height: float,
) -> Layout:
    """Place a network in width x height pixels.

    Parameters
    ----------
    sizes : tuple of int
        Inputs, then the units of every layer.
    has_tray, has_activation : tuple of bool
        For every layer, whether a tray stands behind its neurons, and whether the
        activation follows behind the tray (BN before the activation).
    m : int
        Slots of a tray.
    width, height : float
        Pixels of the whole picture, title line included.
    """
    rows = [_rows(n, max(sizes), height) for n in sizes]
    radius = [r for _, r in rows]
    n_trays = sum(has_tray)
    circles = 2 * sum(radius) + 2 * sum(r for r, a in zip(radius[1:], has_activation, strict=True) if a)
    links = 30.0 * n_trays + 14.0 * sum(has_activation)
    least_gap = max(54.0, 0.11 * width) * len(has_tray)
    free = width - 2 * SIDE - circles - links - least_gap
    slot = _slot_width(free, n_trays, m)
    probe = TrayColumn(0.0, rows[0][0], slot, 0.0, m)
    used = circles + links + n_trays * probe.right
    gap = (width - 2 * SIDE - used) / max(len(has_tray), 1)
    return _place(rows, has_tray, has_activation, m, slot, gap, (width, height))


def _slot_width(free: float, n_trays: int, m: int) -> float:
    if not n_trays:
        return SLOT
    each = free / n_trays - 2 * TRAY_PAD
    return float(min(SLOT, max((each - (m - 1) * SLOT_GAP) / m, each / m - 1, 90.0 / m, 0.5)))


def _place(
    rows: list[tuple[Array, float]],
    has_tray: tuple[bool, ...],
    has_activation: tuple[bool, ...],
    m: int,
    slot: float,
    gap: float,
    size: tuple[float, float],
) -> Layout:
    x = SIDE + rows[0][1]
    inputs = Column(x, *rows[0])
    x += inputs.radius
    neurons, trays, activations = [], [], []
    for index, (y, radius) in enumerate(rows[1:]):
        x += gap + radius
        neurons.append(Column(x, y, radius))
        x += radius
        tray = behind = None
        if has_tray[index]:
            spacing = float(y[1] - y[0]) if y.size > 1 else 60.0
            tray = TrayColumn(x + 30.0, y, slot, min(46.0, spacing * 0.82), m)
            x = tray.right
        if has_activation[index]:
            behind = Column(x + 14.0 + radius, y, radius)
            x = behind.x + radius
        trays.append(tray)
        activations.append(behind)
    return Layout(*size, inputs, tuple(neurons), tuple(trays), tuple(activations))
