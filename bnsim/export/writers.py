"""Images as files: one row a format.  To add a format, write a function and its row."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import NamedTuple

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage

from bnsim.sim.errors import InputError

INCH_M = 0.0254
#: PNG allows no longer names for its texts.
LONGEST_KEY = 79

Write = Callable[[QImage, Mapping[str, str], int], bytes]


class Writer(NamedTuple):
    """A row: the suffix with its dot, what a dialog calls it, and image to bytes."""

    suffix: str
    label: str
    write: Write


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


WRITERS: tuple[Writer, ...] = (Writer(".png", "PNG picture", png_bytes),)


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
