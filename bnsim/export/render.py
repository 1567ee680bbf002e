"""Scenes and windows as images: laid out small, painted k times as large."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF
from PySide6.QtWidgets import QWidget

from bnsim.export.scene import Line, Scene
from bnsim.sim.errors import InputError
from bnsim.views.paint import LINE_DASHES, paint_shapes, pen_of

Size = tuple[int, int]

#: Qt's painter cannot reach beyond this.
LARGEST_SIDE: Final = 32_000


def paint_scene(painter: QPainter, scene: Scene) -> None:
    """Draw the ground, then every part in its order."""
    painter.fillRect(QRectF(0, 0, scene.width, scene.height), QColor(scene.background))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for part in scene.parts:
        if isinstance(part, Line):
            _paint_line(painter, part)
        else:
            paint_shapes(painter, (part,), fine=True)


def _paint_line(painter: QPainter, line: Line) -> None:
    painter.save()
    if line.clipped:
        painter.setClipRect(QRectF(*line.clip))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen_of(line.color, line.width, LINE_DASHES if line.dashed else None))
    for run in line.runs:
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in run.tolist()]))
    painter.restore()


def render_scene(scene: Scene, size_px: Size) -> QImage:
    """Draw a scene so large that it fills an image.

    Raises
    ------
    InputError
        When the image would be too large or too small.
    """
    image = _blank(size_px)
    image.fill(QColor(scene.background))
    with QPainter(image) as painter:
        painter.scale(size_px[0] / scene.width, size_px[1] / scene.height)
        paint_scene(painter, scene)
    return image


def render_widget(widget: QWidget, size_px: Size) -> QImage:
    """Draw a widget with everything in it, enlarged to fit; the rest is its background.

    Raises
    ------
    InputError
        When the image would be too large or too small.
    """
    image = _blank(size_px)
    k = min(size_px[0] / widget.width(), size_px[1] / widget.height())
    image.fill(widget.palette().color(widget.backgroundRole()))
    with QPainter(image) as painter:
        painter.scale(k, k)
        widget.render(painter, QPoint())
    return image


def check_size(size_px: Size) -> None:
    """Refuse what cannot be drawn.

    Raises
    ------
    InputError
        When the image would be too large or too small.
    """
    width, height = size_px
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise InputError(
            f"a picture of {width} x {height} pixels cannot be drawn; "
            f"choose sides from 1 to {LARGEST_SIDE}."
        )


def _blank(size_px: Size) -> QImage:
    check_size(size_px)
    width, height = size_px
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise InputError(
            f"there is not enough memory for a picture of {width} x {height} pixels; "
            "choose a smaller one."
        )
    return image
