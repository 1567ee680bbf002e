"""How large the gradient of each layer's weights is, without and with BN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.backward.numbers import printed_quotient
from bnsim.pictures.captions import Frames
from bnsim.pictures.look import Look
from bnsim.pictures.names import LANE_WORDS, layer_name
from bnsim.pictures.scale import Scale, axis, round_up
from bnsim.pictures.types import Axis, Curve, LegendEntry, Panel, PlotPicture
from bnsim.pictures.words import full, number
from bnsim.sim.frame import Frame
from bnsim.sim.run import Lane

Array = NDArray[np.float64]

LOG_RATIO = 20.0
#: Up to so many layers have their names below them, more of them numbers.
NAMED_LAYERS = 5


def gradients_plot(frames: Frames, look: Look) -> PlotPicture:
    """The L2 norm of the weights' gradient, layer by layer, as far as it is known.

    Parameters
    ----------
    frames : Frames
        Both lanes at the moment.
    look : Look
        Its theme.

    Returns
    -------
    PlotPicture
        One panel, a curve a lane; logarithmic where the norms span more than 20 times.
    """
    theme, frame = look.theme, frames["with"]
    norms = {lane: known_norms(f) for lane, f in frames.items()}
    scale, y = _norm_axis(np.concatenate(list(norms.values())))
    colors = {"without": theme.raw, "with": theme.normalized}
    curves = tuple(
        curve
        for lane, f in frames.items()
        for curve in _curves(f, norms[lane], scale, y, colors[lane])
    )
    legend = tuple(
        LegendEntry(LANE_WORDS[lane], colors[lane], _symbol(f), True, lane == "without")  # type: ignore[arg-type]
        for lane, f in frames.items()
    )
    conclusion = _conclusion(frames, norms) or _coming(frame)
    words = f"batch {frame.cursor.batch + 1} · L2 norm of ∂L/∂W"
    return PlotPicture(
        "gradients", "Gradient of each layer's weights",
        words + (" · log axis" if scale.kind == "log" else ""),
        (Panel(_layers_axis(frame), y, curves=curves),),
        theme.panel, theme.text, theme.muted, theme.grid, legend,
        conclusion=conclusion, description=f"Gradient norm per layer. {conclusion}",
        warning=_warning(frames, norms),
    )  # fmt: skip


def known_norms(frame: Frame) -> Array:
    """The L2 norm of d_W of every layer, NaN where it is not known, shape (layers,).

    It is scaled by the largest number first, so that no square overflows or vanishes.
    """
    result = np.full(frame.n_layers, np.nan)
    for layer in filter(frame.gradient_known, range(frame.n_layers)):
        d_w = frame.record.view(layer, "d_W")
        with np.errstate(all="ignore"):
            largest = np.abs(d_w).max(initial=0.0)
            rest = np.linalg.norm(d_w / largest) if 0 < largest < np.inf else 1.0
            result[layer] = largest * rest
    return result


def _norm_axis(norms: Array) -> tuple[Scale, Axis]:
    """From 0 up; logarithmic where norms span a wide range."""
    positive = norms[np.isfinite(norms) & (norms > 0)]
    if not positive.size:
        return Scale(), Axis(0.0, 1.0)
    low, high = float(positive.min()), round_up(float(positive.max()))
    if positive.max() / low <= LOG_RATIO or high <= 1e-290:
        return Scale(), axis(Scale(), 0.0, high or 1.0)
    return Scale("log"), axis(Scale("log"), max(10.0 ** np.floor(np.log10(low)), 1e-300), high)


def _layers_axis(frame: Frame) -> Axis:
    """Layers from the input to the output, with their names where there is room."""
    n = frame.n_layers
    step = -(-n // 12)
    named = n <= NAMED_LAYERS
    ticks = tuple(
        (i + 1.0, layer_name(frame, i) if named else str(i + 1)) for i in range(0, n, step)
    )
    return Axis(0.5, n + 0.5, ticks, "" if named else "layer")


def _symbol(frame: Frame) -> str:
    return "ring" if frame.lane == "without" else "disc"


def _curves(frame: Frame, norms: Array, scale: Scale, y: Axis, color: str) -> list[Curve]:
    """A line through the known norms; arrows where one is infinite, or 0 on a log axis."""
    known = np.array([frame.gradient_known(i) for i in range(norms.size)])
    below = (norms == 0) & (scale.kind == "log")
    above, places = np.isposinf(norms), np.arange(1, norms.size + 1).astype(np.float64)
    inside = np.flatnonzero(np.isfinite(norms) & ~below)
    curves = []
    if inside.size:
        joined = np.append(np.diff(inside) == 1, False)
        curves.append(
            Curve(
                places[inside], scale(norms[inside]), color, 1.6, frame.lane == "without", True,
                joined, _symbol(frame), tips=_tips(frame, norms, inside),  # type: ignore[arg-type]
            )
        )  # fmt: skip
    pad = 0.03 * (y.high - y.low)
    for mask, symbol, at in ((above, "arrow_up", y.high - pad), (below, "arrow_down", y.low + pad)):
        index = np.flatnonzero(mask & known)
        if index.size:
            rail = np.full(index.size, at)
            tips = _tips(frame, norms, index)
            curves.append(Curve(places[index], rail, color, line=False, symbol=symbol, tips=tips))  # type: ignore[arg-type]
    return curves


def _tips(frame: Frame, norms: Array, layers: Iterable[int]) -> tuple[str, ...]:
    lane = LANE_WORDS[frame.lane]
    return tuple(
        f"{layer_name(frame, int(i))}, {lane}\nnorm of ∂L/∂W {full(float(norms[i]))}"
        for i in layers
    )


def _conclusion(frames: Frames, norms: Mapping[Lane, Array]) -> str:
    """Largest over smallest of each lane that has at least two norms to compare."""
    parts = []
    for lane in frames:
        found = norms[lane][~np.isnan(norms[lane])]
        if found.size >= 2:
            parts.append(f"{LANE_WORDS[lane]} {_ratio(float(found.max()), float(found.min()))}")
    return f"Largest / smallest: {', '.join(parts)}." if parts else ""


def _ratio(high: float, low: float) -> str:
    if low > 0 and np.isfinite(high):
        return printed_quotient(high, low)
    return f"{number(high)} and {number(low)}"


def _coming(frame: Frame) -> str:
    """Why nothing is drawn yet."""
    if any(frame.gradient_known(i) for i in range(frame.n_layers)):
        return ""
    return "The gradients come after the loss, from the last layer back."


def _warning(frames: Frames, norms: Mapping[Lane, Array]) -> str:
    for lane, frame in frames.items():
        for layer, norm in enumerate(norms[lane]):
            if frame.gradient_known(layer) and not np.isfinite(norm):
                where = f"{layer_name(frame, layer)} {LANE_WORDS[lane]}"
                return f"the gradient of {where} is {number(float(norm))}"
    return ""
