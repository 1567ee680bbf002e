"""Running statistics of one neuron, chasing the statistics of its batches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnsim.engine.dialects import Dialect
from bnsim.pictures.captions import Frames
from bnsim.pictures.look import Look
from bnsim.pictures.names import layer_name, neuron_name
from bnsim.pictures.palette import Theme
from bnsim.pictures.scale import Scale, axis, fitting, limits, round_up
from bnsim.pictures.status import fault_words
from bnsim.pictures.types import Axis, Color, Curve, Key, LegendEntry, Note, Panel, PlotPicture
from bnsim.pictures.words import count_word, fixed, full, number, short
from bnsim.sim.frame import Frame
from bnsim.sim.run import CACHE_BYTES, BatchRecord

Array = NDArray[np.float64]

#: At most so many batches are in view; fewer of large networks, so that the records that
#: one picture asks for stay in the run's cache.
MOST_BATCHES = 60
LEAST_BATCHES = 3
#: Points are drawn up to so many batches.
SYMBOLS_UP_TO = 30
#: Where running statistics stand before the first batch (`bnsim.engine.running`).
START = {"mean": 0.0, "var": 1.0}
TITLES = {"mean": "mean", "var": "variance"}


@dataclass(frozen=True, slots=True, eq=False)
class Chase:
    """One statistic of one neuron over the batches in view, up to the cursor.

    ``first`` is the first of them, from 0.  ``plain`` is the statistic of each batch, and times
    ``times`` what the running one moves to; ``running`` is where it then stands.  Both are NaN
    for a batch that left no trace.  ``before`` is where it stood before the first.
    """

    name: str
    first: int
    plain: Array
    times: float
    running: Array
    before: float

    @property
    def batch(self) -> Array:
        """What the running statistic moves to: of the variance the unbiased one, if so defined."""
        with np.errstate(all="ignore"):
            return np.asarray(self.plain * self.times)


def running_plot(frames: Frames, look: Look) -> PlotPicture:
    """Mean and variance of the selected neuron, batch by batch, and their running values.

    Two panels of the lane with batch normalization, or a sentence in a layer that keeps none.
    """
    frame, (layer, unit), theme = frames["with"], look.selected, look.theme
    title = f"{neuron_name(frame, layer, unit)}: running statistics"
    reason = _reason(frame, layer)
    if reason:
        return _picture(theme, title, "none in this layer", (_sentence(theme, reason),))
    chases = tuple(chase(frame, layer, unit, name) for name in START)
    few = chases[0].batch.size <= SYMBOLS_UP_TO
    legend = (
        LegendEntry("of each batch", theme.raw, "ring" if few else "", True, True),
        LegendEntry("running", theme.normalized, "disc" if few else "", True),
    )
    told = conclusion(frame.plan.layers[layer].dialect, chases[0])
    warning, count = _warning(frame, layer)
    panels = tuple(_panel(frame, c, look) for c in chases)
    return _picture(theme, title, count or pace(frame, layer), panels, legend, told, warning)


def _picture(
    theme: Theme,
    title: str,
    subtitle: str,
    panels: tuple[Panel, ...],
    legend: tuple[LegendEntry, ...] = (),
    told: str = "",
    warning: str = "",
) -> PlotPicture:
    words = told or " ".join(note.text for panel in panels for note in panel.notes)
    return PlotPicture(
        "running", title, subtitle, panels, theme.panel, theme.text, theme.muted, theme.grid,
        legend, told, f"{title}. {words}".strip(), warning,
    )  # fmt: skip


# -- a layer that keeps none ---------------------------------------------------------------
def _reason(frame: Frame, layer: int) -> tuple[str, ...]:
    """Why a layer has no running statistics, in short lines; () when it has."""
    plan = frame.plan.layers[layer]
    if plan.placement == "none":
        name = layer_name(frame, layer).replace("output", "the output")
        return f"There is no batch normalization at {name},", "so there are no statistics to keep."
    if plan.dialect.axis == 1:
        return (
            "Layer normalization keeps none: every sample",
            "has its own mean, in use as in training.",
        )
    if not plan.dialect.has_running:
        return (
            "This form of BN keeps none: it does not say",
            "how a sample alone is normalized in use.",
        )
    return ()


def _sentence(theme: Theme, lines: tuple[str, ...]) -> Panel:
    """Words in the middle of a panel without axes."""
    notes = tuple(
        Note(0.5, 0.55 - 0.1 * i, text, theme.muted, size=12.0, align="center")
        for i, text in enumerate(lines)
    )
    return Panel(Axis(0.0, 1.0), Axis(0.0, 1.0), notes=notes)


# -- numbers -------------------------------------------------------------------------------
def chase(frame: Frame, layer: int, unit: int, name: str) -> Chase:
    """A statistic ("mean" or "var") of a neuron, as far as the frame knows it.

    Running statistics are known together with those of their batch.
    """
    first, records = _records(frame)
    if not (frame.training and frame.known_samples(layer, name).all()):
        records = records[:-1]
    times = correction(frame.plan.layers[layer].dialect, frame.m) if name == "var" else 1.0
    plain = np.array([float(r.view(layer, name)[unit]) for r in records])
    plain[[_left_out(frame, record, layer) for record in records]] = np.nan
    running = np.array([_after(frame, r, layer, unit, name) for r in records])
    before = START[name]
    if first:
        before = _after(frame, frame.run.record(first - 1), layer, unit, name)
    return Chase(name, first, plain, times, running, before)


def _records(frame: Frame) -> tuple[int, list[BatchRecord]]:
    """The first batch in view, and the records from there up to the cursor."""
    last = frame.cursor.batch
    first = max(0, last + 1 - _in_view(frame))
    return first, [*(frame.run.record(index) for index in range(first, last)), frame.record]


def _in_view(frame: Frame) -> int:
    """How many batches have room."""
    fit = CACHE_BYTES // (2 * max(frame.record.arena.nbytes, 1))
    most = max(LEAST_BATCHES, min(MOST_BATCHES, fit))
    return min(most, frame.run.scenario.batches)


def correction(dialect: Dialect, m: int) -> float:
    """What a batch's variance is multiplied by for the running one: m / (m - 1), or 1."""
    return m / (m - 1) if dialect.unbiased and m > 1 else 1.0


