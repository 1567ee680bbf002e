"""How every picture is drawn for a file: one row each.

To add a picture, write a function from a moment and a size to a scene, and its row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from bnsim.export import caption
from bnsim.export.job import ExportJob, session_for
from bnsim.export.scene import Scene, scene_of_picture, scene_of_plot
from bnsim.export.sheet import sheet_scene, sheet_size
from bnsim.pictures.captions import Frames
from bnsim.pictures.graph import BASE
from bnsim.pictures.lanes import lanes_picture
from bnsim.pictures.look import Look
from bnsim.pictures.names import lane_title
from bnsim.pictures.offered import SHEET
from bnsim.pictures.palette import THEMES
from bnsim.pictures.plots import PLOTS, Plot
from bnsim.pictures.timeline import HEIGHT, timeline_picture
from bnsim.pictures.understand import UNDERSTAND, Understand
from bnsim.sim.errors import InputError
from bnsim.sim.session import Session

Size = tuple[float, float]
PLOT_BASE: Size = (480.0, 320.0)
#: Letters of a figure on paper: 7 pt, of which numbers on an axis take 11 logical pixels.
PAPER_PT, PAPER_PX = 7.0, 11.0
BOTH = ("compare", "both")


@dataclass(frozen=True, slots=True)
class Moment:
    """What a picture is drawn from."""

    job: ExportJob
    session: Session
    frames: Frames
    look: Look


class Row(NamedTuple):
    """A picture: its size when nobody asks for one, the least it needs, and how it is drawn.

    ``tells`` is its caption and how many lines that gets at a width.
    """

    name: str
    base: Callable[[Moment], Size]
    least: Callable[[Moment], Size]
    draw: Callable[[Moment, float, float], Scene]
    tells: Callable[[Moment], str]
    lines: Callable[[float], int]


def moment_of(job: ExportJob, session: Session | None = None) -> Moment:
    """Both lanes at the job's moment."""
    session = session or session_for(job)
    session.seek(job.t)
    options = job.options
    words = {"title": options.title, "labels": options.labels, "legend": options.legend}
    pinned = {"sample": job.sample, "focus": job.focus}
    look = Look(THEMES[options.theme], job.selected, **words, **pinned)
    return Moment(job, session, session.frames(job.sample), look)


def row_of(name: str) -> Row:
    """The row of a picture.

    Raises
    ------
    InputError
        When it is none that is drawn as shapes.
    """
    for row in ROWS:
        if row.name == name:
            return row
    known = ", ".join(row.name for row in ROWS)
    raise InputError(f"the picture {name[:80]!a} cannot be drawn as shapes; use one of {known}.")


# -- the network -----------------------------------------------------------------------
def _graph_base(moment: Moment) -> Size:
    return BASE[0], BASE[1] * (2 if moment.job.lanes in BOTH else 1)


def _graph_least(moment: Moment) -> Size:
    """Room for every layer and tray, for the lanes and for a legend of four rows."""
    frame, lanes = moment.frames["with"], 2 if moment.job.lanes in BOTH else 1
    trays = sum(frame.has_tray(layer) for layer in range(frame.n_layers))
    width = min(190.0 + 70.0 * frame.n_layers + 140.0 * trays, BASE[0])
    return width, 225.0 * lanes + 90.0 * moment.look.legend


def _graph(moment: Moment, width: float, height: float) -> Scene:
    lanes = moment.job.lanes
    picture = lanes_picture(moment.frames, moment.look, lanes, width, height)
    title = "Without and with BN" if lanes in BOTH else lane_title(moment.frames[lanes])
    return scene_of_picture(picture, title)


def _sentence(moment: Moment) -> str:
    return caption.sentence(moment.frames, moment.look.selected, moment.job.lanes)


# -- plots -----------------------------------------------------------------------------
def _plot(plot: Plot, moment: Moment, width: float, height: float) -> Scene:
    options = moment.job.options
    picture = plot.draw(moment.frames, moment.look)
    if not options.title:
        picture = replace(picture, title="", subtitle="")
    if not options.labels:
        picture = replace(picture, panels=tuple(map(_unlabelled, picture.panels)))
    if not options.legend:
        picture = replace(picture, legend=())
    if not options.caption:
        picture = replace(picture, conclusion="")
    return scene_of_plot(picture, width, height)


def _unlabelled(panel):
    axes = {"x": replace(panel.x, label=""), "y": replace(panel.y, label="")}
    return replace(panel, **axes, title="", notes=())


def place(moment: Moment) -> str:
    """Where the numbers of a plot come from."""
    return caption.place(moment.frames, moment.job.t)


def _always(*size: float) -> Callable[[Moment], Size]:
    return lambda moment: size


def _one_line(width: float) -> int:
    return 1 if width >= 420 else 2


# -- one neuron ------------------------------------------------------------------------
def _understand(row: Understand, moment: Moment, width: float, height: float) -> Scene:
    picture = row.draw(moment.frames, moment.look, width, height)
    return scene_of_picture(picture, row.title)


# -- the timelines ---------------------------------------------------------------------
def _timeline(moment: Moment, width: float, height: float) -> Scene:
    session, job = moment.session, moment.job
    batches, theme = job.scenario.batches, moment.look.theme
    picture = timeline_picture(session.schedule, job.t, batches, theme, width)
    scene = scene_of_picture(picture, "Timeline")
    return replace(scene, height=height)


ROWS: tuple[Row, ...] = (
    Row(
        "graph",
        _graph_base,
        _graph_least,
        _graph,
        _sentence,
        caption.lines_for,
    ),
    *(
        Row(
            plot.name, _always(*PLOT_BASE), _always(330.0, 220.0), partial(_plot, plot),
            place, _one_line,
        )
        for plot in PLOTS
    ),
    *(
        Row(
            row.name, _always(*row.base), _always(*row.least), partial(_understand, row),
            _sentence, caption.lines_for,
        )
        for row in UNDERSTAND
    ),
    Row(
        "timeline", _always(900.0, HEIGHT), _always(560.0, HEIGHT), _timeline,
        _sentence, caption.lines_for,
    ),
    Row(SHEET, sheet_size, sheet_size, sheet_scene, place, _one_line),
)  # fmt: skip
