"""Where the heat maps of an activation matrix stand: one above the other, or side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Heights above and below the cells: heading, names of the neurons, statistics.
HEADING, NAMES, FOOT = 18.0, 16.0, 17.0
#: Between two maps.
GAP, ROW_GAP = 16.0, 5.0
#: Cells with numbers are at least so large; beyond MOST they only grow the paper.
NUMBER_WIDTH, NUMBER_HEIGHT = 34.0, 14.0
MOST_WIDTH, MOST_HEIGHT = 112.0, 84.0
#: Smaller cells touch each other and are whole pixels wide.
LEAST_GAP_WIDTH, LEAST_GAP_HEIGHT = 12.0, 9.0
BEST_RATIO = 1.9


@dataclass(frozen=True, slots=True)
class Place:
    """One map: the corner of its cells, their size, and how many values a cell stands for."""

    left: float
    top: float
    cell_width: float
    cell_height: float
    rows: int
    columns: int
    per_row: int
    per_column: int
    #: How far its heading may reach.
    heading_right: float
    #: Whether the names of its samples and of its neurons are written at this map.
    names_rows: bool = True
    names_columns: bool = True

    @property
    def right(self) -> float:
        """The right edge of the cells."""
        return self.left + self.columns * self.cell_width

    @property
    def bottom(self) -> float:
        """The lower edge of the cells."""
        return self.top + self.rows * self.cell_height

    @property
    def is_fine(self) -> bool:
        """Whether cells are too small for gaps between them."""
        return self.cell_width < LEAST_GAP_WIDTH or self.cell_height < LEAST_GAP_HEIGHT

    @property
    def gap(self) -> float:
        """Between two cells."""
        return 0.0 if self.is_fine else 2.0


@dataclass(frozen=True, slots=True)
class Area:
    """Where the maps may be, and the room that the samples' names take on the left."""

    left: float
    top: float
    width: float
    height: float
    names: float


def lay_out(area: Area, samples: int, neurons: int, count: int) -> tuple[Place, ...]:
    """Places of one or two maps of samples x neurons.

    Of the two ways to stand the one wins whose cells show more, then the one whose cells have
    the better shape; it depends on sizes only, so that no step moves a map.
    """
    choices = [_stacked(area, samples, neurons, count)]
    if count == 2:
        choices.append(_side_by_side(area, samples, neurons))
    return max(choices, key=lambda places: _worth(places[0]))


def _worth(place: Place) -> tuple[float, float]:
    width, height = place.cell_width / place.per_column, place.cell_height / place.per_row
    shape = abs(math.log(width / height / BEST_RATIO))
    return round(min(width / NUMBER_WIDTH, height / NUMBER_HEIGHT, 1.0), 3), -shape


def _stacked(area: Area, samples: int, neurons: int, count: int) -> tuple[Place, ...]:
    """One above the other: the columns go on; the names stand at the first."""
    fixed = count * (HEADING + FOOT) + NAMES + (count - 1) * ROW_GAP
    sides = _cells(area.width - area.names, (area.height - fixed) / count, samples, neurons)
    left, top = _left(area, area.names + sides[0] * sides[3]), area.top + HEADING + NAMES
    right = area.left + area.width
    first = Place(left + area.names, top, *sides, right)
    below = first.bottom + FOOT + ROW_GAP + HEADING
    second = Place(first.left, below, *sides, right, names_columns=False)
    return (first, second)[:count]


def _side_by_side(area: Area, samples: int, neurons: int) -> tuple[Place, ...]:
    """Beside each other: the rows go on."""
    room = (area.width - area.names - GAP) / 2
    sides = _cells(room, area.height - HEADING - NAMES - FOOT, samples, neurons)
    block = sides[0] * sides[3]
    left, top = _left(area, area.names + 2 * block + GAP), area.top + HEADING + NAMES
    start = left + area.names
    first = Place(start, top, *sides, start + block)
    second = first.right + GAP
    return first, Place(second, top, *sides, second + block, names_rows=False)


def _left(area: Area, width: float) -> float:
    """In the middle."""
    return area.left + max((area.width - width) / 2, 0.0)


def _cells(
    width: float, height: float, samples: int, neurons: int
) -> tuple[float, float, int, int, int, int]:
    """Size of a cell, rows and columns, and the samples and neurons that one stands for."""
    cell_height, rows, per_row = _side(height, samples, MOST_HEIGHT)
    cell_width, columns, per_column = _side(width, neurons, MOST_WIDTH)
    if cell_width < LEAST_GAP_WIDTH or cell_height < LEAST_GAP_HEIGHT:
        cell_width = math.floor(cell_width)
    return cell_width, cell_height, rows, columns, per_row, per_column


def _side(room: float, count: int, most: float) -> tuple[float, int, int]:
    """Pixels of a cell (1 at least), how many, and how many values each stands for."""
    room = max(room, 1.0)
    each = max(1, math.ceil(count / room))
    cells = -(-count // each)
    return max(min(room / cells, most), 1.0), cells, each
