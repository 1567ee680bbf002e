"""The picture as it will be exported, drawn small and a moment after the last change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate, zip_longest
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QTextOption
from PySide6.QtWidgets import QWidget

from bnsim.export.job import ExportJob
from bnsim.export.tables import table_of, tsv_text
from bnsim.pictures.palette import Theme
from bnsim.sim.errors import InputError
from bnsim.ui.notice import sentence
from bnsim.views.fonts import font, text_width
from bnsim.views.guard import guarded

#: A change waits so long for the next one, in milliseconds.
WAIT: Final = 80
MARGIN: Final = 12
LINES: Final = 40
#: Letters of a table, and the room between its columns.
TABLE_SIZE, GAP = 11.0, 16.0

_FAILURES = (InputError, OSError, MemoryError)


class Preview(QWidget):
    """Shows what a job would write; a sentence in its place when it cannot be drawn."""

    def __init__(self, draw: Callable[[ExportJob], QImage], theme: Theme) -> None:
        super().__init__()
        self._draw, self._theme = draw, theme
        self._job: ExportJob | None = None
        self._drawn: ExportJob | None = None
        self.image: QImage | None = None
        self.text = ""
        self._table = False
        self._soon = QTimer(self, singleShot=True, interval=WAIT)
        self._soon.timeout.connect(self._on_soon)
        self.setMinimumSize(360, 300)
        self.setAccessibleName("Preview")

    # -- asking ------------------------------------------------------------------
    def ask(self, job: ExportJob, table: bool = False) -> None:
        """Draw this job once nothing has changed for a moment."""
        if table != self._table:
            self._drawn = None
        self._job, self._table = job, table
        self._soon.start()

    def say(self, text: str) -> None:
        """Show a sentence instead of a picture."""
        self._soon.stop()
        self._job = self._drawn = None
        self._table = False
        self._show(None, sentence(text))

    def draw_now(self) -> None:
        """Draw what was asked for, unless it is on the screen already."""
        self._soon.stop()
        if self._job is None:
            return
        job = _fitted(self._job, self._room() * self.devicePixelRatioF())
        if job == self._drawn:
            return
        try:
            self._show_job(job)
        except _FAILURES as error:
            self._show(None, sentence(str(error) or "there is not enough memory for this preview."))
        self._drawn = job

    def _on_soon(self) -> None:
        self.draw_now()

    def _show_job(self, job: ExportJob) -> None:
        if self._table:
            lines = tsv_text(table_of(job)).splitlines()
            self._show(None, "\n".join(lines[:LINES]))
        else:
            self._show(self._draw(job), "")

    def _show(self, image: QImage | None, text: str) -> None:
        self.image, self.text = image, text
        self.setAccessibleDescription(text.partition("\n")[0])
        self.update()

    def _room(self) -> QSize:
        return self.size() - QSize(2 * MARGIN, 2 * MARGIN)

    # -- showing -----------------------------------------------------------------
    @guarded()
    def paintEvent(self, _event: object) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(self._theme.panel_line))
            painter.setBrush(QColor(self._theme.field))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            if self.image is not None:
                self._paint_image(painter, self.image)
            else:
                self._paint_text(painter)

    def _paint_image(self, painter: QPainter, image: QImage) -> None:
        ratio = self.devicePixelRatioF()
        image.setDevicePixelRatio(ratio)
        size = image.deviceIndependentSize()
        corner = QPointF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2)
        painter.drawImage(QPointF(round(corner.x()), round(corner.y())), image)

    def _paint_text(self, painter: QPainter) -> None:
        painter.setFont(font(TABLE_SIZE if self._table else 13))
        painter.setPen(QColor(self._theme.text if self._table else self._theme.muted))
        option = QTextOption(Qt.AlignmentFlag.AlignCenter)
        if self._table:
            option = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            option.setWrapMode(QTextOption.WrapMode.NoWrap)
            option.setTabArray(_tabs(self.text))
        inside = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        painter.setClipRect(inside)
        painter.drawText(inside, self.text, option)

    @guarded()
    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        if self._job is not None:
            self._soon.start()

    @guarded()
    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)
        self._soon.stop()


def _tabs(text: str) -> list[float]:
    """Where the columns of a table start: each is as wide as its widest cell."""
    columns = zip_longest(*(line.split("\t") for line in text.splitlines()), fillvalue="")
    widths = (max(text_width(cell, TABLE_SIZE) for cell in column) + GAP for column in columns)
    return list(accumulate(widths))


def _fitted(job: ExportJob, room: QSize) -> ExportJob:
    """The same picture as large as fits: shape and letters keep their shares of it."""
    width, height = job.options.size or (16, 10)
    share = min(room.width() / width, room.height() / height)
    size = (max(round(width * share), 1), max(round(height * share), 1))
    dpi = job.options.dpi and job.options.dpi * share
    return replace(job, options=replace(job.options, size=size, dpi=dpi))
