"""A whole set of figures of a scenario: every picture at its telling moments."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from bnsim.export.job import ExportJob, Options
from bnsim.files.atomic import write_bytes
from bnsim.pictures.offered import PICTURES, WINDOW
from bnsim.sim.errors import InputError
from bnsim.sim.moment import moment_text
from bnsim.sim.operation import Phase
from bnsim.sim.schedule import Schedule
from bnsim.sim.session import Session
from bnsim.sim.spec import Scenario

INDEX = "index.csv"
FORMATS = (".png", ".svg", ".csv")


def figure_set(
    scenario: Scenario, folder: Path, options: Options, lanes: str, force: bool
) -> list[ExportJob]:
    """The jobs of a set; the folder is made, and nothing in it is replaced without force.

    Raises
    ------
    InputError
        When the folder cannot be made, or one of its files exists.
    """
    session = Session(scenario)
    jobs = [
        ExportJob(scenario, name, t, path, options, lanes, force=force)
        for name, t in _figures(session)
        for path in _paths(folder, session, name, t)
    ]
    taken = [path for path in (*(job.path for job in jobs), folder / INDEX) if path.exists()]
    if taken and not force:
        raise InputError(f"{os.fspath(taken[0])!r} exists; choose another folder or use --force.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot make the folder {os.fspath(folder)!r}: {error.strerror}; choose another one."
        ) from None
    return jobs


def _figures(session: Session) -> Iterator[tuple[str, int]]:
    for name, _title in PICTURES:
        for t in _TELLING.get(name, _last)(session):
            yield name, t


def _phases(session: Session) -> list[int]:
    """The ends of the phases of the first batch, and the end of the run."""
    ends = [last for _, last in session.schedule.groups("phase")]
    return sorted({*ends, session.last})


def _full(session: Session) -> list[int]:
    """When everything of the first batch is known, and the end of the run."""
    return sorted({session.schedule.n, session.last})


def _last(session: Session) -> list[int]:
    return [session.last]


def _first(session: Session) -> list[int]:
    return [session.schedule.n]


def _normalized(session: Session) -> list[int]:
    """When the first tray standardizes its first batch, or at the loss where there is none."""
    phases = [op.phase for op in session.schedule.operations]
    wanted = Phase.NORMALIZE if Phase.NORMALIZE in phases else Phase.LOSS
    return [phases.index(wanted) + 1]


_TELLING: dict[str, Callable[[Session], list[int]]] = {
    "graph": _phases,
    "microscope": _full,
    "formula": _normalized,
    "geometry": _first,
    "matrix": _first,
    "backward": _first,
    "samples": _full,
    "spread": _full,
    "timeline": _first,
    "sheet": _first,
    WINDOW: _first,
}


def _paths(folder: Path, session: Session, name: str, t: int) -> Iterator[Path]:
    moment = moment_text(session.schedule, t).replace(":", "-")
    for suffix in FORMATS:
        if not (name == WINDOW and suffix == ".svg"):
            yield folder / f"{session.scenario.name}-{name}-{moment}{suffix}"


def write_index(jobs: list[ExportJob], schedule: Schedule) -> None:
    """A table of the set beside its files.

    Raises
    ------
    InputError
        When it cannot be written.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("file", "picture", "title", "moment", "t"))
    titles = dict(PICTURES)
    for job in jobs:
        moment = moment_text(schedule, job.t)
        table.writerow((job.path.name, job.picture, titles[job.picture], moment, job.t))
    write_bytes(jobs[0].path.with_name(INDEX), text.getvalue().encode())
