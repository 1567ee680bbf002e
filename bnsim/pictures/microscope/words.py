"""One short sentence below the microscope: what has just happened to this neuron."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.canvas import text_width
from bnsim.pictures.captions import Frames
from bnsim.pictures.look import Look, shown_sample
from bnsim.pictures.microscope.rows import column, decimals, moments, parameters
from bnsim.pictures.names import layer_name
from bnsim.pictures.printed import printed_mean, printed_scaled, printed_variance
from bnsim.pictures.sums import standardized
from bnsim.pictures.words import count_word, distinct, number, samples_words, special
from bnsim.sim.frame import Frame
from bnsim.sim.operation import Phase

Array = NDArray[np.float64]


def wrapped(text: str, size: float, room: float, most: int = 9) -> list[str]:
    """A sentence in lines of at most ``room`` pixels; what is past ``most`` stays one line."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        fits = bool(lines) and text_width(longer, size) <= room
        if fits or len(lines) == most:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def microscope_words(frames: Frames, look: Look, room: float, size: float) -> str:
    """The sentence for the moment; a shorter one where a long one has no room.

    Parameters
    ----------
    frames : mapping of lane to Frame
    look : Look
    room : float
        Pixels for the whole sentence at font size ``size``.
    """
    frame, layer = frames["with"], look.selected[0]
    with np.errstate(all="ignore"):
        if not frame.has_tray(layer):
            return _without_tray(frame, layer)
        return special_words(frame, look) or _of_operation(frame, look, room, size)


def _without_tray(frame: Frame, layer: int) -> str:
    name = layer_name(frame, layer)
    return f"No batch normalization at {name}: what it gives, on one ruler."


# -- special batches -------------------------------------------------------------------
def special_words(frame: Frame, look: Look) -> str:
    """Why this batch is special: not finite, gamma 0, one or two samples, no spread."""
    raw, known = column(frame, look, frame.raw_name(look.selected[0]))
    if not np.isfinite(raw[known]).all():
        return _not_finite(frame, look, raw, known)
    if frame.record.has(look.selected[0], "gamma") and column(frame, look, "y")[1].all():
        gamma, beta = parameters(frame, look)
        if gamma == 0:
            return f"γ = 0: every y is β = {number(beta)}, whatever the samples are."
    if not frame.training or moments(frame, look)[1] is None:
        return ""
    return _spreadless(frame, look, raw) or _two(frame, look)


def nonfinite_words(values: Array, samples: NDArray[np.int64]) -> str:
    """``sample 2: NaN``; several by their kind: ``samples 1 to 4: NaN · sample 6: ∞``."""
    kinds: dict[str, list[int]] = {}
    for value, sample in zip(values, samples, strict=True):
        word = special(float(value))
        if word is not None:
            kinds.setdefault(word, []).append(int(sample) + 1)
    return " · ".join(f"{_samples(found)}: {word}" for word, found in kinds.items())


def _samples(found: Sequence[int]) -> str:
    gaps = found[-1] - found[0] + 1 != len(found)
    return f"{len(found)} samples" if gaps and len(found) > 3 else samples_words(found)


def _not_finite(frame: Frame, look: Look, raw: Array, known: NDArray[np.bool_]) -> str:
    samples = np.flatnonzero(known)
    what = nonfinite_words(raw[samples], samples)
    what = what[0].upper() + what[1:]
    x_hat, there = column(frame, look, "x_hat")
    if not there.all():
        return f"{what}."
    lost = int((~np.isfinite(x_hat)).sum())
    if lost == frame.m:
        return f"{what}, so mean, deviation and every x̂ are lost."
    return f"{what}. {lost} of {frame.m} x̂ are lost with it."


def _spreadless(frame: Frame, look: Look, raw: Array) -> str:
    layer = look.selected[0]
    if frame.m == 1:
        return "One sample is its own mean: σ = 0 and x̂ = 0, whatever it was."
    if raw.max() != raw.min():
        return ""
    relu = frame.plan.layers[layer].activation == "relu"
    if raw[0] == 0 and relu and frame.raw_name(layer) == "a":
        return "Dead for this batch, ReLU gives only 0: σ = 0, every x̂ is 0."
    rounding = "" if moments(frame, look)[1] == 0 else " but for rounding"
    return f"All equal: σ = 0{rounding}, every x̂ is 0{rounding}."


def _two(frame: Frame, look: Look) -> str:
    x_hat, known = column(frame, look, "x_hat")
    if frame.m != 2 or not known.all():
        return ""
    low, high = float(x_hat.min()), float(x_hat.max())
    if high > 0.995:
        return "Two samples: always −1 and +1. Only which is larger is left."
    dialect = frame.plan.layers[look.selected[0]].dialect
    why = f"σ + {number(dialect.added)}" if dialect.added else "ε"
    words = f"{number(low, True)} and {number(high, True)}"
    return f"Two samples: −1 and +1 but for {why}, here {words}."


# -- operations ------------------------------------------------------------------------
def _of_operation(frame: Frame, look: Look, room: float, size: float) -> str:
    op = frame.operation
    here = op is not None and op.layer == look.selected[0]
    says = _OPERATIONS.get(op.phase) if op is not None and here else None
    texts = (says or _state)(frame, look)
    return next((text for text in texts if text_width(text, size) <= room), texts[-1])


