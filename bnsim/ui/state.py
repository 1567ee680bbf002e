"""What a person has chosen to look at; the simulation does not know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bnsim.pictures.palette import LIGHT, Theme
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.types import Key
from bnsim.sim.operation import Unit
from bnsim.sim.spec import EditLane

Lanes = Literal["without", "with", "compare"]


@dataclass(slots=True)
class ViewState:
    """Step size, speed, lanes, theme, selection, what the pointer is on, and zoom.

    ``lit``, ``sample``, ``focus``, ``glide`` and ``held`` are those of
    :class:`bnsim.pictures.look.Look`.  ``edited`` says to which lanes an edit happens,
    ``compared`` which branch stands beside the one that is shown, ``still``
    whether nothing glides, ``asking`` whether an editor is open, which no card may cover.
    """

    unit: Unit = "sample"
    speed: int = 4
    lanes: Lanes = "compare"
    theme: Theme = LIGHT
    selected: tuple[int, int] = (0, 0)
    hovered: tuple[int, int] | None = None
    zoom: float = 1.0
    pan: tuple[float, float] = (0.0, 0.0)
    playing: bool = False
    lit: Key | None = None
    sample: int | None = None
    focus: Quantity | None = None
    glide: float = 1.0
    held: tuple[float, float] | None = None
    edited: EditLane = "both"
    compared: int | None = None
    still: bool = False
    asking: bool = False

    @property
    def interval_ms(self) -> int:
        """Time between two steps while playing: speed 1 is 2 s, 10 is 40 ms."""
        return round(2000 * 50 ** (-(self.speed - 1) / 9))
