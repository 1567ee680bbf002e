"""Pictures on their way to other programs: clipboard and drag."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QTemporaryDir, QUrl
from PySide6.QtGui import QDrag, QImage, QPixmap
from PySide6.QtWidgets import QWidget

from bnsim.export.headless import formats_for, image_of, run_job
from bnsim.export.job import ExportJob, Window
from bnsim.export.tables import table_of, tsv_text
from bnsim.export.vector import svg_bytes
from bnsim.sim.errors import InputError

SVG = "image/svg+xml"
#: The picture that hangs at the pointer is no larger than this.
THUMB = 220


def has_svg(picture: str) -> bool:
    """Whether a picture is made of shapes."""
    return any(writer.suffix == ".svg" for writer in formats_for(picture))


def picture_mime(job: ExportJob, window: Window) -> QMimeData:
    """The picture as an image and, where it has one, as SVG."""
    mime = QMimeData()
    mime.setImageData(image_of(job, window))
    if has_svg(job.picture):
        mime.setData(SVG, svg_bytes(job))
    return mime


def table_mime(job: ExportJob) -> QMimeData:
    """The numbers behind the picture, as spreadsheets take them."""
    mime, text = QMimeData(), tsv_text(table_of(job))
    mime.setText(text)
    mime.setData("text/tab-separated-values", text.encode())
    return mime


class Carrier:
    """Drags pictures out; the files it hands over live as long as the window."""

    def __init__(self) -> None:
        self._folder: QTemporaryDir | None = None

    def mime(self, job: ExportJob, window: Window) -> QMimeData:
        """The picture, and a PNG file of it for programs that take files.

        Raises
        ------
        InputError
            When there is no room for the file.
        """
        mime = picture_mime(job, window)
        path = self._path(job)
        run_job(replace(job, path=path, force=True), window)
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        return mime

    def drag(self, source: QWidget, job: ExportJob, window: Window) -> None:
        """Hang the picture at the pointer until it is dropped."""
        drag = QDrag(source)
        drag.setMimeData(self.mime(job, window))
        drag.setPixmap(_thumb(drag.mimeData().imageData()))
        drag.exec(Qt.DropAction.CopyAction)

    def close(self) -> None:
        """Delete the files."""
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    def _path(self, job: ExportJob) -> Path:
        if self._folder is None:
            self._folder = QTemporaryDir()
        if not self._folder.isValid():
            raise InputError(f"there is no room for a file: {self._folder.errorString()}.")
        return Path(self._folder.filePath(f"{job.scenario.name}-{job.picture}.png"))


def _thumb(image: QImage) -> QPixmap:
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return QPixmap.fromImage(image.scaled(THUMB, THUMB, keep, smooth))
