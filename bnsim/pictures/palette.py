"""Colours: one meaning, one colour, in three themes.

Fills show the sign and size of a value (blue negative, light grey zero, orange
positive); stage and lane colours are for lines, outlines and labels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Color = str


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour that a picture or the window uses, by role."""

    name: str
    window: Color
    panel: Color
    panel_line: Color
    field: Color
    text: Color
    muted: Color
    faint: Color
    grid: Color
    accent: Color
    accent_soft: Color
    accent_text: Color
    negative: Color
    zero: Color
    positive: Color
    raw: Color
    normalized: Color
    scaled: Color
    outlier: Color
    outlier_text: Color
    flagged: Color
    flagged_text: Color
    stripe: Color
    band: Color
    node_line: Color
    fill_text: Color
    fill_text_strong: Color


LIGHT = Theme(
    name="light", window="#f3f5f7", panel="#ffffff", panel_line="#dfe4ea", field="#edf0f4",
    text="#161b26", muted="#586174", faint="#aab2bf", grid="#e3e7ec",
    accent="#2f5fd0", accent_soft="#dfe7fb", accent_text="#ffffff",
    negative="#2f63b5", zero="#e9eaec", positive="#dc8a1e",
    raw="#3b4252", normalized="#0b8f7d", scaled="#7a4fc4",
    outlier="#c1121f", outlier_text="#ffffff", flagged="#ffd84a", flagged_text="#3a2a00",
    stripe="#f0f2f5", band="#d8ece8", node_line="#5d6677",
    fill_text="#05070b", fill_text_strong="#ffffff",
)  # fmt: skip

DARK = Theme(
    name="dark", window="#11151c", panel="#1b212b", panel_line="#2b3340", field="#242b37",
    text="#eef1f6", muted="#a3adbd", faint="#5b6676", grid="#2c3441",
    accent="#7d9dff", accent_soft="#2d3d66", accent_text="#0c1220",
    negative="#5f93e6", zero="#3d4249", positive="#f0a13c",
    raw="#d9dee8", normalized="#35cdb5", scaled="#b794f6",
    outlier="#ff5560", outlier_text="#1a0507", flagged="#ffd84a", flagged_text="#3a2a00",
    stripe="#212834", band="#1c3a3a", node_line="#8993a5",
    fill_text="#ffffff", fill_text_strong="#05070b",
)  # fmt: skip

PRINT = Theme(
    name="print", window="#ffffff", panel="#ffffff", panel_line="#ffffff", field="#ffffff",
    text="#000000", muted="#333333", faint="#9a9a9a", grid="#dcdcdc",
    accent="#1d4fb8", accent_soft="#dfe7fb", accent_text="#ffffff",
    negative="#2f63b5", zero="#eeeeee", positive="#dc8a1e",
    raw="#222222", normalized="#00796a", scaled="#6a3fb4",
    outlier="#b00d19", outlier_text="#ffffff", flagged="#ffd84a", flagged_text="#000000",
    stripe="#f2f2f2", band="#dcefeb", node_line="#333333",
    fill_text="#000000", fill_text_strong="#ffffff",
)  # fmt: skip

THEMES: dict[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK, PRINT)}


def rgb(color: Color) -> tuple[int, int, int]:
    """Red, green and blue (0 to 255) of "#rrggbb" or "#aarrggbb"."""
    digits = color[-6:]
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def mix(first: Color, second: Color, share: float) -> Color:
    """The opaque colour ``share`` (0 to 1) of the way from first to second."""
    pairs = zip(rgb(first), rgb(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def signed_share(value: float, reach: float) -> float:
    """Where a value stands on the fixed symmetric scale, -1 to 1.

    The scale is a signed square root, so that 0.5, 5 and 15 look clearly different
    beside 100.  Values past ``reach`` and infinities stand at the ends; NaN at 0.
    """
    if math.isnan(value) or reach <= 0:
        return 0.0
    return math.copysign(math.sqrt(min(abs(value) / reach, 1.0)), value)


def value_color(theme: Theme, value: float, reach: float) -> Color:
    """The colour of a value: towards orange when positive, blue when negative."""
    share = signed_share(value, reach)
    return mix(theme.zero, theme.positive if share > 0 else theme.negative, abs(share))


def luminance(color: Color) -> float:
    """Relative luminance by WCAG 2, 0 black to 1 white."""
    parts = [c / 255 for c in rgb(color)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(first: Color, second: Color) -> float:
    """Contrast ratio by WCAG 2, 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def text_on(theme: Theme, fill: Color) -> Color:
    """The theme's text colour that reads best on ``fill``."""
    return max((theme.fill_text, theme.fill_text_strong), key=lambda c: contrast(c, fill))