def _state(frame: Frame, look: Look) -> tuple[str, ...]:
    """How far the batch of this neuron has come."""
    layer = look.selected[0]
    _, arrived = column(frame, look, frame.raw_name(layer))
    if not arrived.any():
        return ("No sample of this batch has arrived yet.",)
    if not arrived.all():
        return tuple(f"Still to come: {text}." for text in _missing(frame, arrived))
    name = "y" if frame.record.has(layer, "gamma") else "x_hat"
    if column(frame, look, name)[1].all():
        return _from_to(frame, look, name)
    return ("All samples are here: now the tray can take mean and deviation.",)


def _missing(frame: Frame, arrived: NDArray[np.bool_]) -> tuple[str, ...]:
    """``samples 2 and 3; the mean needs all three``, and shorter."""
    missing = samples_words([int(s) + 1 for s in np.flatnonzero(~arrived)])
    everyone = "both" if frame.m == 2 else f"all {count_word(frame.m)}"
    need = f"the mean needs {everyone}" if frame.training else "none waits for another"
    return f"{missing}; {need}", missing


def _from_to(frame: Frame, look: Look, name: str) -> tuple[str, ...]:
    """``0.36 to 88.7 became −0.71 to +1.41: same order, other scale``, and shorter."""
    raw, _ = column(frame, look, frame.raw_name(look.selected[0]))
    after, _ = column(frame, look, name)
    first, last = int(np.argmin(raw)), int(np.argmax(raw))
    if raw[first] == raw[last]:
        text = f"All {number(float(raw[first]))} became {number(float(after[first]), True)}."
        return (text,)
    was = " to ".join(distinct([float(raw[first]), float(raw[last])]))
    now = f"{number(float(after[first]), True)} to {number(float(after[last]), True)}"
    text = f"{was} became {now}"
    kept = "the order is kept, the scale is not" if after[first] < after[last] else "in reverse"
    return f"{text}: {kept}.", f"{text}."


def _arrived(frame: Frame, look: Look) -> tuple[str, ...]:
    name, sample = frame.raw_name(look.selected[0]), frame.sample or 0
    values, arrived = column(frame, look, name)
    came = f"Sample {sample + 1}: {name} = {decimals(float(values[sample]))}."
    if arrived.all():
        return f"{came} All are here: the mean can be taken.", came
    long, short = _missing(frame, arrived)
    return f"{came} Still to come: {long}.", f"{came} Still to come: {short}.", came


def _mean(frame: Frame, look: Look) -> tuple[str, ...]:
    values, mean, _ = _batch(frame, look)
    return f"μ = {printed_mean(values, mean)}", f"μ = {number(mean)}, the mean of all samples"


def _variance(frame: Frame, look: Look) -> tuple[str, ...]:
    values, mean, var = _batch(frame, look)
    side = moments(frame, look)[1] or 0.0
    root = f"σ = √{decimals(var)} = {decimals(side)}"
    long = f"σ² = {printed_variance(values, mean, var)}, σ = {decimals(side)}"
    return long, f"{root}: root of the mean squared distance to μ", root


def _batch(frame: Frame, look: Look) -> tuple[list[float], float, float]:
    layer, unit = look.selected
    values, _ = column(frame, look, frame.raw_name(layer))
    mean, var = (float(frame.record.view(layer, n)[unit]) for n in ("mean", "var"))
    return [float(v) for v in values], mean, var


def _normalized(frame: Frame, look: Look) -> tuple[str, ...]:
    (layer, unit), sample = look.selected, shown_sample(frame, look)
    text = f"x̂ = {standardized(frame, layer, sample, unit)}"
    return f"Sample {sample + 1}: {text}", text


def _scaled(frame: Frame, look: Look) -> tuple[str, ...]:
    sample = shown_sample(frame, look)
    gamma, beta = parameters(frame, look)
    x_hat, y = (float(column(frame, look, n)[0][sample]) for n in ("x_hat", "y"))
    text = f"y = γ x̂ + β = {printed_scaled(gamma, x_hat, beta, y)}"
    still = " γ = 1 and β = 0 change nothing yet." if gamma == 1 and beta == 0 else ""
    return f"Sample {sample + 1}: {text}.{still}", f"Sample {sample + 1}: {text}", text


def _left(frame: Frame, look: Look) -> tuple[str, ...]:
    (layer, unit), sample = look.selected, frame.sample or 0
    name = "y" if frame.record.has(layer, "gamma") else "x_hat"
    raw = float(column(frame, look, frame.raw_name(layer))[0][sample])
    gone = float(frame.record.view(layer, name)[sample, unit])
    return (f"Sample {sample + 1} came as {number(raw)} and leaves as {number(gone, True)}.",)


_OPERATIONS: dict[Phase, Callable[[Frame, Look], tuple[str, ...]]] = {
    Phase.ARRIVE: _arrived,
    Phase.MEAN: _mean,
    Phase.VARIANCE: _variance,
    Phase.NORMALIZE: _normalized,
    Phase.SCALE: _scaled,
    Phase.LEAVE: _left,
}
