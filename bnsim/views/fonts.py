"""The bundled letters, so that a picture looks the same on every machine."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF
from PySide6.QtWidgets import QApplication

FAMILY: Final = "Inter"
FILES: Final = ("Inter-Regular.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")
#: Size of the letters of ordinary widgets.
WIDGET_SIZE: Final = 12
LARGEST: Final = 1000.0

_loaded: Final[set[str]] = set()


def load_fonts(folder: Path | str) -> tuple[str, ...]:
    """Register the fonts in `folder` and make them the application's letters.

    Returns the names of the files that could not be loaded; the machine's own letters
    stand in for those.
    """
    missing = tuple(name for name in FILES if not _load(Path(folder) / name))
    for cache in (font, metrics, text_width, elided):
        cache.cache_clear()
    QApplication.setFont(font(WIDGET_SIZE))
    return missing


def _load(path: Path) -> bool:
    # Registered twice, a font is kept twice.
    name = str(path)
    if name not in _loaded and QFontDatabase.addApplicationFont(name) >= 0:
        _loaded.add(name)
    return name in _loaded


@lru_cache(maxsize=256)
def font(size_px: int, bold: bool = False, tabular: bool = False) -> QFont:
    """Return the font of `size_px` pixels; `tabular` gives all digits one width.

    Hinting would move the letters by whole pixels, so that a picture drawn twice as
    large would not be the same picture.
    """
    found = QFont(FAMILY)
    found.setPixelSize(max(1, int(size_px)))
    found.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    found.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    # The colour fringes of subpixel smoothing depend on the screen.
    found.setStyleStrategy(QFont.StyleStrategy.NoSubpixelAntialias)
    if tabular:
        found.setFeature(QFont.Tag("tnum"), 1)
    return found


@lru_cache(maxsize=256)
def metrics(size_px: int, bold: bool = False, tabular: bool = False) -> QFontMetricsF:
    """Return the measures of :func:`font`."""
    return QFontMetricsF(font(size_px, bold, tabular))


def whole(size: float) -> tuple[int, float]:
    """Return a whole font size and the factor that makes it `size`, to half a pixel.

    Qt takes only whole pixel sizes, and point sizes depend on the device.
    """
    doubled = round(2 * min(max(size, 1.0), LARGEST))
    return (doubled // 2, 1.0) if doubled % 2 == 0 else (doubled, 0.5)


@lru_cache(maxsize=8192)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide `text` is in pixels."""
    pixels, factor = whole(size)
    return metrics(pixels, bold).horizontalAdvance(text) * factor


@lru_cache(maxsize=8192)
def elided(text: str, size: float, bold: bool, room: float) -> str:
    """Return `text`, or its beginning with an ellipsis where it is wider than `room`."""
    pixels, factor = whole(size)
    # Half a pixel of grace: a text measured for this very room must never be cut.
    if text_width(text, size, bold) <= room + 0.5:
        return text
    return metrics(pixels, bold).elidedText(text, Qt.TextElideMode.ElideRight, room / factor)
