"""What a lane does at a moment, in a few words for the head of its panel."""

from __future__ import annotations

from bnsim.pictures.names import layer_name, tray_name
from bnsim.pictures.words import number
from bnsim.sim.frame import Frame, Status
from bnsim.sim.operation import Operation, Phase
from bnsim.sim.run import BatchRecord


def fault_words(record: BatchRecord) -> str:
    """Why a batch is not committed, by layer, sample and neuron from 1; "" when it is."""
    fault = record.fault
    if fault is None:
        return ""
    places = ("layer", fault.layer), ("sample", fault.sample), ("neuron", fault.neuron)
    where = "".join(f", {word} {index + 1}" for word, index in places if index >= 0)
    name = fault.name.replace("d_", "∂L/∂")
    return f"{name} is not finite in batch {record.batch + 1}{where}"


def lane_status(frame: Frame) -> str:
    """Batch, sample and what a lane does, for the head of its panel."""
    place = f"batch {frame.cursor.batch + 1} of {frame.run.scenario.batches}"
    place = place if frame.training else f"inference · {place}"
    op = frame.operation
    if op is None:
        return f"{place} · before the first sample"
    words = [place]
    showing = "" if op.sample is not None else "showing "
    words.append(f"{showing}sample {(frame.sample or 0) + 1} of {frame.m}")
    words.append(_doing(frame, op))
    return " · ".join(word for word in words if word)


_TRAY_DOES = {
    Phase.MEAN: "takes the mean of every neuron",
    Phase.VARIANCE: "takes the variance of every neuron",
    Phase.NORMALIZE: "standardizes its batch",
    Phase.SCALE: "scales and shifts its batch",
    Phase.LEAVE: "lets the sample leave",
}


def _doing(frame: Frame, op: Operation) -> str:
    """What this lane does while the operation happens."""
    if op.phase is Phase.BACKWARD:
        return "gradients: of this sample on neurons, of the batch on lines"
    if op.phase in (Phase.LOSS, Phase.UPDATE):
        return f"loss of the batch {number(frame.record.loss)}"
    if op.layer is not None and frame.has_tray(op.layer) and op.phase in _TRAY_DOES:
        return f"{tray_name(frame, op.layer)} {_TRAY_DOES[op.phase]}"
    last, sample = frame.n_layers - 1, frame.sample or 0
    if frame.status(last, "out", sample) is Status.KNOWN:
        beside = op.phase in (Phase.LEAVE, Phase.FORWARD) and not frame.has_tray(_first_tray(frame))
        return "its earlier result, to compare" if beside and op.segment else "reached the output"
    held = [i for i in range(last + 1) if frame.arrived(i)]
    if held and frame.status(held[-1], "out", sample) is not Status.KNOWN:
        return f"waits in {tray_name(frame, held[-1])}"
    return f"on its way through {layer_name(frame, op.layer or 0)}"


def _first_tray(frame: Frame) -> int:
    """The first layer with a tray in the lane with batch normalization."""
    return next((i for i, p in enumerate(frame.schedule.placements) if p != "none"), 0)
