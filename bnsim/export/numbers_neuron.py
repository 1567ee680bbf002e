"""The numbers behind the pictures of one neuron, and the table of them all.

``ROWS`` lists the pictures that show less than everything; the others get every number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bnsim.engine.layout import PARAMETERS
from bnsim.export.job import ExportJob
from bnsim.export.numbers_of import (
    BATCH,
    LANE,
    LAYER,
    NEURON,
    QUANTITY,
    SAMPLE,
    SAMPLES,
    STEP,
    VALUE,
    Columns,
    Numbers,
    Row,
    column,
    loss_numbers,
    parts,
    sample_numbers,
    spread_numbers,
)
from bnsim.pictures.formula.choice import shown
from bnsim.pictures.formula.numbers import is_known, value_of
from bnsim.pictures.look import Look
from bnsim.pictures.palette import THEMES
from bnsim.pictures.plot_gradients import known_norms
from bnsim.pictures.plot_running import chase
from bnsim.pictures.quantity import NONE, Quantity
from bnsim.sim.frame import Frame
from bnsim.sim.jacobian import jacobian, terms
from bnsim.sim.session import Session

OTHER = ("other_sample", "index in the batch")
BACKWARD: Columns = (STEP, LANE, BATCH, SAMPLE, OTHER, LAYER, NEURON, QUANTITY, VALUE)
RUNNING: Columns = (STEP, LANE, BATCH, LAYER, NEURON, QUANTITY, VALUE)
NORMS: Columns = (STEP, LANE, BATCH, LAYER, ("gradient_norm", "L2 norm of the weights' gradient"))
FORMULA: Columns = (
    STEP, LANE, BATCH, QUANTITY, LAYER, SAMPLE, ("input", "index"), NEURON, VALUE
)  # fmt: skip


def neuron_numbers(session: Session, job: ExportJob) -> Numbers:
    """One neuron over the batch at the cursor."""
    layer, unit = job.selected
    rows: list[Row] = []
    for frame, name in parts(session, layer):
        rows += column(frame, frame.cursor.batch, layer, unit, name)
    return SAMPLES, rows


def backward_numbers(session: Session, job: ExportJob) -> Numbers:
    """The three terms of a neuron's gradient, sample by sample, and its Jacobian."""
    frame, (layer, unit) = session.frame("with"), job.selected
    if not frame.has_tray(layer):
        return neuron_numbers(session, job)
    return BACKWARD, [*_term_rows(frame, layer, unit), *_jacobian_rows(frame, layer, unit)]


def _term_rows(frame: Frame, layer: int, unit: int) -> Iterator[Row]:
    if not frame.gradient_known(layer):
        return
    at = int(frame.known_from(layer, "d_y")[0]) + frame.cursor.batch * frame.schedule.n
    found = terms(frame.record, layer, unit)
    for name, values in zip(found._fields, found, strict=True):
        for sample, value in enumerate(values.tolist()):
            place = (sample, None, layer, unit, f"d_{frame.raw_name(layer)} {name}")
            yield (at, frame.lane, frame.cursor.batch, *place, value)


def _jacobian_rows(frame: Frame, layer: int, unit: int) -> Iterator[Row]:
    known = frame.known_from(layer, "x_hat")
    if (known > frame.cursor.done).any():
        return
    at = int(known.max()) + frame.cursor.batch * frame.schedule.n
    values = jacobian(frame.record, layer, unit)
    for (sample, other), value in np.ndenumerate(values):
        place = (sample, other, layer, unit, f"d_x_hat / d_{frame.raw_name(layer)}")
        yield (at, frame.lane, frame.cursor.batch, *place, float(value))


def running_numbers(session: Session, job: ExportJob) -> Numbers:
    """A neuron's statistics and the running ones, without the batches that left no trace."""
    frame, (layer, unit) = session.frame("with"), job.selected
    rows: list[Row] = []
    for name in ("mean", "var"):
        if frame.record.has(layer, f"running_{name}"):
            rows += _chase_rows(frame, layer, unit, name)
    return RUNNING, rows


def _chase_rows(frame: Frame, layer: int, unit: int, name: str) -> Iterator[Row]:
    found = chase(frame, layer, unit, name)
    at = int(frame.known_from(layer, name)[0])
    pairs = zip(found.plain.tolist(), found.running.tolist(), strict=True)
    for batch, pair in enumerate(pairs, start=found.first):
        for quantity, value in zip((name, f"running_{name}"), pair, strict=True):
            if not np.isnan(value):
                t = batch * frame.schedule.n + at
                yield (t, frame.lane, batch, layer, unit, quantity, value)


def gradient_numbers(session: Session, _job: ExportJob) -> Numbers:
    """The gradient norm of every layer whose gradient is known."""
    return NORMS, [row for frame in session.frames().values() for row in _norm_rows(frame)]


def _norm_rows(frame: Frame) -> Iterator[Row]:
    start = frame.cursor.batch * frame.schedule.n
    for layer, norm in enumerate(known_norms(frame).tolist()):
        if frame.gradient_known(layer):
            at = start + int(frame.known_from(layer, "d_z")[0])
            yield (at, frame.lane, frame.cursor.batch, layer, norm)


def formula_numbers(session: Session, job: ExportJob) -> Numbers:
    """The numbers in the formulas of the moment, and their results."""
    frame = session.frames(job.sample)["with"]
    look = Look(THEMES["light"], job.selected, sample=job.sample, focus=job.focus)
    found = [q for s in shown(frame, look).statements for q in (*s.sources, s.quantity)]
    known = [q for q in dict.fromkeys(found) if is_known(frame, q)]
    return FORMULA, [_formula_row(frame, q) for q in known]


def _formula_row(frame: Frame, q: Quantity) -> Row:
    places = (q.layer, q.sample, q.source, q.unit)
    cells = (None if place == NONE else place for place in places)
    t = frame.cursor.batch * frame.schedule.n + _known_at(frame, q)
    return (t, frame.lane, frame.cursor.batch, q.name, *cells, value_of(frame, q))


def _known_at(frame: Frame, q: Quantity) -> int:
    """The operations of the batch after which a number is known."""
    if q.name == "loss":
        return frame.schedule.known[frame.lane].loss
    if q.name in PARAMETERS:
        return 0
    layer, name = (0, "x") if q.name == "targets" else (q.layer, q.name)
    return int(frame.known_from(layer, name.removeprefix("running_"))[max(q.sample, 0)])


ROWS: dict[str, Callable[[Session, ExportJob], Numbers]] = {
    "microscope": neuron_numbers,
    "formula": formula_numbers,
    "geometry": neuron_numbers,
    "matrix": spread_numbers,
    "backward": backward_numbers,
    "samples": sample_numbers,
    "spread": spread_numbers,
    "loss": loss_numbers,
    "gradients": gradient_numbers,
    "running": running_numbers,
}
