"""A moment of a scenario as a file, with or without a screen."""

from __future__ import annotations

import os

from bnsim.export.images import image_of
from bnsim.export.job import CancelledError, ExportJob, Progress, Window
from bnsim.export.writers import WRITERS, Writer, writer_for
from bnsim.files.atomic import write_bytes
from bnsim.pictures.offered import PICTURES, WINDOW
from bnsim.sim.errors import InputError

__all__ = (
    "WINDOW_BASE",
    "Window",
    "checked",
    "formats_for",
    "image_of",
    "pictures_offered",
    "run_job",
)

WINDOW_BASE = (1440.0, 900.0)


def pictures_offered() -> list[tuple[str, str]]:
    """(name, title) of every picture that can be exported."""
    return list(PICTURES)


def formats_for(picture: str) -> tuple[Writer, ...]:
    """The formats that a picture can be written in."""
    return tuple(row for row in WRITERS if not (row.shapes and picture == WINDOW))


def run_job(job: ExportJob, window: Window, progress: Progress | None = None) -> None:
    """Draw, then write in one piece; nothing half-written stays, nor does a cancelled file.

    Parameters
    ----------
    job : ExportJob
        What to draw, and where it goes.
    window : callable
        Draws the whole window.
    progress : callable, optional
        Told how many pictures are done, of how many; when it returns False the export
        stops and nothing is written.

    Raises
    ------
    InputError
        When the suffix is unknown or the file cannot be written.
    """
    writer = checked(job)
    try:
        data = writer.write(job, window, progress or _go_on)
    except CancelledError:
        return
    write_bytes(job.path, data)


def checked(job: ExportJob) -> Writer:
    """The writer of a job, before anything is drawn.

    Raises
    ------
    InputError
        When the suffix is unknown or does not fit the picture, or the file exists.
    """
    writer = writer_for(job.path)
    if writer not in formats_for(job.picture):
        known = ", ".join(row.suffix for row in formats_for(job.picture))
        raise InputError(
            f"the window holds bitmaps and cannot be written as {writer.suffix}; use {known}."
        )
    if not job.force and os.path.lexists(job.path):
        raise InputError(f"{os.fspath(job.path)!r} exists; choose another name or use --force.")
    return writer


def _go_on(_done: int, _all: int) -> bool:
    return True
