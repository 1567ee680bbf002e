"""The symbols of a plot's points and of its legend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bnsim.pictures.types import Arrow, Box, Circle, Color, Shape, Symbol

RING_WIDTH: Final = 1.6


def symbol(
    kind: Symbol, x: float, y: float, size: float, color: Color, background: Color
) -> Iterator[Shape]:
    """One symbol, `size` pixels across."""
    if kind == "disc":
        yield Circle(x, y, size / 2, color)
    elif kind == "ring":
        yield Circle(x, y, (size - RING_WIDTH) / 2, background, color, RING_WIDTH)
    elif kind == "triangle":
        yield Arrow(x, y, size * 1.1, color)
    else:
        yield from _rail(kind, x, y, size, color)


def _rail(kind: Symbol, x: float, y: float, size: float, color: Color) -> Iterator[Shape]:
    """A triangle against a bar: the value is beyond the end of the axis."""
    up = kind == "arrow_up"
    yield Arrow(x, y, size, color, "up" if up else "down")
    bar = y - size * 0.68 if up else y + size * 0.68
    yield Box(x - size * 0.55, bar - 0.8, size * 1.1, 1.6, color)
