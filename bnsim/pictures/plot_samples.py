"""One neuron over the samples: raw against normalized, or the two lanes."""

from __future__ import annotations

import numpy as np

from bnsim.pictures.captions import Frames
from bnsim.pictures.look import Look
from bnsim.pictures.names import neuron_name
from bnsim.pictures.palette import Theme
from bnsim.pictures.scale import Scale, axis, fitting, limits, split
from bnsim.pictures.series import SampleSeries, neuron_series
from bnsim.pictures.types import (
    Axis,
    Band,
    Curve,
    Key,
    LegendEntry,
    Panel,
    PlotPicture,
)
from bnsim.pictures.words import full, number
from bnsim.sim.frame import Frame

#: At least so many samples are in view, at most so many batches.
SAMPLES_IN_VIEW = 24
MOST_BATCHES = 8


class _Line:
    """One series with its look; ``quantity`` is the word in tips and legend."""

    def __init__(self, series: SampleSeries, color: str, solid: bool, quantity: str) -> None:
        self.series, self.color, self.solid, self.quantity = series, color, solid, quantity
        #: Scaled and shifted values lie on the normalized ones at first: both must be seen.
        self.inner = quantity.startswith("scaled")


def samples_plot(frames: Frames, look: Look) -> PlotPicture:
    """Raw and normalized values of the selected neuron, sample by sample.

    In a layer without a tray the outputs of both lanes are compared instead.
    """
    frame, theme = frames["with"], look.theme
    layer, unit = look.selected
    first, shown = batches_in_view(frame)
    lines = _lines(frames, layer, unit, first, theme)
    values = np.concatenate([line.series.values[line.series.known] for line in lines])
    # Raw and normalized values are worlds apart: a fixed kind of axis, so that no point jumps.
    scale = Scale("symlog") if frame.has_tray(layer) else fitting(values)
    low, high = limits(values, 2.0)
    y = axis(scale, low, high)
    name = neuron_name(frame, layer, unit)
    has_tray = frame.has_tray(layer)
    normalized = has_tray and bool(frame.known_samples(layer, "x_hat").any() or frame.cursor.batch)
    what = "raw against normalized" if has_tray else "without and with BN"
    panel = Panel(
        _batch_axis(first, shown, frame.m),
        y,
        bands=_bands(frame, theme, scale, shown, normalized),
        curves=tuple(c for line in lines for c in _curves(line, scale, y, first, frame, name)),
    )
    axis_word = f"{scale.kind} axis"
    legend = [
        LegendEntry(
            line.quantity, line.color, "disc" if line.solid else "ring", True, not line.solid
        )
        for line in lines
    ]
    if normalized:
        legend.append(LegendEntry("between −1 and +1", theme.band, "", False))
    so_far = "samples so far" if frame.training else "earlier batches as trained"
    return PlotPicture(
        "samples",
        f"{name}: {what}",
        f"{so_far} · {axis_word}",
        (panel,),
        theme.panel,
        theme.text,
        theme.muted,
        theme.grid,
        tuple(legend),
        description=f"{name}, {what}, samples seen so far",
        warning=_warning(lines, frame, layer, unit, first),
    )


