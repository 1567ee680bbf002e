"""The pictures of one neuron at a moment: one row each, in the order of tabs and lists.

To add one, write ``something_picture(frames, look, width, height)`` and its row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bnsim.pictures.backward.picture import backward_picture
from bnsim.pictures.captions import Frames
from bnsim.pictures.formula.picture import formula_picture
from bnsim.pictures.geometry.picture import geometry_picture
from bnsim.pictures.look import Look
from bnsim.pictures.matrix.picture import matrix_picture
from bnsim.pictures.microscope.picture import microscope_picture
from bnsim.pictures.types import Picture


class Understand(NamedTuple):
    """A row: name in files and commands, title in lists, word on its tab, how it is drawn.

    ``base`` is its size in a figure, ``least`` the smallest that still reads.
    """

    name: str
    title: str
    tab: str
    draw: Callable[[Frames, Look, float, float], Picture]
    base: tuple[float, float]
    least: tuple[float, float]


UNDERSTAND: tuple[Understand, ...] = (
    Understand(
        "microscope", "One neuron under the microscope", "Microscope",
        microscope_picture, (520.0, 400.0), (340.0, 250.0),
    ),
    Understand(
        "formula", "The formula of this step with its numbers", "Formula",
        formula_picture, (680.0, 230.0), (340.0, 170.0),
    ),
    Understand(
        "geometry", "The normalized batch as a vector", "Geometry",
        geometry_picture, (520.0, 400.0), (340.0, 260.0),
    ),
    Understand(
        "matrix", "Samples by neurons, the averaged axis lit", "Matrix",
        matrix_picture, (680.0, 420.0), (340.0, 260.0),
    ),
    Understand(
        "backward", "The gradient through the batch", "Backward",
        backward_picture, (680.0, 460.0), (340.0, 260.0),
    ),
)  # fmt: skip
