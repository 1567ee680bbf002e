"""What a pointer that drags along a line of the microscope means, as a number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bnsim.pictures.captions import Frames
from bnsim.pictures.look import Look
from bnsim.pictures.microscope.number_line import Ends, NumberLine
from bnsim.pictures.microscope.rows import parameters, raw_line, scaled_line
from bnsim.pictures.types import Key

#: Any width will do where only values are asked for.
_ANY_WIDTH = 400.0


def raw_limits(frames: Frames, look: Look) -> Ends:
    """The ends of the raw line, which a drag of a raw ball holds still.

    Parameters
    ----------
    frames : mapping of lane to Frame
    look : Look
        Its ``held`` ends are given back as long as they are held.
    """
    return drag_limits(frames, look, ("raw", *look.selected, 0))


def drag_limits(frames: Frames, look: Look, key: Key) -> Ends:
    """The ends of the line that a mark is dragged along.

    ``key`` is ("raw", layer, unit, sample), ("gamma", layer, unit) or ("beta", layer, unit).
    """
    line = _line(frames, look, key, _ANY_WIDTH)
    return line.low, line.high


def dragged_value(frames: Frames, look: Look, key: Key, x: float, width: float) -> float:
    """The number that a pointer at pixel ``x`` means for the mark that it drags.

    Parameters
    ----------
    frames, look
        As for the picture of this ``width``; with ``look.held`` set the scale stands still.
    key : tuple
        ("raw", layer, unit, sample): the value under the pointer.  ("beta", layer, unit): y
        under the pointer.  ("gamma", layer, unit): y under the pointer minus beta.
    x, width : float
        In logical pixels.

    Returns
    -------
    float
        A multiple of a round step, about 1/200 of the line, between its ends.
    """
    line = _line(frames, look, key, width)
    base = parameters(frames["with"], look)[1] if key[0] == "gamma" else 0.0
    return line.dragged(x, base)


def _line(frames: Frames, look: Look, key: Key, width: float) -> NumberLine:
    frame, look = frames["with"], replace(look, lit=key)
    with np.errstate(all="ignore"):
        if key[0] == "raw":
            return raw_line(frame, look, width, look.held)
        return scaled_line(frame, look, width, look.held)
