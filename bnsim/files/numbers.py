"""The numbers of a run as NPZ or CSV.

NPZ keys are ``<lane>/<batch>/<layer>/<name>``, batch and layer counted from 0, lane
``without`` or ``with``.  With m samples in a batch, D inputs and H units of the layer, all
float64:

==========================  ======  ====================================================
name                        shape   definition
==========================  ======  ====================================================
x                           (m, D)  what goes into the layer
W, b                        (D, H)  weights, and (H,) bias, before the update
z                           (m, H)  x W + b
mean, var                   (H,)    of the batch; var is biased (divided by m)
x_hat                       (m, H)  (v - mean) / sqrt(var + eps), with v = z where batch
                                    normalization stands before the activation, else a;
                                    (v - mean) / (sqrt(var) + 1) in the dialect article
gamma, beta                 (H,)    scale and shift, before the update
y                           (m, H)  gamma x_hat + beta
a                           (m, H)  the activation of y (before) or of z (after, none)
running_mean, running_var   (H,)    after this batch's forward pass
d_<name>                    as it   derivative of the batch's loss with respect to it;
                                    none of running_mean and running_var
==========================  ======  ====================================================

A layer without batch normalization has no mean to running_var; the dialect article has no
gamma, beta and running statistics.  For each batch there are also ``<lane>/<batch>/loss``,
a number (), ``<lane>/<batch>/samples``, the rows of the data (m,) int64, and
``<lane>/<batch>/targets`` (m, outputs).

CSV is the same in long form, with the columns lane, batch, layer, name, row, column, value:
row is the sample (the input, for W), column the unit (the input, for x); a field is empty
where the array has no such axis.  Numbers are written so that they read back exactly.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.engine.layout import layout_of
from bnsim.files.atomic import write_bytes
from bnsim.sim.errors import InputError
from bnsim.sim.run import BatchRecord, Lane, Run, plan_of
from bnsim.sim.spec import Scenario

MAX_BYTES = 1 << 30

_VALUES = ("x", "z", "mean", "var", "x_hat", "y", "a", "W", "b", "gamma", "beta")
NAMES = (*_VALUES, "running_mean", "running_var", *("d_" + name for name in _VALUES))
"""The names of a layer's arrays, in the order of a file."""

_DATE = (1980, 1, 1, 0, 0, 0)
_ENTRY_BYTES = 400
"""A zip entry's two headers with its name, and the header of an .npy file."""
_LINE_BYTES = 64

Numbers = NDArray[Any]


class Entry(NamedTuple):
    """One array and where it belongs; ``layer`` is None for loss, samples and targets."""

    lane: Lane
    batch: int
    layer: int | None
    name: str
    values: Numbers

    @property
    def key(self) -> str:
        """The key in an NPZ file."""
        layer = () if self.layer is None else (self.layer,)
        return "/".join(map(str, (self.lane, self.batch, *layer, self.name)))


class Format(NamedTuple):
    """A row of the table: suffix, what it is, how it is made, and its size beforehand."""

    suffix: str
    title: str
    encode: Callable[[Iterable[Entry]], bytes]
    bytes_of: Callable[[int, int], int]


def entries_of(record: BatchRecord, lane: Lane) -> Iterator[Entry]:
    """Every array of one batch of one lane."""
    yield Entry(lane, record.batch, None, "loss", np.array(record.loss))
    yield Entry(lane, record.batch, None, "samples", record.samples.astype(np.int64))
    yield Entry(lane, record.batch, None, "targets", record.targets)
    for layer in range(len(record.layout.outputs)):
        for name in NAMES:
            if record.has(layer, name):
                yield Entry(lane, record.batch, layer, name, record.view(layer, name))


def write_numbers(scenario: Scenario, lanes: Sequence[Lane], batches: int, path: Path) -> None:
    """Compute batches 0 to ``batches - 1`` and write all their numbers in one piece.

    Raises
    ------
    InputError
        When the suffix is unknown, the file would pass 1 GiB or cannot be written.
    """
    form = format_of(path)
    _check_size(form, scenario, lanes, batches)
    runs = {lane: Run(scenario, lane) for lane in lanes}
    entries = (
        entry
        for lane, run in runs.items()
        for batch in range(batches)
        for entry in entries_of(run.record(batch), lane)
    )
    write_bytes(path, form.encode(entries))


def format_of(path: Path) -> Format:
    """The format that belongs to a file's suffix.

    Raises
    ------
    InputError
        When the suffix is not one of the table; it names those that are.
    """
    for form in FORMATS:
        if path.suffix.lower() == form.suffix:
            return form
    given = f"the suffix {path.suffix!a} is unknown" if path.suffix else "the suffix is missing"
    allowed = " or ".join(form.suffix for form in FORMATS)
    raise InputError(f"cannot write {str(path)!a}: {given}; use {allowed}.")


def _check_size(form: Format, scenario: Scenario, lanes: Sequence[Lane], batches: int) -> None:
    """Bounded in Python integers before anything is computed."""
    total = sum(form.bytes_of(*_counts(scenario, lane)) * batches for lane in lanes)
    if total > MAX_BYTES:
        most = max(batches * MAX_BYTES // total, 1)
        what = f"the numbers of {batches:,} batches would take about {total / 2**30:.1f} GiB"
        raise InputError(f"{what}, more than 1 GiB; use --batches {most} or fewer.")


def _counts(scenario: Scenario, lane: Lane) -> tuple[int, int]:
    """Arrays and numbers of one batch of a lane."""
    layout = layout_of(plan_of(scenario, lane))
    shapes = [
        slot.shape
        for layer in range(len(layout.outputs))
        for name, slot in layout.slots[layer].items()
        if name in NAMES
    ]
    m = scenario.batch_size
    shapes += [(), (m,), (m, scenario.layers[-1].units)]
    return len(shapes), sum(prod(shape) for shape in shapes)


def _npz(entries: Iterable[Entry]) -> bytes:
    """An uncompressed zip of .npy files with a fixed date: equal numbers give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            array = io.BytesIO()
            np.lib.format.write_array(array, entry.values, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(entry.key + ".npy", _DATE), array.getvalue())
    return buffer.getvalue()


def _csv(entries: Iterable[Entry]) -> bytes:
    buffer = io.BytesIO()
    buffer.write(b"lane,batch,layer,name,row,column,value\n")
    for entry in entries:
        layer = "" if entry.layer is None else entry.layer
        start = f"{entry.lane},{entry.batch},{layer},{entry.name}"
        lines = (f"{start},{where},{value!r}\n" for where, value in _cells(entry))
        buffer.write("".join(lines).encode("ascii"))
    return buffer.getvalue()


def _cells(entry: Entry) -> Iterator[tuple[str, float]]:
    """("row,column", value) of every number."""
    flat = entry.values.ravel().tolist()
    for index, value in zip(np.ndindex(entry.values.shape), flat, strict=True):
        if len(index) == 1:
            # rows are samples: one number a unit has a column only
            yield (f"{index[0]}," if entry.layer is None else f",{index[0]}"), value
        else:
            yield ",".join(map(str, index)) or ",", value


FORMATS: tuple[Format, ...] = (
    Format(
        ".npz",
        "NumPy arrays by key",
        _npz,
        lambda arrays, numbers: arrays * _ENTRY_BYTES + numbers * 8,
    ),
    Format(
        ".csv",
        "text, one number a line",
        _csv,
        lambda arrays, numbers: numbers * _LINE_BYTES,
    ),
)
