"""A picture in the making: shapes in painter's order, and the marks a pointer finds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.palette import Theme
from bnsim.pictures.types import (
    Align,
    Box,
    Circle,
    Color,
    Key,
    LineMarks,
    Mark,
    Picture,
    Shape,
    Text,
)

CARD_RADIUS = 6.0
TITLE_Y = 20.0
MARGIN = 14.0
#: Widths of Inter's letters over the font size: narrow ones, wide ones, the others.
_NARROW, _WIDE = frozenset("iljtfr.,:;|!()'· "), frozenset("mwMWBNRSOGQ×±≥≤→−+=@%")
_SHARES = (0.31, 0.72, 0.575)


def text_width(text: str, size: float) -> float:
    """About how wide a line of text is in pixels, without asking a font."""
    narrow, wide = sum(c in _NARROW for c in text), sum(c in _WIDE for c in text)
    shares = zip((narrow, wide, len(text) - narrow - wide), _SHARES, strict=True)
    return size * sum(count * share for count, share in shares)


class Canvas:
    """Collects shapes and marks; ``picture`` freezes them."""

    def __init__(self, width: float, height: float, theme: Theme) -> None:
        self.width, self.height, self.theme = width, height, theme
        self.shapes: list[Shape] = []
        #: Drawn after everything else, but below the title.
        self.top: list[Shape] = []
        self.marks: list[Mark] = []
        self._lines: list[NDArray[np.float64]] = []
        self._line_keys: list[Key] = []

    def ground(self) -> None:
        """The panel that the picture stands on."""
        theme, size = self.theme, (self.width - 1, self.height - 1)
        self.box(0.5, 0.5, *size, theme.panel, theme.panel_line, radius=CARD_RADIUS)

    def title(self, title: str, subtitle: str = "") -> None:
        """The title and one line of context, above whatever was drawn before."""
        theme = self.theme
        self.shapes += self.top
        self.top = []
        self.box(2, 2, self.width - 4, TITLE_Y + 10, theme.panel)
        end = MARGIN + 1.06 * text_width(title, 13)
        self.text(MARGIN, TITLE_Y, title, 13, bold=True, align="left", room=self.width - MARGIN)
        right = self.width - MARGIN
        room = right - end - 12
        self.text(right, TITLE_Y, subtitle, 11.5, theme.muted, align="right", room=room)

    def add(self, shape: Shape) -> None:
        """Put a shape on top."""
        self.shapes.append(shape)

    def circle(
        self,
        x: float,
        y: float,
        radius: float,
        fill: Color,
        line: Color,
        width: float = 1.0,
        dashed: bool = False,
    ) -> None:
        """Put a disc with an outline on top."""
        self.add(Circle(float(x), float(y), float(radius), fill, line, width, dashed))

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: Color = "",
        line: Color = "",
        line_width: float = 1.0,
        radius: float = 3.0,
        dashed: bool = False,
    ) -> None:
        """Put a rectangle on top."""
        self.add(
            Box(
                float(x),
                float(y),
                float(width),
                float(height),
                fill,
                line,
                line_width,
                radius,
                dashed,
            )
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        color: Color = "",
        bold: bool = False,
        align: Align = "center",
        room: float = 0.0,
    ) -> None:
        """Put a line of text on top; nothing when it is empty."""
        if text:
            color = color or self.theme.text
            self.add(Text(float(x), float(y), text, size, color, bold, align, room))

    def mark(self, key: Key, x: float, y: float, width: float, height: float) -> None:
        """Let the pointer find ``key`` in a box round (x, y)."""
        self.marks.append(Mark(key, float(x), float(y), float(width), float(height)))

    def line_marks(self, lines: NDArray[np.float64], keys: list[Key]) -> None:
        """Let the pointer find a key near each of these lines."""
        self._lines.append(lines)
        self._line_keys += keys

    def lines_of(self, keys: frozenset[Key]) -> NDArray[np.float64]:
        """The lines that were drawn under any of these keys, shape (n, 4)."""
        if not self._lines:
            return np.empty((0, 4))
        chosen = [key in keys for key in self._line_keys]
        return np.asarray(np.concatenate(self._lines)[chosen])

    def picture(self, description: str = "") -> Picture:
        """The finished picture."""
        lines = np.concatenate(self._lines) if self._lines else np.empty((0, 4))
        found = LineMarks(lines, tuple(self._line_keys)) if self._line_keys else None
        return Picture(
            self.width,
            self.height,
            self.theme.window,
            (*self.shapes, *self.top),
            tuple(self.marks),
            found,
            description,
        )
