"""Loss of both lanes, batch by batch, up to the cursor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.captions import Frames
from bnsim.pictures.look import Look
from bnsim.pictures.names import LANE_WORDS, LOSS_TITLES
from bnsim.pictures.palette import Theme, mix
from bnsim.pictures.scale import Scale, axis, round_up
from bnsim.pictures.types import Axis, Curve, LegendEntry, Panel, PlotPicture, Symbol
from bnsim.pictures.words import full, number
from bnsim.sim.frame import Frame
from bnsim.sim.run import Lane

Array = NDArray[np.float64]

SYMBOLS_UP_TO = 40
LOG_RATIO = 20.0
#: How far the lines of a compared branch stand back.
GHOST = 0.55


def loss_plot(frames: Frames, look: Look) -> PlotPicture:
    """The loss of every batch whose loss the cursor has reached, without and with BN."""
    theme, frame = look.theme, frames["with"]
    points = {lane: known_losses(f) for lane, f in frames.items()}
    others = [(f, known_losses(f)) for f in look.compared]
    shown = [*points.values(), *(p for _, p in others)]
    values = np.concatenate([np.concatenate(p[1:]) for p in shown])
    scale, y = _loss_axis(values)
    colors = {"without": theme.raw, "with": theme.normalized}
    curves = [
        c for lane, p in points.items() for c in _curves(frames[lane], p, scale, y, colors[lane])
    ]
    # Below the lanes: the other branch stands back.
    curves[:0] = [c for f, p in others for c in _ghost(f, p, scale, colors[f.lane], theme)]
    batches = frame.run.scenario.batches
    panel = Panel(_batches_axis(batches), y, curves=tuple(curves))
    legend = tuple(
        LegendEntry(
            LANE_WORDS[lane],
            colors[lane],
            "ring" if lane == "without" else "disc",
            True,
            lane == "without",
        )
        for lane in points
    )
    if others:
        faint = mix(theme.normalized, theme.panel, GHOST)
        legend = (*legend, LegendEntry("compared branch", faint, line=True))
    title = f"Loss: {LOSS_TITLES[frame.plan.loss]}"
    shared = "same start, data, seed" + (" · log axis" if scale.kind == "log" else "")
    return PlotPicture(
        "loss", title, shared, (panel,),
        theme.panel, theme.text, theme.muted, theme.grid, legend,
        conclusion=_conclusion(frames, look.compared),
        description=f"Loss. {_conclusion(frames, look.compared)}",
        warning=_warning(points),
    )  # fmt: skip


def known_losses(frame: Frame) -> tuple[Array, Array, Array]:
    """(batch from 0, smallest, largest) of every batch whose loss is known.

    At inference the last is that of this batch at work; it was not trained on.
    """
    losses, batch, loss = frame.run.losses, frame.cursor.batch, frame.loss
    if frame.training or loss is None:
        return losses.until(batch + (loss is not None))
    first, low, high = losses.until(batch)
    return np.append(first, batch), np.append(low, loss), np.append(high, loss)


def _loss_axis(values: Array) -> tuple[Scale, Axis]:
    """From 0 up; logarithmic when losses span a wide range."""
    finite = values[np.isfinite(values)]
    if not values.size:
        return Scale(), Axis(0.0, 1.0)
    positive = finite[finite > 0]
    high = round_up(float(finite.max(initial=0.0)) or 1.0)
    if positive.size and positive.max() > LOG_RATIO * positive.min():
        scale = Scale("log")
        return scale, axis(scale, 10.0 ** np.floor(np.log10(positive.min())), high)
    return Scale(), axis(Scale(), 0.0, high)


def _batches_axis(batches: int) -> Axis:
    """Batches from 1 to the end of the run, with about six ticks."""
    step = max(1, int(round_up(batches / 6)))
    ticks = tuple((float(b), str(b)) for b in range(step if step > 1 else 1, batches + 1, step))
    pad = max(0.5, 0.02 * batches)
    return Axis(1 - pad, batches + pad, ticks, "batch")


def _curves(
    frame: Frame, points: tuple[Array, Array, Array], scale: Scale, y: Axis, color: str
) -> list[Curve]:
    """A line through smallest and largest of every row, and arrows for infinite losses."""
    first, low, high = points
    if not first.size:
        return []
    thinned = frame.run.losses.width > 1
    x = np.repeat(first, 2) if thinned else first
    v = np.stack([low, high], axis=1).reshape(-1) if thinned else low
    finite = np.isfinite(v)
    few, short = first.size <= SYMBOLS_UP_TO, frame.run.scenario.batches <= SYMBOLS_UP_TO
    lane, without = LANE_WORDS[frame.lane], frame.lane == "without"
    shown = np.flatnonzero(finite)
    tips = tuple(f"batch {int(x[i]) + 1} {lane}\n{full(float(v[i]))}" for i in shown)
    symbol = ("ring" if without else "disc") if few else ""
    curves = [
        Curve(
            x[shown] + 1, scale(v[shown]), color, 1.6, without, True,
            np.append(np.diff(shown) == 1, False), symbol, 9.0 if short else 4.0, tips=tips,  # type: ignore[arg-type]
        )
    ]  # fmt: skip
    if (~finite).any():
        at = np.full(int((~finite).sum()), y.high - 0.03 * (y.high - y.low))
        curves.append(Curve(x[~finite] + 1, at, color, line=False, symbol="arrow_up"))
    return curves


def _ghost(
    frame: Frame, points: tuple[Array, Array, Array], scale: Scale, color: str, theme: Theme
) -> list[Curve]:
    """The losses of another branch, the smallest of every row: a faint and heavy line."""
    first, low, _ = points
    shown = np.flatnonzero(np.isfinite(low))
    if not shown.size:
        return []
    joined = np.append(np.diff(shown) == 1, False)
    x, y = first[shown] + 1, scale(low[shown])
    faint = mix(color, theme.panel, GHOST)
    symbol: Symbol = "disc" if shown.size <= SYMBOLS_UP_TO else ""
    return [Curve(x, y, faint, 3.0, frame.lane == "without", True, joined, symbol, 6.0)]


def _conclusion(frames: Frames, compared: tuple[Frame, ...] = ()) -> str:
    """One computed line: where both lanes stand, and those of a compared branch."""
    known = [(lane, f.loss) for lane, f in frames.items()]
    if any(loss is None for _, loss in known):
        return ""
    parts = [f"{number(loss)} {LANE_WORDS[lane]}" for lane, loss in known if loss is not None]
    there = [f"{number(f.loss)} {LANE_WORDS[f.lane]}" for f in compared if f.loss is not None]
    tail = f" Compared branch: {', '.join(there)}." if there else ""
    how = "" if frames["with"].training else " at inference"
    return f"Batch {frames['with'].cursor.batch + 1}{how}: {', '.join(parts)}.{tail}"


def _warning(points: Mapping[Lane, tuple[Array, Array, Array]]) -> str:
    for lane, (first, low, high) in points.items():
        bad = np.flatnonzero(~np.isfinite(low) | ~np.isfinite(high))
        if bad.size:
            word = number(float(high[bad[0]]))
            return f"loss {LANE_WORDS[lane]} is {word} at batch {int(first[bad[0]]) + 1}"
    return ""
