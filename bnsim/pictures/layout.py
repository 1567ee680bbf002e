"""Where everything of a network stands: the same for both lanes, stable between steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HEADER = 54.0
FOOTER = 23.0
LEFT, RIGHT = 40.0, 82.0
MOST_RADIUS = 23.0
SLOT = 66.0
SLOT_GAP = 4.0
TRAY_PAD = 5.0
#: Below these sizes in pixels numbers and labels no longer read, and are left out.
NUMBER_RADIUS = 10.0
LABEL_RADIUS = 7.0
TINY_RADIUS = 3.5
NUMBER_SLOT = 28.0
COLOR_SLOT = 18.0
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
        """Room between two slots."""
        return _slot_gap(self.slot)

    @property
    def right(self) -> float:
        """The right edge of the racks."""
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
        """The right edge of a layer's neurons."""
        column = self.neurons[layer]
        return column.x + column.radius

    def out_y(self, layer: int) -> Array:
        """Heights at which lines leave a layer (-1: the input)."""
        return self.inputs.y if layer < 0 else self.neurons[layer].y

    def keeping(self, own: Sequence[bool]) -> Layout:
        """The same columns with the trays of those layers alone that ``own`` names."""
        return replace(
            self,
            trays=tuple(t if k else None for t, k in zip(self.trays, own, strict=True)),
            activations=tuple(a if k else None for a, k in zip(self.activations, own, strict=True)),
        )

    def moved(self, dx: float, dy: float) -> Layout:
        """The same layout, shifted by pixels."""
        return replace(
            self,
            inputs=_shift(self.inputs, dx, dy),
            neurons=tuple(_shift(c, dx, dy) for c in self.neurons),
            trays=tuple(t and replace(t, left=t.left + dx, y=t.y + dy) for t in self.trays),
            activations=tuple(c and _shift(c, dx, dy) for c in self.activations),
        )


def _shift(column: Column, dx: float, dy: float) -> Column:
    return replace(column, x=column.x + dx, y=column.y + dy)


def _rows(n: int, most: int, height: float) -> tuple[Array, float]:
    """Centres of n rows, evenly spread about the middle, and the radius that fits."""
    room = height - HEADER - FOOTER
    spacing = min(room / max(n, 1), room / max(min(most, 4), 1) * 1.15, 96.0)
    middle = HEADER + room / 2
    y = np.asarray(middle + (np.arange(n) - (n - 1) / 2) * spacing, dtype=np.float64)
    # With room for a name below each circle it stays small; else names stand beside it.
    share = 0.34 if spacing > 40 else 0.43
    return y, float(min(MOST_RADIUS, spacing * share))


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
    for level in _LEVELS:
        capped = [(y, min(r, level.radius)) for y, r in rows]
        slot, gap = _fit(capped, has_tray, has_activation, m, width, level)
        if slot >= level.slot:
            break
    return _place(capped, has_tray, has_activation, m, max(slot, 0.3), gap, level, (width, height))


@dataclass(frozen=True, slots=True)
class _Level:
    """How tightly things stand: tried from roomy to tight until the slots are wide enough."""

    radius: float
    link: float
    behind: float
    gap: float
    slot: float


_LEVELS = (
    _Level(MOST_RADIUS, 30.0, 14.0, 0.115, NUMBER_SLOT),
    _Level(MOST_RADIUS, 22.0, 12.0, 0.06, NUMBER_SLOT),
    _Level(MOST_RADIUS, 18.0, 10.0, 0.075, 15.0),
    _Level(15.0, 12.0, 8.0, 0.055, 10.0),
    _Level(10.0, 9.0, 6.0, 0.035, 4.0),
    _Level(5.0, 4.0, 4.0, 0.012, 0.0),
)


def _fit(
    rows: list[tuple[Array, float]],
    has_tray: tuple[bool, ...],
    has_activation: tuple[bool, ...],
    m: int,
    width: float,
    level: _Level,
) -> tuple[float, float]:
    """The width of a slot, and of the gaps for lines, that fill the picture."""
    n_trays, n_behind, n_gaps = sum(has_tray), sum(has_activation), len(has_tray)
    circles = 2 * rows[0][1] + sum(
        2 * r * (2 if behind else 1)
        for (_, r), behind in zip(rows[1:], has_activation, strict=True)
    )
    room = width - LEFT - RIGHT - circles - n_trays * level.link - n_behind * level.behind
    free = room - n_gaps * max(level.gap * width, 10.0)
    slot = SLOT
    if n_trays:
        each = free / n_trays - 2 * TRAY_PAD
        slot = float(min(SLOT, (each + _slot_gap(each / m)) / m - _slot_gap(each / m)))
        # Slots too narrow for numbers show colours, and colours need little room.
        slot = slot if slot >= NUMBER_SLOT else min(slot, COLOR_SLOT)
    tray = 2 * TRAY_PAD + m * slot + (m - 1) * _slot_gap(slot)
    return slot, (room - n_trays * tray) / n_gaps


def _slot_gap(slot: float) -> float:
    return SLOT_GAP if slot >= NUMBER_SLOT else (1.0 if slot >= 6 else 0.0)


def _place(
    rows: list[tuple[Array, float]],
    has_tray: tuple[bool, ...],
    has_activation: tuple[bool, ...],
    m: int,
    slot: float,
    gap: float,
    level: _Level,
    size: tuple[float, float],
) -> Layout:
    x = LEFT + rows[0][1]
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
            tray = TrayColumn(x + level.link, y, slot, min(46.0, spacing * 0.82), m)
            x = tray.right
        if has_activation[index]:
            behind = Column(x + level.behind + radius, y, radius)
            x = behind.x + radius
        trays.append(tray)
        activations.append(behind)
    return Layout(*size, inputs, tuple(neurons), tuple(trays), tuple(activations))
