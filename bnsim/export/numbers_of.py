"""What is known at a moment, as rows: one function a picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bnsim.export.job import ExportJob
from bnsim.pictures.plot_loss import known_losses
from bnsim.pictures.plot_samples import batches_in_view
from bnsim.sim.frame import Frame
from bnsim.sim.run import LANES, BatchRecord
from bnsim.sim.session import Session

Cell = str | int | float | None
Row = tuple[Cell, ...]
Columns = tuple[tuple[str, str], ...]
Numbers = tuple[Columns, list[Row]]

STEP = ("t", "operations done when the number became known")
LANE = ("lane", "without or with batch normalization")
BATCH, SAMPLE = ("batch", "index"), ("sample", "index in the batch")
LAYER, NEURON = ("layer", "index"), ("neuron", "index")
QUANTITY, VALUE = ("quantity", "name as in bnsim run --help"), ("value", "dimensionless")

EVERYTHING: Columns = (
    STEP, LANE, BATCH, LAYER, QUANTITY, SAMPLE, ("input", "index"), NEURON, VALUE
)  # fmt: skip
#: Arrays of a layer by when they are known: with their sample, with the batch, always.
_BY_SAMPLE = ("x", "z", "x_hat", "y", "a")
_BY_BATCH = ("mean", "var", "running_mean", "running_var")
_PARAMETERS = ("W", "b", "gamma", "beta")
_AXES = {
    "W": ("input", "neuron"),
    "x": ("sample", "input"),
    **dict.fromkeys(("z", "x_hat", "y", "a"), ("sample", "neuron")),
}
_BACKWARD = tuple("d_" + name for name in (*_BY_SAMPLE, "mean", "var", *_PARAMETERS))


def _lanes(lanes: str) -> tuple[str, ...]:
    return tuple(lane for lane in LANES if lanes in (lane, "compare", "both"))


def moment_numbers(session: Session, job: ExportJob) -> Numbers:
    """Every number of the batch at the cursor that is known, lane by lane."""
    frames = session.frames()
    rows = [row for lane in _lanes(job.lanes) for row in _frame_rows(frames[lane])]
    return EVERYTHING, rows


def _frame_rows(frame: Frame) -> Iterator[Row]:
    start, batch = frame.cursor.batch * frame.schedule.n, frame.cursor.batch
    for layer in range(frame.n_layers):
        for name in (*_PARAMETERS, *_BY_SAMPLE, *_BY_BATCH, *_BACKWARD):
            if frame.record.has(layer, name):
                for at, *cells in _known_cells(frame, layer, name):
                    yield (start + at, frame.lane, batch, layer, name, *cells)
    if frame.loss is not None:
        at = start + frame.schedule.known[frame.lane].loss
        yield (at, frame.lane, batch, None, "loss", None, None, None, frame.loss)


def _known_cells(frame: Frame, layer: int, name: str) -> Iterator[Row]:
    """(operations done, sample, input, neuron, value) of the numbers that are known."""
    array = frame.record.view(layer, name)
    known, axes = _known_from(frame, layer, name).tolist(), _axes(frame, layer, name)
    for index, value in zip(np.ndindex(array.shape), array.ravel().tolist(), strict=True):
        place = dict(zip(axes, index, strict=True))
        at = known[place.get("sample", 0)]
        if at <= frame.cursor.done:
            yield (at, *map(place.get, ("sample", "input", "neuron")), float(value))


def _axes(frame: Frame, layer: int, name: str) -> tuple[str, ...]:
    """What the axes of an array count; layer normalization has a mean a sample."""
    plain = name.removeprefix("d_")
    by_sample = frame.plan.layers[layer].dialect.axis == 1
    if plain in ("mean", "var") and by_sample:
        return ("sample",)
    return _AXES.get(plain, ("neuron",))


def _known_from(frame: Frame, layer: int, name: str) -> np.ndarray:
    """For each sample the operations after which a number is known."""
    if name in _PARAMETERS:
        return np.zeros(frame.m, np.int64)
    if name in _BY_BATCH and not frame.has_tray(layer):
        return frame.known_from(layer, "x_hat")
    return frame.known_from(layer, {"running_mean": "mean", "running_var": "var"}.get(name, name))


# -- plots -----------------------------------------------------------------------------
SAMPLES: Columns = (STEP, LANE, BATCH, SAMPLE, LAYER, NEURON, QUANTITY, VALUE)


def parts(session: Session, layer: int) -> list[tuple[Frame, str]]:
    """What a plot of a layer compares: raw and normalized, or the two lanes."""
    frames = session.frames()
    frame = frames["with"]
    if not frame.has_tray(layer):
        return [(frames["without"], "out"), (frame, "out")]
    return [(frame, frame.raw_name(layer)), (frame, "x_hat"), (frame, "y")]


def sample_numbers(session: Session, job: ExportJob) -> Numbers:
    """One neuron over the samples so far of the batches in view."""
    layer, unit = job.selected
    first, _ = batches_in_view(session.frame("with"))
    rows: list[Row] = []
    for frame, name in parts(session, layer):
        for batch in range(first, frame.cursor.batch + 1):
            rows += column(frame, batch, layer, unit, name)
    return SAMPLES, rows


def spread_numbers(session: Session, job: ExportJob) -> Numbers:
    """Every neuron of a layer in the batch at the cursor."""
    layer = job.selected[0]
    rows: list[Row] = []
    for frame, name in parts(session, layer):
        for unit in range(frame.plan.layers[layer].n_out):
            rows += column(frame, frame.cursor.batch, layer, unit, name)
    return SAMPLES, rows


def column(frame: Frame, batch: int, layer: int, unit: int, name: str) -> Iterator[Row]:
    """The known numbers of a neuron in a batch."""
    record = frame.record if batch == frame.cursor.batch else frame.run.record(batch)
    values = _out(record, layer, name)[:, unit].tolist()
    known = frame.known_from(layer, name).tolist()
    for sample, (at, value) in enumerate(zip(known, values, strict=True)):
        t = batch * frame.schedule.n + at
        if batch < frame.cursor.batch or at <= frame.cursor.done:
            yield (t, frame.lane, batch, sample, layer, unit, name, value)


def _out(record: BatchRecord, layer: int, name: str) -> np.ndarray:
    return record.out(layer) if name == "out" else record.view(layer, name)


LOSS: Columns = (
    STEP, LANE, BATCH, ("last_batch", "index; a long run keeps a row for several batches"),
    ("loss", "dimensionless"), ("highest_loss", "dimensionless"),
)  # fmt: skip


def loss_numbers(session: Session, _job: ExportJob) -> Numbers:
    """The loss of every batch that the cursor has reached."""
    return LOSS, [row for frame in session.frames().values() for row in _losses(frame)]


def _losses(frame: Frame) -> Iterator[Row]:
    losses, n = frame.run.losses, frame.schedule.n
    trained = frame.cursor.batch + (frame.training and frame.loss is not None)
    known = frame.schedule.known[frame.lane].loss
    for first, low, high in zip(*(part.tolist() for part in known_losses(frame)), strict=True):
        last = max(int(first), min(int(first) + losses.width, trained) - 1)
        yield (last * n + known, frame.lane, int(first), last, low, high)
