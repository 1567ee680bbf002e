"""What stands on the microscope's number lines: only what the frame knows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.captions import Frames
from bnsim.pictures.look import Look
from bnsim.pictures.microscope.number_line import (
    Ends,
    NumberLine,
    reach,
    round_ends,
    scale_for,
    wider,
)
from bnsim.pictures.quantity import NONE, Quantity
from bnsim.pictures.types import Key
from bnsim.pictures.words import fixed, number
from bnsim.sim.frame import Frame

Array = NDArray[np.float64]
Word = tuple[str, Key | None]

#: From the edge of the picture to the ends of the lines.
SIDE = 28.0
RAW_TITLES = {"z": "raw sum z", "a": "raw output a"}


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One number line with the values on it.

    ``values`` (m,) are meaningful where ``known`` (m,) is True; ``middle`` and ``side`` are
    the tick and the half length of the bar above the line, None while unknown.
    ``kind`` begins the marks of its values: "raw" or "slot"; the name of an array makes them
    quantities, "" leaves them without marks.
    """

    name: str
    title: str
    words: tuple[Word, ...]
    values: Array
    known: NDArray[np.bool_]
    line: NumberLine
    kind: str
    neuron: tuple[int, int]
    middle: float | None = None
    side: float | None = None

    def key(self, sample: int) -> Key | None:
        """The mark of a sample's ball, None where it has none."""
        layer, unit = self.neuron
        if self.kind in ("raw", "slot"):
            return (self.kind, layer, unit, sample)
        return Quantity(self.kind, layer, sample, unit) if self.kind else None


def decimals(value: float) -> str:
    """Two decimals, or about three digits for what is tiny or huge."""
    return fixed(value, 2) if value == 0 or 0.095 <= abs(value) < 1e5 else number(value)


def tidy_moments(values: Array) -> tuple[float, float]:
    """Mean and deviation; a mean that is 0 but for rounding as 0."""
    mean, side = float(values.mean()), float(values.std())
    return (0.0 if abs(mean) < 1e-12 * max(side, 1e-3) else mean), side


def rows_of(frames: Frames, look: Look, width: float, held: str = "") -> tuple[Row, ...]:
    """The number lines of the selected neuron, from above.

    Parameters
    ----------
    frames : mapping of lane to Frame
    look : Look
    width : float
        Of the picture, in pixels.
    held : str
        The line whose ends are ``look.held``, if they are held; "" for the one that the
        pointer is on.
    """
    with np.errstate(all="ignore"):
        if frames["with"].has_tray(look.selected[0]):
            return _tray_rows(frames["with"], look, width, held)
        return _lane_rows(frames, look, width)


# -- what is known ---------------------------------------------------------------------
def column(frame: Frame, look: Look, name: str) -> tuple[Array, NDArray[np.bool_]]:
    """All numbers of the neuron under a name, and which samples' are known."""
    layer, unit = look.selected
    array = frame.record.out(layer) if name == "out" else frame.record.view(layer, name)
    known = "tray" if name == frame.raw_name(layer) and frame.has_tray(layer) else name
    return array[:, unit], frame.known_samples(layer, known)


def moments(frame: Frame, look: Look) -> tuple[float | None, float | None]:
    """Mean and deviation that the tray takes, None while they are not known.

    Where the variance is too large for a number, the deviation is the denominator.
    """
    layer, unit = look.selected
    mean, var = (frame.value(layer, name, 0, unit) for name in ("mean", "var"))
    if var is None or not math.isinf(var):
        return mean, None if var is None else math.sqrt(var)
    return mean, frame.value(layer, "std", 0, unit)


def parameters(frame: Frame, look: Look) -> tuple[float, float]:
    """Gamma and beta of the neuron."""
    layer, unit = look.selected
    gamma, beta = (float(frame.record.view(layer, n)[unit]) for n in ("gamma", "beta"))
    return gamma, beta


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


# -- ends ------------------------------------------------------------------------------
def _seen(frame: Frame, look: Look, name: str) -> Array:
    """What has been seen of the neuron: this batch so far, and the batch before."""
    (layer, unit), batch = look.selected, frame.cursor.batch
    values, known = column(frame, look, name)
    now = values[known]
    if batch == 0 or not frame.training:
        return now
    before = frame.run.record(batch - 1)
    old = before.out(layer) if name == "out" else before.view(layer, name)
    return np.concatenate([old[:, unit], now])


def raw_line(frame: Frame, look: Look, width: float, held: Ends | None) -> NumberLine:
    """The line of the raw values; what is dragged along it does not move its scale."""
    seen = _seen(frame, look, frame.raw_name(look.selected[0]))
    return _line_of(seen, frame.m, width, held, _dragged_sample(frame, look) if held else None)


def _line_of(
    seen: Array, m: int, width: float, held: Ends | None, without: int | None = None
) -> NumberLine:
    ends = held or round_ends(seen, m)
    others = seen if without is None else np.delete(seen, seen.size - m + without)
    scale = scale_for(ends, others)
    if scale.kind == "symlog" and not held:
        ends = wider(ends)
    return NumberLine(*ends, SIDE, width - SIDE, scale)


def _dragged_sample(frame: Frame, look: Look) -> int | None:
    """The sample whose raw value the pointer holds."""
    known = frame.known_samples(look.selected[0], "tray")
    lit = look.lit
    if lit is None or lit[0] != "raw" or not known.all():
        return None
    return int(str(lit[3]))