def _after(frame: Frame, record: BatchRecord, layer: int, unit: int, name: str) -> float:
    """Where a batch moves a running statistic to; NaN where it leaves no trace."""
    if _left_out(frame, record, layer):
        return float("nan")
    return float(record.view(layer, f"running_{name}")[unit])


def _left_out(frame: Frame, record: BatchRecord, layer: int) -> bool:
    """Whether a batch is not committed.

    Of the batch at the cursor its update tells, or before that a statistic of this layer.
    """
    if record is not frame.record or frame.updated:
        return record.fault is not None
    known = [n for n in START if frame.training and frame.known_samples(layer, n).all()]
    return not all(np.isfinite(record.view(layer, name)).all() for name in known)


# -- words ---------------------------------------------------------------------------------
def pace(frame: Frame, layer: int) -> str:
    """How fast running statistics move, or that they stand still."""
    plan = frame.plan.layers[layer]
    if plan.frozen or not frame.training:
        return "in use they stand still"
    if plan.dialect.cumulative:
        return "the average of all batches"
    share = short(round(100 * (plan.dialect.running_rate or 0.0), 9))
    return f"each batch: {share} % of the way"


def conclusion(dialect: Dialect, c: Chase) -> str:
    """How far the running mean has come towards the average of the batches' means.

    Without a way to speak of, both are named.
    """
    kept = np.isfinite(c.running) & np.isfinite(c.batch)
    if not kept.any() or not np.isfinite(c.before):
        return ""
    with np.errstate(all="ignore"):
        average = float(np.mean(c.batch[kept]))
    now, count = float(c.running[kept][-1]), int(kept.sum())
    batches = f"{count_word(count)} batch{'es' * (count > 1)}"
    way = "" if dialect.cumulative else _way(c.before, now, average)
    if way:
        return f"{'Over the last' if c.first else 'After'} {batches} the running mean {way}."
    place = f"After batch {c.first + int(np.flatnonzero(kept)[-1]) + 1}"
    all_of_them = f"the last {count} batches" if c.first else batches
    return f"{place} the running mean is {number(now)}; {all_of_them} average {number(average)}."


