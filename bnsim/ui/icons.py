"""The shipped icons, tinted to a theme's colour."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from bnsim.files.locate import resource

SIZE = 18


@cache
def icon(name: str, color: str) -> QIcon:
    """The icon ``name`` in one colour, sharp on screens up to twice the resolution."""
    svg = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", color).encode()))
    pixmap = QPixmap(SIZE * 2, SIZE * 2)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        renderer.render(painter, QRectF(0, 0, SIZE * 2, SIZE * 2))
    pixmap.setDevicePixelRatio(2)
    return QIcon(pixmap)
