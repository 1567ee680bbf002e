"""The line under a figure: what has just happened, or where its numbers come from."""

from __future__ import annotations

from bnsim.pictures.captions import Frames, caption
from bnsim.pictures.types import Color, Shape, Text
from bnsim.sim.moment import moment_text
from bnsim.sim.phases import PHASES
from bnsim.sim.run import LANES
from bnsim.views.fonts import text_width

SIZE, LINE, MARGIN = 12.0, 17.0, 14.0
#: Above and below the lines.
PAD, FOOT = 7.0, 7.0
#: At least so wide for so many lines; a figure keeps its lines from moment to moment.
_LINES = ((720.0, 2), (480.0, 3), (0.0, 4))


def sentence(frames: Frames, selected: tuple[int, int], lanes: str) -> str:
    """What the operation at the cursor did, with its live numbers."""
    shown = tuple(lane for lane in LANES if lanes in (lane, "compare", "both"))
    return caption(frames, selected, shown) if frames["with"].operation else "The start."


def place(frames: Frames, t: int) -> str:
    """``The article's example · batch 1 of 4, the loss of the batch is known``."""
    frame = frames["with"]
    scenario = frame.run.scenario
    phase = moment_text(frame.schedule, t).split(":")[1]
    where = f"batch {frame.cursor.batch + 1:,} of {scenario.batches:,}"
    return f"{scenario.title} · {where}: {PHASES[phase]}"


def lines_for(width: float) -> int:
    """How many lines a sentence gets at a width."""
    return next(lines for least, lines in _LINES if width >= least)


def height_of(lines: int) -> float:
    """What so many lines take of a figure's height."""
    return PAD + lines * LINE + FOOT


def wrapped(text: str, room: float, most: int) -> list[str]:
    """The text in at most so many lines; the last holds all the rest."""
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(lines) == most or text_width(longer, SIZE) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def caption_shapes(text: str, color: Color, width: float, top: float, most: int) -> list[Shape]:
    """The text under a figure, from ``top`` on."""
    room = width - 2 * MARGIN
    return [
        Text(MARGIN, top + PAD + LINE * (index + 0.5), line, SIZE, color, False, "left", room)
        for index, line in enumerate(wrapped(text, room, most))
    ]