def _way(before: float, now: float, average: float) -> str:
    """``22.9 has come 34 % of the way from 0 to the batches' average 67.2``, or "".

    The numbers have so many digits that the printed ones give the percentage.
    """
    with np.errstate(all="ignore"):
        share = float(np.divide(now - before, average - before))
    if not 0 < share < 1 or max(map(abs, (before, now, average))) >= 1e5:
        return ""
    for decimals in range(2, 8):
        a, b, c = (round(v, decimals) for v in (before, now, average))
        if a != c and round(100 * (b - a) / (c - a)) == round(100 * share):
            start, place, end = (fixed(v, decimals) for v in (a, b, c))
            percent = round(100 * share)
            return f"{place} has come {percent} % of the way from {start} to their average {end}"
    return ""


def _warning(frame: Frame, layer: int) -> tuple[str, str]:
    """The first batch in view that left no trace, by name, and how many there are."""
    bad = [record for record in _records(frame)[1] if _left_out(frame, record, layer)]
    if not bad:
        return "", ""
    return fault_words(bad[0]), f"{len(bad)} batch{'es' * (len(bad) > 1)} left no trace"


# -- drawing -------------------------------------------------------------------------------
def _panel(frame: Frame, c: Chase, look: Look) -> Panel:
    theme, (layer, unit) = look.theme, look.selected
    values = np.concatenate([c.batch, c.running, [c.before]])
    scale = fitting(values)
    low, high = limits(values, 1e-3 if np.nan_to_num(values).any() else 1.0)
    y = axis(scale, low if (values < 0).any() else 0.0, high)
    title = f"{'unbiased ' * (c.times != 1.0)}{TITLES[c.name]}"
    title += f", {scale.kind} axis" if scale.kind != "linear" else ""
    x = np.arange(c.batch.size + 1.0) + c.first
    key: Key = ("norm", layer, unit)
    of_batch = _curve(x[1:], c.batch, scale, theme.raw, False, _batch_tips(frame.m, c), key)
    values = np.append(c.before, c.running)
    running = _curve(x, values, scale, theme.normalized, True, _running_tips(c), key)
    curves = tuple(curve for curve in (running, of_batch) if curve is not None)
    return Panel(_batch_axis(c.first, _in_view(frame)), y, title, theme.text, curves=curves)


def _batch_axis(first: int, shown: int) -> Axis:
    """Batches from 1, with the moment before the first of them on the left."""
    step, last = max(1, int(round_up(shown / 5))), first + shown
    ticks = [(float(b), str(b)) for b in range(first + 1, last + 1) if b % step == 0]
    return Axis(first - 0.04 * shown, last + 0.04 * shown, tuple(ticks), "batch")


def _curve(
    x: Array, values: Array, scale: Scale, color: Color, solid: bool, tips: list[str], key: Key
) -> Curve | None:
    """The finite points, joined where nothing lies between them; running ones are solid."""
    shown = np.flatnonzero(np.isfinite(values))
    if not shown.size:
        return None
    few = x.size <= SYMBOLS_UP_TO + 1
    return Curve(
        x[shown], scale(values[shown]), color, 2.6 if solid else 1.4, not solid, True,
        np.append(np.diff(shown) == 1, False), ("disc" if solid else "ring") if few else "",
        (9.0 if solid else 7.0) * (1.0 if x.size <= 12 else 0.7),
        keys=tuple(key for _ in shown), tips=tuple(tips[i] for i in shown),
    )  # fmt: skip


def _batch_tips(m: int, c: Chase) -> list[str]:
    """The statistic of each batch, and how the unbiased variance comes about."""
    tips = []
    for index, (value, plain) in enumerate(zip(c.batch.tolist(), c.plain.tolist(), strict=True)):
        tip = f"{TITLES[c.name]} of batch {c.first + index + 1}\n{full(value)}"
        tips.append(tip + (f"\n= {full(plain)} × {m} / {m - 1}" if c.times != 1.0 else ""))
    return tips


def _running_tips(c: Chase) -> list[str]:
    """Where the running statistic stands after each batch, before the first of them too."""
    places = ["at the start"] if c.first == 0 else [f"after batch {c.first}"]
    places += [f"after batch {c.first + index + 1}" for index in range(c.running.size)]
    values = [c.before, *c.running.tolist()]
    return [
        f"running {TITLES[c.name]} {place}\n{full(value)}"
        for place, value in zip(places, values, strict=True)
    ]
