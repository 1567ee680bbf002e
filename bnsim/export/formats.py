"""What figures are called and how large they may be, without Qt: for commands and lists."""

from __future__ import annotations

import re

#: Suffix and what it is, in the order of the lists.
FIGURES: tuple[tuple[str, str], ...] = (
    (".png", "PNG picture"),
    (".svg", "SVG, vectors for editing"),
    (".pdf", "PDF, vectors for papers"),
    (".gif", "GIF animation"),
    (".mp4", "MP4 film"),
    (".csv", "CSV table of the numbers"),
    (".npz", "NumPy arrays of the numbers"),
)
ANIMATIONS = (".gif", ".mp4")
#: Pixels of a side.
SIDE = (16, 10_000)
#: Dots an inch of what is given in cm, mm or inches.
PAPER_DPI = 300
INCHES = {"cm": 1 / 2.54, "mm": 1 / 25.4, "in": 1.0}

Extent = tuple[float, float, str]

#: Width, height and unit by name.
PRESETS: dict[str, Extent] = {
    "slide": (1920, 1080, "px"),
    "column": (8.5, 6.0, "cm"),
    "square": (1200, 1200, "px"),
}
#: Heights in a column of pictures that 6 cm do not suit.
_COLUMN_CM = {"graph": 10.5, "timeline": 2.4, "sheet": 10.5, "window": 5.4}


def preset(name: str, picture: str, lanes: str = "both") -> Extent:
    """The extent of a preset for a picture."""
    if name == "column" and picture in _COLUMN_CM and lanes not in ("without", "with"):
        return PRESETS[name][0], _COLUMN_CM[picture], "cm"
    return PRESETS[name]


def parse_size(text: str) -> Extent:
    """``1600x900``, ``8.5x6cm``, ``85x60mm`` or ``3.3x2.5in``.

    Raises
    ------
    ValueError
        When it is none of these.
    """
    side = r"([0-9]{1,6}(?:\.[0-9]{1,4})?)"
    match = re.fullmatch(f"{side}[xX]{side}(px|cm|mm|in)?", text)
    if not match or (match[3] in (None, "px") and "." in text):
        raise ValueError(f"{text[:40]!a} is no size; write WxH, such as 1600x900 or 8.5x6cm")
    return float(match[1]), float(match[2]), match[3] or "px"


def pixels(extent: Extent, dpi: int | None) -> tuple[tuple[int, int], int | None]:
    """The pixels of an extent, and the resolution, which paper always has.

    Raises
    ------
    ValueError
        When a side is out of range.
    """
    width, height, unit = extent
    if unit != "px":
        dpi = dpi or PAPER_DPI
        width, height = (side * INCHES[unit] * dpi for side in (width, height))
    size = round(width), round(height)
    if not all(SIDE[0] <= side <= SIDE[1] for side in size):
        what = f"{size[0]}x{size[1]} is out of range"
        raise ValueError(f"{what}; use {SIDE[0]} to {SIDE[1]:,} pixels a side")
    return size, dpi
