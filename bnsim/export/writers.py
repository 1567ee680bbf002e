"""Every format that a picture can have: one row each.

To add a format, write a function from a job to bytes, and its row.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import NamedTuple

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage

from bnsim import __version__
from bnsim.export import animation, tables, vector
from bnsim.export.formats import FIGURES
from bnsim.export.images import image_of
from bnsim.export.job import DEFAULT_DPI, ExportJob, Progress, Window
from bnsim.export.origin import KEY, facts, origin_json
from bnsim.sim.errors import InputError

INCH_M = 0.0254
#: PNG allows no longer names for its texts.
LONGEST_KEY = 79

Write = Callable[[ExportJob, Window, Progress], bytes]


class Writer(NamedTuple):
    """A row: suffix with its dot, what a dialog calls it, what it is for, job to bytes.

    ``kinds`` are of still, animation, numbers; ``shapes`` is set where a format is made of
    shapes, which a whole window has not.
    """

    suffix: str
    label: str
    kinds: tuple[str, ...]
    write: Write
    shapes: bool = False


def png_bytes(image: QImage, texts: Mapping[str, str], dpi: int) -> bytes:
    """Return a PNG file that says where it comes from; same input, same bytes.

    It is made in memory, because Qt's writers leave half a file on a full disk.

    Raises
    ------
    InputError
        When Qt cannot encode the image.
    """
    tagged = image.convertToFormat(QImage.Format.Format_RGB32)
    dots = round(min(max(dpi, 1), 10_000) / INCH_M)
    tagged.setDotsPerMeterX(dots)
    tagged.setDotsPerMeterY(dots)
    for key, text in texts.items():
        tagged.setText(key[:LONGEST_KEY], text.replace("\0", ""))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not tagged.save(buffer, "PNG"):
        raise InputError("the picture cannot be written as PNG; choose a smaller size.")
    return bytes(buffer.data().data())


def texts_of(job: ExportJob) -> dict[str, str]:
    """What every picture says about itself, for a person and for ``bnsim open``."""
    about = facts(job)
    return {
        "Software": f"bnsim {__version__}",
        "Title": job.scenario.title,
        "bnsim-version": __version__,
        "bnsim-scenario": job.scenario.name,
        "bnsim-moment": about["moment"],
        "bnsim-picture": job.picture,
        "bnsim-seed": str(job.scenario.seed),
        KEY: origin_json(job),
    }


def _png(job: ExportJob, window: Window, _progress: Progress) -> bytes:
    return png_bytes(image_of(job, window), texts_of(job), job.options.dpi or DEFAULT_DPI)


def _svg(job: ExportJob, _window: Window, _progress: Progress) -> bytes:
    return vector.svg_bytes(job)


def _pdf(job: ExportJob, _window: Window, _progress: Progress) -> bytes:
    return vector.pdf_bytes(job)


def _csv(job: ExportJob, _window: Window, _progress: Progress) -> bytes:
    return tables.csv_bytes(tables.table_of(job))


def _npz(job: ExportJob, _window: Window, _progress: Progress) -> bytes:
    return tables.npz_bytes(tables.table_of(job))


def _row(suffix: str, kind: str, write: Write, shapes: bool = False) -> Writer:
    return Writer(suffix, dict(FIGURES)[suffix], (kind,), write, shapes)


WRITERS: tuple[Writer, ...] = (
    _row(".png", "still", _png),
    _row(".svg", "still", _svg, True),
    _row(".pdf", "still", _pdf, True),
    _row(".gif", "animation", animation.gif_bytes),
    _row(".mp4", "animation", animation.mp4_bytes),
    _row(".csv", "numbers", _csv),
    _row(".npz", "numbers", _npz),
)


def writer_for(path: str | os.PathLike[str]) -> Writer:
    """Return the row for a file's suffix.

    Raises
    ------
    InputError
        When no row has it; the sentence names those that are known.
    """
    suffix = PurePath(os.fspath(path)).suffix.lower()
    for row in WRITERS:
        if row.suffix == suffix:
            return row
    known = ", ".join(row.suffix for row in WRITERS)
    said = f"the suffix {suffix!r} is unknown" if suffix else "the file name has no suffix"
    raise InputError(f"cannot export {os.fspath(path)!r}: {said}; known are {known}.")
