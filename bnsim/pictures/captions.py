"""What the current operation did, in one sentence with its live numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from bnsim.pictures.names import (
    LANE_WORDS,
    LOSS_TITLES,
    OPTIMIZER_TITLES,
    layer_name,
    neuron_name,
    source_name,
    tray_name,
)
from bnsim.pictures.printed import printed_mean, printed_scaled, printed_sum, printed_variance
from bnsim.pictures.status import fault_words
from bnsim.pictures.sums import deviation, neuron_sum, standardized
from bnsim.pictures.words import count_word, full, number, samples_words
from bnsim.sim.frame import Frame, Status
from bnsim.sim.operation import Operation, Phase
from bnsim.sim.run import LANES, Lane

Frames = Mapping[Lane, Frame]


def caption(frames: Frames, selected: tuple[int, int], shown: tuple[Lane, ...] = LANES) -> str:
    """The sentence under the timeline for the moment that the frames show.

    ``shown`` are the lanes on the screen: alone, the lane without has words of its own.
    """
    frame = frames["with"]
    op = frame.operation
    if op is None:
        return (
            "Nothing is computed yet. Press the right arrow key: sample 1 enters both "
            "networks, which have the same weights. Click a weight to change it."
        )
    unit = _unit(frame, op, selected)
    if shown == ("without",) and op.phase in _ALONE:
        return _ALONE[op.phase](frames, op, unit)
    return _SENTENCES[op.phase](frames, op, unit)


def _unit(frame: Frame, op: Operation, selected: tuple[int, int]) -> int:
    """The neuron a sentence speaks of: the selected one, or the one out of scale."""
    layer = op.layer if op.layer is not None else frame.n_layers - 1
    if selected[0] == layer:
        return selected[1]
    return int(np.argmax(frame.flags[layer].out_of_scale))


def _forward(frames: Frames, op: Operation, unit: int) -> str:
    frame = frames["with"]
    layer, sample = _place(op)
    text = f"{layer_name(frame, layer)}: {neuron_sum(frame, layer, sample, unit)}."
    if not frame.training and frame.has_tray(layer):
        return f"Sample {sample + 1} through {text} {_at_work(frame, layer, sample, unit)}"
    before = frame.schedule.operations[frame.cursor.done - 2]
    if before.phase is Phase.LEAVE and before.layer is not None:
        left = _became(frame, before.layer, sample, 0)
        again = f"Both lanes show sample {sample + 1} again."
        return f"{left} Then {neuron_sum(frame, layer, sample, unit)}. {again}"
    return f"Sample {sample + 1} through {text}"


def _at_work(frame: Frame, layer: int, sample: int, unit: int) -> str:
    """Inference: the running statistics stand in for those of the batch."""
    x_hat = standardized(frame, layer, sample, unit)
    return f"By the running mean and variance x̂ = {x_hat}: no sample waits for another."


def _arrive(frames: Frames, op: Operation, unit: int) -> str:
    frame, other = frames["with"], frames["without"]
    layer, sample = _place(op)
    last = other.n_layers - 1
    waits = _waits(frame, layer)
    went = ""
    if (
        layer < last
        and other.status(last, "out", sample) is Status.KNOWN
        and layer == _first(frame)
    ):
        out = float(other.record.out(last)[sample, 0])
        went = (
            f" Without BN it went on to the outputs: {neuron_name(other, last, 0)} = {number(out)}."
        )
    text = neuron_sum(frame, layer, sample, unit)
    return f"Sample {sample + 1}: {text}. With BN it {waits}.{went}"


def _waits(frame: Frame, layer: int) -> str:
    arrived, m = frame.arrived(layer), frame.m
    if arrived < m:
        missing = samples_words(list(range(arrived + 1, m + 1)))
        holds = ", which holds the batch," if arrived == 1 else ""
        return f"waits in the tray{holds} for {missing}"
    everyone = "both samples" if m == 2 else f"all {count_word(m)} samples"
    return f"arrives in the tray, which is now full: {everyone} are here"


def _first(frame: Frame) -> int:
    return next((i for i in range(frame.n_layers) if frame.has_tray(i)), frame.n_layers)


def _place(op: Operation) -> tuple[int, int]:
    return op.layer or 0, op.sample or 0


def _column(frame: Frame, layer: int, unit: int) -> list[float]:
    raw = frame.record.view(layer, frame.raw_name(layer))
    return [float(v) for v in raw[:, unit]]


def _mean(frames: Frames, op: Operation, unit: int) -> str:
    frame, layer = frames["with"], op.layer or 0
    mean = float(frame.record.view(layer, "mean")[unit])
    text = printed_mean(_column(frame, layer, unit), mean)
    name = neuron_name(frame, layer, unit)
    return f"Mean of {name} over the batch: {text}. Every neuron gets its own."


def _variance(frames: Frames, op: Operation, unit: int) -> str:
    frame, layer = frames["with"], op.layer or 0
    record = frame.record
    mean, var = (float(record.view(layer, n)[unit]) for n in ("mean", "var"))
    text = printed_variance(_column(frame, layer, unit), mean, var)
    name = neuron_name(frame, layer, unit)
    side = number(deviation(frame, layer, unit))
    return f"Variance of {name} over the batch: {text}, so its deviation is {side}."


def _normalize(frames: Frames, op: Operation, unit: int) -> str:
    frame, layer = frames["with"], op.layer or 0
    name, sample = neuron_name(frame, layer, unit), frame.sample or 0
    return (
        f"{name} of sample {sample + 1} standardized: x̂ = "
        f"{standardized(frame, layer, sample, unit)}. Every sample by this formula, every "
        "neuron by its own mean and variance."
    )


def _scale(frames: Frames, op: Operation, unit: int) -> str:
    frame, layer = frames["with"], op.layer or 0
    record, sample = frame.record, frame.sample or 0
    gamma, beta = (float(record.view(layer, n)[unit]) for n in ("gamma", "beta"))
    x_hat, y = (float(record.view(layer, n)[sample, unit]) for n in ("x_hat", "y"))
    start = gamma == 1 and beta == 0
    tail = " Gamma 1 and beta 0 are where they start: nothing changes yet." if start else ""
    return (
        f"Scaled and shifted by the learned gamma and beta: y = γ x̂ + β = "
        f"{printed_scaled(gamma, x_hat, beta, y)} for {neuron_name(frame, layer, unit)}.{tail}"
    )


def _leave(frames: Frames, op: Operation, unit: int) -> str:
    frame = frames["with"]
    layer, sample = _place(op)
    text = _became(frame, layer, sample, unit)
    return f"{text} Both lanes show sample {sample + 1} again."


#: Why a huge and a tiny value may become the same number.
_OWN = "(each by its own mean and deviation)"


def _became(frame: Frame, layer: int, sample: int, unit: int) -> str:
    """``Sample 1 leaves BatchNorm 1: 88.7 became +1.41, 0.36 became +1.41 too``."""
    raw, y = frame.record.view(layer, frame.raw_name(layer)), frame.record.view(layer, "y")
    units = [unit, *(u for u in range(raw.shape[1]) if u != unit)][:2]
    became = [number(float(y[sample, u]), True) for u in units]
    pairs = [
        f"{number(float(raw[sample, u]))} became {b}" for u, b in zip(units, became, strict=True)
    ]
    same = len(became) == 2 and became[0] == became[1]
    too = f" too {_OWN}." if same else "."
    return f"Sample {sample + 1} leaves {tray_name(frame, layer)}: {', '.join(pairs)}{too}"


def _loss(frames: Frames, op: Operation, unit: int) -> str:
    frame = frames["with"]
    title, n_out = LOSS_TITLES[frame.plan.loss], frame.plan.layers[-1].n_out
    over = f"{frame.m} samples"
    if frame.plan.loss == "mse":
        over += f" × {n_out} output{'s' * (n_out > 1)}"
    values = [f"{number(frames[lane].record.loss)} {LANE_WORDS[lane]}" for lane in frames]
    return f"Loss of the batch, the {title} over {over} against their targets: {', '.join(values)}."


def _backward(frames: Frames, op: Operation, unit: int) -> str:
    layer = op.layer or 0
    parts = [_largest_gradient(frames[lane], layer) for lane in frames]
    name = layer_name(frames["with"], layer)
    return (
        f"Backward through {name}: the largest gradient of a weight into it is {', '.join(parts)}."
    )


def _largest_gradient(frame: Frame, layer: int) -> str:
    d_w = frame.record.view(layer, "d_W")
    size = np.where(np.isnan(d_w), np.inf, np.abs(d_w))
    i, j = np.unravel_index(int(np.argmax(size)), d_w.shape)
    source = "normalized " if layer and frame.has_tray(layer - 1) else ""
    where = f"{source}{source_name(frame, layer, int(i))} → {neuron_name(frame, layer, int(j))}"
    return f"{number(float(d_w[i, j]), True)} ({where}) {LANE_WORDS[frame.lane]}"


def _update(frames: Frames, op: Operation, unit: int) -> str:
    frame = frames["with"]
    told = [
        f"{fault_words(f.record)} {LANE_WORDS[f.lane]}" for f in frames.values() if f.record.fault
    ]
    if told:
        return f"Not committed: {'; '.join(told)}. The parameters stay as they were before it."
    plan = frame.plan
    if plan.optimizer == "none":
        return "No optimizer in this scenario: every weight stays as it is for the next batch."
    return f"Update: every weight moves against its gradient; {_moved(frame)} with BN."


def _moved(frame: Frame) -> str:
    """How the weight with the largest gradient moves: a sum for SGD, else where it goes to."""
    plan, record = frame.plan, frame.record
    largest = [float(np.abs(record.view(i, "d_W")).max()) for i in range(frame.n_layers)]
    layer = int(np.argmax(largest))
    place = np.unravel_index(
        np.abs(record.view(layer, "d_W")).argmax(), record.view(layer, "W").shape
    )
    i, j = (int(index) for index in place)
    w, d_w = (float(record.view(layer, n)[i, j]) for n in ("W", "d_W"))
    name = f"w({source_name(frame, layer, i)} → {neuron_name(frame, layer, j)})"
    if plan.optimizer == "sgd":
        move = abs(plan.rate * d_w)
        places = 2 if move == 0 else min(max(2, 2 - int(np.floor(np.log10(move)))), 12)
        return f"{name} = {printed_sum([(-plan.rate, d_w)], w, w - plan.rate * d_w, places)}"
    after = float(frame.run.record(record.batch + 1).view(layer, "W")[i, j])
    return f"{name} goes from {full(w)} to {full(after)} by {OPTIMIZER_TITLES[plan.optimizer]}"


_SENTENCES: dict[Phase, Callable[[Frames, Operation, int], str]] = {
    Phase.FORWARD: _forward,
    Phase.ARRIVE: _arrive,
    Phase.MEAN: _mean,
    Phase.VARIANCE: _variance,
    Phase.NORMALIZE: _normalize,
    Phase.SCALE: _scale,
    Phase.LEAVE: _leave,
    Phase.LOSS: _loss,
    Phase.BACKWARD: _backward,
    Phase.UPDATE: _update,
}


def _alone_forward(frames: Frames, op: Operation, unit: int) -> str:
    frame = frames["without"]
    layer, sample = _place(op)
    return (
        f"Sample {sample + 1} through {layer_name(frame, layer)}: "
        f"{neuron_sum(frame, layer, sample, unit)}."
    )


def _alone_arrive(frames: Frames, op: Operation, unit: int) -> str:
    frame, sample, last = frames["without"], op.sample or 0, frames["without"].n_layers - 1
    if op.layer != _first(frames["with"]):
        return _alone_leave(frames, op, unit)
    return f"Sample {sample + 1} goes straight on: {neuron_sum(frame, last, sample, 0)}."


def _alone_leave(frames: Frames, op: Operation, unit: int) -> str:
    return f"Sample {(op.sample or 0) + 1} again, beside the lane with BN, which only now goes on."


def _alone_waits(frames: Frames, op: Operation, unit: int) -> str:
    return "Nothing happens without BN: the other lane normalizes its batch."


_ALONE: dict[Phase, Callable[[Frames, Operation, int], str]] = {
    Phase.FORWARD: _alone_forward,
    Phase.ARRIVE: _alone_arrive,
    Phase.LEAVE: _alone_leave,
    Phase.MEAN: _alone_waits,
    Phase.VARIANCE: _alone_waits,
    Phase.NORMALIZE: _alone_waits,
    Phase.SCALE: _alone_waits,
}
