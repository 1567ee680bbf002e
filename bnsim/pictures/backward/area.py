"""Places that the parts of the gradient picture share: areas, labels, hatches, round ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bnsim.pictures.canvas import text_width
from bnsim.pictures.scale import round_up

Array = NDArray[np.float64]

SIZE, SMALL = 11.0, 10.0
ROW = 14.0
MANY_SAMPLES = 64
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends on the right."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return self.y + self.height


def label_step(m: int, pitch: float) -> int:
    """Every how many samples have a label, so that labels do not touch."""
    step, room = 8 if m > MANY_SAMPLES else 1, 7.0 + text_width(str(m), SMALL)
    while step * pitch < room and step < m:
        step *= 2
    return step


def labelled(m: int, step: int) -> list[int]:
    """The samples (from 0) with a label: every ``step``-th, and the first where there is room."""
    first = [0] if step >= 4 else []
    return first + list(range(step - 1, m, step))


def rounded_end(share: float, reach: float) -> float:
    """A share of ``reach`` whose value is round; as it is where no round number is near."""
    share = max(float(share), 0.0)
    end = round_up(share * reach) / reach if np.isfinite(share * reach) else share
    return end if np.isfinite(end) and share <= end <= 2 * share else share


def hatching(x: float, y: float, width: float, height: float, step: float = 4.5) -> Array:
    """Diagonal lines that fill a rectangle, shape (n, 4)."""
    offset = np.arange(step / 2, width + height, step)
    x0, x1 = np.maximum(0.0, offset - height), np.minimum(offset, width)
    return np.stack([x + x0, y + offset - x0, x + x1, y + offset - x1], axis=1)


def power_of(size: float) -> int:
    """The power of ten that numbers of this size leave to a heading; 0 for handy ones."""
    power = math.floor(math.log10(size)) if 0 < size < math.inf else 0
    return 0 if -1 <= power <= 2 else power


def in_tens(values: ArrayLike, power: int) -> Array:
    """Numbers in units of a power of ten."""
    with np.errstate(all="ignore"):
        # two steps: 10 to the power of -320 is 0
        half = power // 2
        return np.asarray(values) / 10.0**half / 10.0 ** (power - half)


def tens(power: int) -> str:
    """-6 -> "10⁻⁶"."""
    return "10" + str(power).translate(_SUPERSCRIPTS)


def fitting(options: Sequence[str], size: float, room: float, bold: bool = False) -> str:
    """The first text that there is room for, else the last."""
    share = 1.08 if bold else 1.0
    fit = (text for text in options if share * text_width(text, size) <= room)
    return next(fit, options[-1])


def wrapped(text: str, size: float, room: float) -> list[str]:
    """Lines of whole words, each at most ``room`` wide where a single word is not wider."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