def batches_in_view(frame: Frame) -> tuple[int, int]:
    """The first batch in view and how many have room."""
    fit = max(1, min(MOST_BATCHES, max(4, SAMPLES_IN_VIEW // frame.m)))
    shown = min(frame.run.scenario.batches, fit)
    return max(0, frame.cursor.batch - shown + 1), shown


def _lines(frames: Frames, layer: int, unit: int, first: int, theme: Theme) -> list[_Line]:
    frame = frames["with"]
    if not frame.has_tray(layer):
        without = neuron_series(frames["without"], layer, "out", unit, first)
        return [
            _Line(without, theme.raw, False, "without BN"),
            _Line(
                neuron_series(frame, layer, "out", unit, first), theme.normalized, True, "with BN"
            ),
        ]
    raw = neuron_series(frame, layer, frame.raw_name(layer), unit, first)
    x_hat = neuron_series(frame, layer, "x_hat", unit, first)
    lines = [
        _Line(raw, theme.raw, False, f"raw {frame.raw_name(layer)}"),
        _Line(x_hat, theme.normalized, True, "normalized x̂"),
    ]
    y = neuron_series(frame, layer, "y", unit, first)
    if not np.array_equal(y.values[y.known], x_hat.values[y.known], equal_nan=True):
        lines.append(_Line(y, theme.scaled, True, "scaled and shifted y"))
    return lines


def _batch_axis(first: int, shown: int, m: int) -> Axis:
    """Samples along x; a tick names each batch in its middle."""
    word = "batch " if shown <= 5 else ""
    ticks = tuple(((i + 0.5) * m + 0.5, f"{word}{first + i + 1}") for i in range(shown))
    return Axis(0.5, shown * m + 0.5, ticks, "" if word else "batch")


def _bands(
    frame: Frame, theme: Theme, scale: Scale, shown: int, unit_band: bool
) -> tuple[Band, ...]:
    """Every other batch on a stripe, and the band from -1 to +1."""
    m = frame.m
    stripes = [Band(theme.stripe, i * m + 0.5, (i + 1) * m + 0.5) for i in range(0, shown, 2)]
    band = [Band("#66" + theme.band[1:], None, None, scale.at(-1.0), scale.at(1.0))]
    return tuple(stripes + band * unit_band)


def _curves(line: _Line, scale: Scale, y: Axis, first: int, frame: Frame, name: str) -> list[Curve]:
    """The known points of a line, and arrows on the rail for infinite ones."""
    known = np.flatnonzero(line.series.known)
    values = line.series.values[known]
    finite, up, down, _ = split(values)
    places = known + 1.0
    if not values.size:
        return []
    curves = [
        _points(line, scale, places[finite], values[finite], known[finite], first, frame, name)
    ]
    for mask, symbol, rail in ((up, "arrow_up", y.high), (down, "arrow_down", y.low)):
        if mask.any():
            at = np.full(int(mask.sum()), rail - 0.04 * (y.high - y.low) * (1 if rail > 0 else -1))
            curves.append(Curve(places[mask], at, line.color, line=False, symbol=symbol))  # type: ignore[arg-type]
    return curves


def _points(
    line: _Line,
    scale: Scale,
    x: np.ndarray,
    values: np.ndarray,
    index: np.ndarray,
    first: int,
    frame: Frame,
    name: str,
) -> Curve:
    m = frame.m
    batches = first + index // m
    keys: tuple[Key, ...] = tuple(
        ("sample", int(b), int(i % m)) for b, i in zip(batches, index, strict=True)
    )
    tips = tuple(
        f"{name} · {line.quantity}\nbatch {b + 1}, sample {i % m + 1}\n{full(float(v))}"
        for b, i, v in zip(batches, index, values, strict=True)
    )
    joined = np.append(np.diff(x) == 1, False)
    size = (10.0 if x.size <= 40 else 6.0) * (0.55 if line.inner else 1.0)
    return Curve(
        x, scale(values), line.color, 1.6, not line.solid, True, joined,
        "disc" if line.solid else "ring", size, keys=keys, tips=tips,
    )  # fmt: skip


def _warning(lines: list[_Line], frame: Frame, layer: int, unit: int, first: int) -> str:
    """Names the first value that is not finite."""
    for line in lines:
        known = np.flatnonzero(line.series.known)
        bad = known[~np.isfinite(line.series.values[known])]
        if bad.size:
            word = number(float(line.series.values[bad[0]]))
            batch, sample = first + bad[0] // frame.m, bad[0] % frame.m
            where = f"layer {layer + 1}, neuron {unit + 1}"
            return f"{word} at batch {batch + 1}, sample {sample + 1}, {where}"
    return ""
