"""A contact sheet: the network at several moments, side by side."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from bnsim.export.scene import Part, Scene, shifted_all
from bnsim.pictures.captions import Frames
from bnsim.pictures.lanes import lanes_picture
from bnsim.pictures.legend import legend_picture
from bnsim.pictures.types import Text
from bnsim.sim.errors import InputError
from bnsim.sim.moment import moment_text
from bnsim.sim.operation import UNITS, Unit
from bnsim.sim.phases import PHASES
from bnsim.sim.session import Session

if TYPE_CHECKING:
    from bnsim.export.pictures import Moment

#: One lane of one moment, and the words above it.
CELL = (640.0, 280.0)
HEAD, GAP, MARGIN, LEGEND = 24.0, 14.0, 14.0, 50.0
MOST = 36


def stretch(session: Session, first: int, last: int, unit: str, most: int) -> list[int]:
    """The moments from ``first`` to ``last`` at which a unit ends, both included.

    Raises
    ------
    InputError
        When the last is before the first, or there are more than ``most``.
    """
    if last < first:
        raise InputError("the last moment is before the first; choose a later one.")
    if unit not in UNITS:
        raise InputError(f"there is no unit {unit[:40]!a}; use {', '.join(UNITS)}.")
    found = [first]
    while found[-1] < last and len(found) <= most:
        found.append(min(session.schedule.next(found[-1], cast(Unit, unit)), last))
    if len(found) > most:
        raise InputError(f"more than {most:,} moments; use a larger unit or fewer batches.")
    return found


def sheet_moments(moment: Moment) -> list[int]:
    """The stretch that is asked for, or the ends of the phases of the batch at the cursor."""
    job, session = moment.job, moment.session
    if job.until is not None:
        return stretch(session, job.t, job.until, job.unit, MOST)
    start = session.schedule.cursor(job.t).batch * session.schedule.n
    return stretch(session, start, start + session.schedule.n, "phase", MOST)[1:]


def _columns(count: int) -> int:
    """About as many as rows, so that few places stay empty."""
    middle = math.ceil(math.sqrt(count))
    choices = (middle, middle + 1) if count > 3 else (count,)
    return min(choices, key=lambda columns: (-count % columns, columns))


def sheet_size(moment: Moment) -> tuple[float, float]:
    """As large as its cells need."""
    count = len(sheet_moments(moment))
    columns = _columns(count)
    rows = math.ceil(count / columns)
    lanes = 2 if moment.job.lanes in ("compare", "both") else 1
    cell = CELL[1] * lanes + HEAD
    legend = LEGEND if moment.look.legend else 0.0
    width = columns * CELL[0] + (columns - 1) * GAP + 2 * MARGIN
    return width, rows * cell + (rows - 1) * GAP + 2 * MARGIN + legend


def sheet_scene(moment: Moment, width: float, height: float) -> Scene:
    """The cells in reading order, one legend below them."""
    times = sheet_moments(moment)
    theme = moment.look.theme
    legend = legend_picture(moment.frames["with"], theme, width - 2 * MARGIN)
    spare = legend.height + GAP if moment.look.legend else 0.0
    columns = _columns(len(times))
    rows = math.ceil(len(times) / columns)
    across = (width - 2 * MARGIN + GAP) / columns
    down = (height - 2 * MARGIN - spare + GAP) / rows
    parts: list[Part] = []
    for index, t in enumerate(times):
        row, column = divmod(index, columns)
        cell = _cell(moment, index, t, across - GAP, down - GAP)
        parts += shifted_all(cell, MARGIN + column * across, MARGIN + row * down)
    if moment.look.legend:
        parts += shifted_all(legend.shapes, MARGIN, height - MARGIN - legend.height)
    return Scene(width, height, theme.window, tuple(parts), "Contact sheet", "Phase by phase")


def _cell(moment: Moment, index: int, t: int, width: float, height: float) -> list[Part]:
    frames = _frames(moment.session, t)
    look = replace(moment.look, legend=False)
    head = HEAD if moment.look.title else 0.0
    picture = lanes_picture(frames, look, moment.job.lanes, width, height - head)
    parts = shifted_all(picture.shapes, 0.0, head)
    if head:
        words = f"{index + 1}  {_words(frames, t)}"
        color = moment.look.theme.text
        parts.append(Text(4.0, HEAD / 2 - 2, words, 13.0, color, True, "left", width))
    return parts


def _frames(session: Session, t: int) -> Frames:
    """The frames of another moment; the cursor stays."""
    before = session.t
    session.seek(t)
    frames = session.frames()
    session.seek(before)
    return frames


def _words(frames: Frames, t: int) -> str:
    schedule = frames["with"].schedule
    phase = moment_text(schedule, t).split(":")[1]
    return f"batch {frames['with'].cursor.batch + 1}: {PHASES[phase]}"
