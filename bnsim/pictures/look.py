"""How a person looks at a moment: what is selected, pinned, and under the pointer."""

from __future__ import annotations

from dataclasses import dataclass

from bnsim.pictures.palette import Theme
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.types import Key
from bnsim.sim.frame import Frame


@dataclass(frozen=True, slots=True)
class Look:
    """Theme, selection, and where a person is in the graph.

    A figure may leave out its title, its labels or its legend.  ``sample`` is the sample
    that was chosen, None to follow the operations; ``lit`` is what the pointer is on in any
    picture, ``focus`` the number whose formula is asked for.  ``glide`` is how far things
    have moved (0 to 1) from where the operation before had left them.  ``held`` keeps the
    ends of the microscope's raw line while a value is dragged along it.  ``compared`` are
    the lanes of another branch, to stand beside these.
    """

    theme: Theme
    selected: tuple[int, int] = (0, 0)
    zoom: float = 1.0
    pan: tuple[float, float] = (0.0, 0.0)
    title: bool = True
    labels: bool = True
    legend: bool = True
    sample: int | None = None
    lit: Key | None = None
    focus: Quantity | None = None
    glide: float = 1.0
    held: tuple[float, float] | None = None
    compared: tuple[Frame, ...] = ()


def shown_sample(frame: Frame, look: Look) -> int:
    """The sample (from 0) that a picture of one sample shows."""
    chosen = look.sample if look.sample is not None else frame.sample
    return min(chosen or 0, frame.m - 1)
