"""A moment of a scenario as a picture file, with or without a screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QImage

from bnsim import __version__
from bnsim.export.render import render_picture, render_plot
from bnsim.export.writers import writer_for
from bnsim.files.atomic import write_bytes
from bnsim.pictures.graph import BASE, Look
from bnsim.pictures.lanes import lanes_picture
from bnsim.pictures.palette import THEMES
from bnsim.pictures.plots import PLOTS
from bnsim.sim.moment import moment_text
from bnsim.sim.session import Session
from bnsim.sim.spec import Scenario

PLOT_BASE = (480.0, 320.0)
WINDOW_BASE = (1440.0, 900.0)


@dataclass(frozen=True, slots=True)
class ExportJob:
    """What to draw, how large, and where to put it; ``lanes`` also takes "both"."""

    scenario: Scenario
    picture: str
    t: int
    size: tuple[int, int] | None
    dpi: int | None
    theme: str
    path: Path
    lanes: str = "compare"
    selected: tuple[int, int] = (0, 0)


#: Draws the whole window; it lives above this package, so it is handed in.
Window = Callable[[ExportJob], QImage]


def pictures_offered() -> list[tuple[str, str]]:
    """(name, title) of every picture that can be exported."""
    plots = [(plot.name, plot.title) for plot in PLOTS]
    return [("graph", "The network"), *plots, ("window", "The whole window")]


def run_job(job: ExportJob, window: Window) -> None:
    """Draw, then write in one piece; nothing half-written stays.

    Raises
    ------
    InputError
        When the suffix is unknown or the file cannot be written.
    """
    writer = writer_for(job.path)
    image = window(job) if job.picture == "window" else _draw(job)
    write_bytes(job.path, writer.write(image, _texts(job), job.dpi or 96))


def _texts(job: ExportJob) -> dict[str, str]:
    """What every picture says about itself."""
    session = Session(job.scenario)
    return {
        "Software": f"bnsim {__version__}",
        "Title": job.scenario.title,
        "bnsim-version": __version__,
        "bnsim-scenario": job.scenario.name,
        "bnsim-moment": moment_text(session.schedule, job.t),
        "bnsim-picture": job.picture,
        "bnsim-seed": str(job.scenario.seed),
    }


def _draw(job: ExportJob) -> QImage:
    session = Session(job.scenario)
    session.seek(job.t)
    frames = session.frames()
    look = Look(THEMES[job.theme], job.selected)
    if job.picture == "graph":
        base = (BASE[0], BASE[1] * (2 if job.lanes in ("compare", "both") else 1))
        size = job.size or (round(base[0] * 2), round(base[1] * 2))
        return render_picture(lambda w, h: lanes_picture(frames, look, job.lanes, w, h), size, base)
    plot = next(plot for plot in PLOTS if plot.name == job.picture)
    size = job.size or (round(PLOT_BASE[0] * 2), round(PLOT_BASE[1] * 2))
    return render_plot(plot.draw(frames, look), size, PLOT_BASE)
