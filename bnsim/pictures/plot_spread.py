"""Every neuron of a layer over the batch: its values, mean and deviation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.captions import Frames
from bnsim.pictures.look import Look
from bnsim.pictures.names import layer_name, neuron_name
from bnsim.pictures.scale import Scale, axis, fitting, limits
from bnsim.pictures.series import known_column
from bnsim.pictures.types import Axis, Band, Curve, LegendEntry, Panel, PlotPicture
from bnsim.pictures.words import full
from bnsim.sim.frame import Frame

Array = NDArray[np.float64]

#: Numbers fit inside the points up to so many neurons and samples.
NUMBERED_NEURONS, NUMBERED_SAMPLES = 8, 9
MOST_LABELS = 16


def spread_plot(frames: Frames, look: Look) -> PlotPicture:
    """Two panels on one row of neurons: raw and normalized, or without and with BN."""
    frame, theme = frames["with"], look.theme
    layer = look.selected[0]
    n = frame.plan.layers[layer].n_out
    rows = _rows(frame, layer, n)
    if frame.has_tray(layer):
        parts = (
            (frame, frame.raw_name(layer), "raw", theme.raw, "ring"),
            (frame, "x_hat", "normalized", theme.normalized, "disc"),
        )
    else:
        parts = (
            (frames["without"], "out", "without BN", theme.raw, "ring"),
            (frame, "out", "with BN", theme.normalized, "disc"),
        )
    panels = tuple(
        _panel(part, name, title, color, symbol, layer, rows if i == 0 else _bare(rows))
        for i, (part, name, title, color, symbol) in enumerate(parts)
    )
    title = f"Every neuron of {layer_name(frame, layer)}"
    return PlotPicture(
        "spread", title, f"batch {frame.cursor.batch + 1} · mean ± deviation", panels,
        theme.panel, theme.text, theme.muted, theme.grid,
        (LegendEntry("sample, numbered" if _numbered(frame, n) else "sample", theme.raw, "ring"),
         LegendEntry("mean ± deviation of the batch", "#66" + theme.muted[1:])),
        description=title,
    )  # fmt: skip


def _rows(frame: Frame, layer: int, n: int) -> Axis:
    """One row a neuron, the first on top."""
    step = -(-n // MOST_LABELS)
    ticks = tuple((float(-u), neuron_name(frame, layer, u)) for u in range(0, n, step))
    return Axis(-n + 0.5, 0.5, ticks, "", n <= MOST_LABELS)


def _bare(rows: Axis) -> Axis:
    """The same rows without their names."""
    return Axis(rows.low, rows.high, tuple((at, "") for at, _ in rows.ticks), "", rows.grid)


def _panel(
    frame: Frame, name: str, title: str, color: str, symbol: str, layer: int, rows: Axis
) -> Panel:
    n = frame.plan.layers[layer].n_out
    columns = [known_column(frame, layer, name, unit) for unit in range(n)]
    values = np.concatenate([v for v, _ in columns]) if columns else np.empty(0)
    scale = fitting(values)
    low, high = limits(values, 2.0 if title == "normalized" else 1.0)
    if title == "normalized":
        reach = max(high, -low)
        low, high = -reach, reach
    elif values.size and np.nanmin(values) >= 0:
        low = 0.0
    x = axis(scale, low, high, grid=False)
    bands, curves = [], []
    for unit, (v, samples) in enumerate(columns):
        v, samples = v[np.isfinite(v)], samples[np.isfinite(v)]
        if v.size == frame.m and (title != "raw" or frame.known_samples(layer, "var").all()):
            bands.append(_band(v, scale, -unit, color))
        if v.size:
            curves.append(_points(frame, layer, unit, v, samples, scale, x, color, symbol, n))
    return Panel(x, rows, title, color, tuple(bands), tuple(curves))


def _band(values: Array, scale: Scale, row: float, color: str) -> Band:
    """From mean minus to mean plus one deviation of the values so far."""
    with np.errstate(over="ignore", invalid="ignore"):
        mean, sd = float(values.mean()), float(values.std())
    ends = np.nan_to_num(np.array([mean - sd, mean + sd]))
    x0, x1 = scale(ends)
    return Band("#44" + color[1:], float(x0), float(x1), row - 0.3, row + 0.3)


def _points(
    frame: Frame,
    layer: int,
    unit: int,
    values: Array,
    samples: NDArray[np.int64],
    scale: Scale,
    x: Axis,
    color: str,
    symbol: str,
    n: int,
) -> Curve:
    numbered = _numbered(frame, n)
    name, places = neuron_name(frame, layer, unit), scale(values)
    tips = tuple(
        f"{name}, sample {s + 1}\n{full(float(v))}" for s, v in zip(samples, values, strict=True)
    )
    return Curve(
        places, -unit + spread_offsets(places, x.high - x.low), color, line=False,
        symbol="ring" if symbol == "ring" else "disc",
        symbol_size=14.0 if numbered else max(4.0, 10.0 - n / 8),
        labels=tuple(str(s + 1) for s in samples) if numbered else (),
        keys=tuple(("neuron", layer, unit) for _ in samples), tips=tips,
    )  # fmt: skip


def _numbered(frame: Frame, n: int) -> bool:
    return n <= NUMBERED_NEURONS and frame.m <= NUMBERED_SAMPLES


def spread_offsets(places: Array, span: float) -> Array:
    """Small vertical shifts that keep points apart which would lie on each other.

    Points closer than 6 % of the axis to a neighbour stand below each other in the order
    of their samples, the first on top.
    """
    offsets = np.zeros(places.size)
    order = np.argsort(places, kind="stable")
    breaks = np.flatnonzero(np.diff(places[order]) >= 0.06 * span) + 1
    for cluster in np.split(order, breaks):
        if cluster.size > 1:
            half = min(0.3, 0.15 * (cluster.size - 1))
            offsets[np.sort(cluster)] = np.linspace(half, -half, cluster.size)
    return offsets
