"""What to export: a picture of a moment, how it shall look, and where it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bnsim.pictures.quantity import Quantity
from bnsim.sim.schedule import Schedule
from bnsim.sim.session import Session, schedule_of
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
    is refused.  ``inference`` shows the network at work, where ``t`` counts its operations;
    ``sample`` and ``focus`` are those of :class:`bnsim.pictures.look.Look`.
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
    inference: bool = False
    sample: int | None = None
    focus: Quantity | None = None


def schedule_for(job: ExportJob) -> Schedule:
    """The operations that a job's moments count."""
    return schedule_of(job.scenario, not job.inference)


def session_for(job: ExportJob) -> Session:
    """A session of a job's scenario at its moment, in training or at work.

    Raises
    ------
    InputError
        When a layer keeps no running statistics for inference.
    """
    session = Session(job.scenario)
    if job.inference:
        session.infer(True)
    session.seek(job.t)
    return session


#: Draws the whole window; it lives above this package, so it is handed in.
Window = Callable[[ExportJob], "QImage"]
#: Told (done, all); False stops the export.
Progress = Callable[[int, int], bool]


class CancelledError(Exception):
    """Someone has stopped an export: nothing is written."""
