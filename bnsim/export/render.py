"""Pictures, plots and windows as images: laid out small, painted k times as large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QPoint
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from bnsim.pictures.types import Picture, PlotPicture
from bnsim.sim.errors import InputError
from bnsim.views.paint import paint
from bnsim.views.plot_view import PlotView

Size = tuple[int, int]
Base = tuple[float, float]

#: Qt's painter cannot reach beyond this.
LARGEST_SIDE: Final = 32_000


def factor(size_px: Size, base: Base) -> float:
    """Return how many pixels a logical pixel is, so that all of `base` fits."""
    return min(size_px[0] / base[0], size_px[1] / base[1])


def render_picture(
    picture_at: Callable[[float, float], Picture], size_px: Size, base: Base
) -> QImage:
    """Draw the picture that `picture_at` makes for the logical size of the image.

    Raises
    ------
    InputError
        When the image would be too large or too small.
    """
    image, k = _blank(size_px), factor(size_px, base)
    picture = picture_at(size_px[0] / k, size_px[1] / k)
    image.fill(QColor(picture.background))
    with QPainter(image) as painter:
        painter.scale(k, k)
        paint(painter, picture, fine=True)
    return image


def render_plot(plot: PlotPicture, size_px: Size, base: Base) -> QImage:
    """Draw a plot as if it had the size of `base`, enlarged.

    Raises
    ------
    InputError
        When the image would be too large or too small.
    """
    _blank(size_px)
    view = PlotView(scale=factor(size_px, base))
    try:
        view.resize(*size_px)
        view.show_picture(plot)
        return view.image()
    finally:
        view.close()
        view.deleteLater()
        QCoreApplication.sendPostedEvents(view, QEvent.Type.DeferredDelete)


def render_widget(widget: QWidget, size_px: Size) -> QImage:
    """Draw a widget with everything in it, enlarged to fit; the rest is its background.

    Raises
    ------
    InputError
        When the image would be too large or too small.
    """
    image = _blank(size_px)
    k = factor(size_px, (float(widget.width()), float(widget.height())))
    image.fill(widget.palette().color(widget.backgroundRole()))
    with QPainter(image) as painter:
        painter.scale(k, k)
        widget.render(painter, QPoint())
    return image


def _blank(size_px: Size) -> QImage:
    width, height = size_px
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise InputError(
            f"a picture of {width} x {height} pixels cannot be drawn; "
            f"choose sides from 1 to {LARGEST_SIDE}."
        )
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise InputError(
            f"there is not enough memory for a picture of {width} x {height} pixels; "
            "choose a smaller one."
        )
    return image
