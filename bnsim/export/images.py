"""A job's picture as an image."""

from __future__ import annotations

from PySide6.QtGui import QImage

from bnsim.export.drawing import drawing_of
from bnsim.export.job import ExportJob, Window
from bnsim.export.render import render_scene
from bnsim.pictures.offered import WINDOW
from bnsim.sim.session import Session

#: A still picture has so many pixels a logical one when nobody asks for a size.
STILL = 2.0


def image_of(
    job: ExportJob, window: Window, session: Session | None = None, times: float = STILL
) -> QImage:
    """The picture at the job's moment; a ``session`` of its scenario saves making one."""
    if job.picture == WINDOW:
        return window(job)
    drawing = drawing_of(job, times, session)
    return render_scene(drawing.scene, drawing.size)
