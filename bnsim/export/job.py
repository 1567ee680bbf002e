"""What to export: a picture of a moment, how it shall look, and where it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bnsim.sim.spec import Scenario

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

#: What a file claims when nobody has asked for a resolution.
DEFAULT_DPI = 96


@dataclass(frozen=True, slots=True)
class Options:
    """How a picture looks; ``size`` in pixels, None for its own.

    ``title``, ``labels``, ``legend`` and ``caption`` switch those words on.
    """

    size: tuple[int, int] | None = None
    dpi: int | None = None
    theme: str = "light"
    title: bool = True
    labels: bool = True
    legend: bool = True
    caption: bool = True


@dataclass(frozen=True, slots=True)
class ExportJob:
    """A picture of moment ``t`` for the file ``path``.

    ``until`` is the last moment of an animation that goes from ``t`` on in steps of
    ``unit`` (None: the whole batch that ``t`` is in); without ``force`` an existing file
    is refused.
    """

    scenario: Scenario
    picture: str
    t: int
    path: Path
    options: Options = Options()
    lanes: str = "compare"
    selected: tuple[int, int] = (0, 0)
    until: int | None = None
    unit: str = "sample"
    fps: float = 2.0
    force: bool = True


#: Draws the whole window; it lives above this package, so it is handed in.
Window = Callable[[ExportJob], "QImage"]
#: Told (done, all); False stops the export.
Progress = Callable[[int, int], bool]


class CancelledError(Exception):
    """Someone has stopped an export: nothing is written."""