def _x_hat_reach(frame: Frame, look: Look) -> float:
    """The end of the standardized line: no x-hat of a batch passes sqrt(m - 1)."""
    least = min(max(2.0, math.ceil(math.sqrt(max(frame.m - 1, 1)))), 4.0)
    return reach(_largest(*column(frame, look, "x_hat")), least)


def _largest(values: Array, known: NDArray[np.bool_]) -> float:
    v = np.abs(values[known])
    return float(v[np.isfinite(v)].max(initial=0.0))


def scaled_line(frame: Frame, look: Look, width: float, held: Ends | None) -> NumberLine:
    """The line of y: as long as that of x-hat, longer where gamma and beta ask for it."""
    least = _x_hat_reach(frame, look)
    gamma, beta = parameters(frame, look)
    bound = min(math.sqrt(max(frame.m - 1, 1)), least) if frame.training else 1.0
    need = max(abs(beta) + abs(gamma) * bound, _largest(*column(frame, look, "y")))
    end = reach(need if math.isfinite(need) else least, least)
    return NumberLine(*(held or (-end, end)), SIDE, width - SIDE)


def held_on(look: Look, held: str) -> dict[str, Ends]:
    """The ends that are held, by the line they belong to."""
    if look.held is None:
        return {}
    return {held or ("y" if is_handle(look.lit) else "raw"): look.held}


def is_handle(key: Key | None) -> bool:
    """Whether a mark is a handle, ("gamma" or "beta", layer, unit), and no number in words."""
    return key is not None and not isinstance(key, Quantity) and key[0] in ("gamma", "beta")


# -- rows ------------------------------------------------------------------------------
def _tray_rows(frame: Frame, look: Look, width: float, held: str) -> tuple[Row, ...]:
    fixed_ends = held_on(look, held)
    rows = [
        _raw_row(frame, look, raw_line(frame, look, width, fixed_ends.get("raw"))),
        _x_hat_row(frame, look, width),
    ]
    if frame.record.has(look.selected[0], "gamma"):
        rows.append(_y_row(frame, look, scaled_line(frame, look, width, fixed_ends.get("y"))))
    return tuple(rows)


def _raw_row(frame: Frame, look: Look, line: NumberLine) -> Row:
    layer, unit = look.selected
    name = frame.raw_name(layer)
    mean, side = moments(frame, look)
    running = "" if frame.training else "running "
    words: list[Word] = []
    if mean is not None:
        words.append((f"{running}mean μ {decimals(mean)}", Quantity("mean", layer, NONE, unit)))
    if side is not None:
        words.append((f"deviation σ {decimals(side)}", Quantity("var", layer, NONE, unit)))
    title = RAW_TITLES[name] + (" · symlog" if line.scale.kind == "symlog" else "")
    values, known = column(frame, look, name)
    return Row(
        "raw", title, tuple(words), values, known, line, "raw", look.selected,
        _finite(mean), _finite(side),
    )  # fmt: skip


def _x_hat_row(frame: Frame, look: Look, width: float) -> Row:
    values, known = column(frame, look, "x_hat")
    end = _x_hat_reach(frame, look)
    line = NumberLine(-end, end, SIDE, width - SIDE)
    words: tuple[Word, ...] = ()
    middle = side = None
    if known.all() and frame.training:
        middle, side = tidy_moments(values)
        words = (f"mean {decimals(middle)}", None), (f"deviation {decimals(side)}", None)
    elif not frame.training:
        middle, side = 0.0, 1.0
        words = (("0 is the running mean", None),)
    return Row(
        "x_hat", "standardized x̂", words, values, known, line, "slot", look.selected,
        _finite(middle), _finite(side),
    )  # fmt: skip


def _y_row(frame: Frame, look: Look, line: NumberLine) -> Row:
    layer, unit = look.selected
    values, known = column(frame, look, "y")
    gamma, beta = parameters(frame, look)
    words: tuple[Word, ...] = (
        (f"shift β {decimals(beta)}", Quantity("beta", layer, NONE, unit)),
        (f"scale γ {decimals(gamma)}", Quantity("gamma", layer, NONE, unit)),
    )
    return Row(
        "y", "scaled, shifted γ x̂ + β", words, values, known, line, "slot", look.selected,
        _finite(beta), _finite(abs(gamma)),
    )  # fmt: skip


def _lane_rows(frames: Frames, look: Look, width: float) -> tuple[Row, ...]:
    """Without a tray: the outputs of both lanes on one ruler."""
    seen = np.concatenate([_seen(frame, look, "out") for frame in frames.values()])
    line = _line_of(seen, frames["with"].m, width, None)
    return (
        _lane_row(frames["without"], look, "output without BN", line),
        _lane_row(frames["with"], look, "output with BN", line),
    )


def _lane_row(frame: Frame, look: Look, title: str, line: NumberLine) -> Row:
    values, known = column(frame, look, "out")
    words: tuple[Word, ...] = ()
    middle = side = None
    if known.all():
        middle, side = tidy_moments(values)
        words = (f"mean {decimals(middle)}", None), (f"deviation {decimals(side)}", None)
    title += " · symlog" if line.scale.kind == "symlog" else ""
    # A quantity is a number of the lane with BN.
    kind = frame.record.layout.output_name(look.selected[0]) if frame.lane == "with" else ""
    return Row(
        frame.lane, title, words, values, known, line, kind, look.selected,
        _finite(middle), _finite(side),
    )  # fmt: skip
