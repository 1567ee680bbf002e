"""The numbers behind a picture, as CSV, NPZ or for the clipboard.

Counted from 0, as in every file.  ``t`` is the step: the number of operations done when
the number became known.  Numbers are written so that they read back exactly.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import numpy as np

from bnsim.export.job import ExportJob, session_for
from bnsim.export.numbers_neuron import ROWS
from bnsim.export.numbers_of import Cell, moment_numbers
from bnsim.export.origin import KEY, origin_json

_DATE = (1980, 1, 1, 0, 0, 0)
#: Where a whole number does not apply: a neuron has many samples, a loss none.
NONE = -1


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns with their units, and rows; None where a column does not apply.

    ``about`` is the origin of the numbers, for the head of a file.
    """

    columns: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    about: str = ""


def table_of(job: ExportJob) -> Table:
    """The numbers that the picture shows, and no others."""
    session = session_for(job)
    numbers = ROWS.get(job.picture, moment_numbers)
    columns, rows = numbers(session, job)
    names, units = zip(*columns, strict=True)
    return Table(names, units, tuple(rows), origin_json(job))


def csv_bytes(table: Table) -> bytes:
    """Two lines that start with # (origin, units), the names, then the rows."""
    units = ", ".join(f"{n}: {u}" for n, u in zip(table.columns, table.units, strict=True))
    lines = [f"# {KEY} {table.about}", f"# units: {units}", ",".join(table.columns)]
    lines += [",".join(map(_csv_cell, row)) for row in table.rows]
    return ("\n".join(lines) + "\n").encode()


def npz_bytes(table: Table) -> bytes:
    """One array a column, ``units`` and ``bnsim`` (the origin); -1 is a missing place."""
    buffer = io.BytesIO()
    arrays = {
        name: _array([row[index] for row in table.rows]) for index, name in enumerate(table.columns)
    }
    pairs = zip(table.columns, table.units, strict=True)
    arrays["units"] = np.array([f"{name}: {unit}" for name, unit in pairs])
    arrays[KEY] = np.array(table.about)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, values in arrays.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, values, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, entry.getvalue())
    return buffer.getvalue()


def tsv_text(table: Table) -> str:
    """Names and rows with tabs between them, as a spreadsheet takes them."""
    lines = ["\t".join(table.columns)]
    lines += ["\t".join(map(_cell, row)) for row in table.rows]
    return "\n".join(lines) + "\n"


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _csv_cell(value: Cell) -> str:
    text = _cell(value)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n\r') else text


def _array(values: list[Cell]) -> np.ndarray:
    kinds = {type(value) for value in values} - {type(None)}
    if kinds <= {int}:
        return np.array([NONE if v is None else v for v in values], np.int64)
    if kinds <= {int, float}:
        return np.array([np.nan if v is None else v for v in values], np.float64)
    return np.array(["" if v is None else str(v) for v in values])
