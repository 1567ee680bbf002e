"""The formula of a moment, set as mathematics: in symbols above, with its live numbers below.

Every number is a mark that stands for its quantity, so that the pointer on it lights the same
number everywhere, and the reverse.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from bnsim.pictures.canvas import MARGIN, TITLE_Y, Canvas
from bnsim.pictures.captions import Frames
from bnsim.pictures.formula.choice import Shown, parents, shown
from bnsim.pictures.formula.layout import (
    COLUMN_GAP,
    NOTE_LINE,
    NOTE_SIZE,
    STATEMENT_GAP,
    Block,
    Item,
    Line,
    Page,
    fitted,
    label_size,
    wrapped,
)
from bnsim.pictures.formula.mathml import Slot
from bnsim.pictures.formula.mathset import Letter, warm, with_digits
from bnsim.pictures.formula.numbers import canonical
from bnsim.pictures.look import Look
from bnsim.pictures.names import LANE_WORDS
from bnsim.pictures.palette import Theme
from bnsim.pictures.quantity import Quantity, is_lit
from bnsim.pictures.types import Color, Glyphs, Outline, Picture, Strokes
from bnsim.pictures.words import joined
from bnsim.sim.frame import Frame

__all__ = ["formula_lines", "formula_picture", "parents", "warm"]

TOP, BOTTOM = TITLE_Y + 22.0, 10.0
BARE_TOP = 12.0


def formula_picture(frames: Frames, look: Look, width: float, height: float) -> Picture:
    """The formula of the operation at the cursor, or of the number that is asked for.

    Parameters
    ----------
    frames : mapping of lane to Frame
        The lane with batch normalization is shown where there is one.
    look : Look
        ``focus`` is the number that is asked for.
    width, height : float
        Logical pixels.

    Returns
    -------
    Picture
        Its description holds the formulas in plain text.
    """
    frame = frame_of(frames)
    found = shown(frame, look)
    canvas = Canvas(width, height, look.theme)
    canvas.ground()
    _Writer(canvas, frame, look).write(found)
    if look.title:
        place = f"batch {frame.cursor.batch + 1} · {LANE_WORDS[frame.lane]}"
        canvas.title(found.title, place)
    return canvas.picture(_description(found))


def frame_of(frames: Frames) -> Frame:
    """The lane whose formulas are shown."""
    return frames["with"] if "with" in frames else frames["without"]


def formula_lines(frames: Frames, look: Look) -> tuple[str, ...]:
    """The same formulas in plain text, for the clipboard."""
    return tuple(statement.line for statement in shown(frame_of(frames), look).statements)


def _description(found: Shown) -> str:
    lines = [f"{s.line} ({s.note})" if s.note else s.line for s in found.statements]
    return "; ".join(part for part in (found.title, *lines, found.sentence) if part)


@dataclass(slots=True)
class _Ink:
    """The letters of one colour."""

    outlines: list[Outline] = field(default_factory=list)
    places: list[tuple[float, float, float]] = field(default_factory=list)


@dataclass(slots=True)
class _Writer:
    """Writes statements on a canvas, and gathers their letters by colour."""

    canvas: Canvas
    frame: Frame
    look: Look
    inks: dict[Color, _Ink] = field(default_factory=dict)

    @property
    def theme(self) -> Theme:
        return self.look.theme

    def write(self, found: Shown) -> None:
        top = TOP if self.look.title else BARE_TOP
        width = self.canvas.width - 2 * MARGIN
        room = self.canvas.height - top - BOTTOM
        foot = wrapped(found.sentence, NOTE_SIZE, width)
        if found.statements:
            page = fitted(found.statements, found.ranks, width, room - NOTE_LINE * len(foot))
            longer = wrapped(_closing(found, page), NOTE_SIZE, width)
            if len(longer) > len(foot):
                page = fitted(found.statements, found.ranks, width, room - NOTE_LINE * len(longer))
            bottom = self._page(page, top, width)
            closings = (_closing(found, page), found.sentence)
            feet = (wrapped(text, NOTE_SIZE, width) for text in closings)
            # In a very low panel the formula comes first.
            foot = next((f for f in feet if bottom <= self._foot_top(f)), ())
        self._foot(foot, top if not found.statements else 0.0)
        for color, ink in self.inks.items():
            self.canvas.add(Glyphs(tuple(ink.outlines), np.array(ink.places), color))

    def _foot(self, foot: tuple[str, ...], top: float) -> None:
        """The closing sentence, at the lower edge or on top of an empty panel."""
        y = 8 + (top or self._foot_top(foot))
        for words in foot:
            self.canvas.text(MARGIN, y, words, NOTE_SIZE, self.theme.muted, align="left")
            y += NOTE_LINE

    def _foot_top(self, foot: tuple[str, ...]) -> float:
        return self.canvas.height - BOTTOM - NOTE_LINE * len(foot)

    def _page(self, page: Page, top: float, width: float) -> float:
        """Write the columns; where the longest ends."""
        bottom = top
        count = len(page.columns)
        column = (width - (count - 1) * COLUMN_GAP) / count
        for index, blocks in enumerate(page.columns):
            y, left = top, MARGIN + index * (column + COLUMN_GAP)
            for block in blocks:
                end = self._block(block, page.size, left, y)
                bottom, y = max(bottom, end), end + STATEMENT_GAP * page.size
        return bottom

    def _block(self, block: Block, size: float, left: float, y: float) -> float:
        for index, line in enumerate(block.lines):
            y += line.gap * size if index else 0.0
            base = y + line.ascent
            if line.note and base <= self.canvas.height:
                place = (left, base - 4.0)
                self.canvas.text(*place, line.note, NOTE_SIZE, self.theme.muted, align="left")
            for item in line.items:
                self._item(item, size, left + item.x, base)
                if item.label:
                    self._label(item, line, size, left, base)
            y = base + line.descent
        return y

    def _label(self, item: Item, line: Line, size: float, left: float, base: float) -> None:
        """The word under a term, below a thin bracket."""
        x0, x1 = left + item.x, left + item.x + item.setting.width * size
        small = label_size(size)
        y = base + line.descent - small - 4.0
        self.canvas.add(Strokes(np.array([[x0, y, x1, y]]), self.theme.faint, 1.0))
        middle = (x0 + x1) / 2
        self.canvas.text(middle, y + small / 2 + 3.0, item.label, small, self.theme.muted)

    # -- letters -----------------------------------------------------------------
    def _item(self, item: Item, size: float, x: float, base: float) -> None:
        colors = [self._color(slot) for slot in item.slots]
        boxes: dict[int, list[Letter]] = {}
        for letter in with_digits(item.setting, (slot.letters for slot in item.slots)):
            color = colors[letter.slot] if letter.slot >= 0 else self.theme.text
            ink = self.inks.setdefault(color, _Ink())
            ink.outlines.append(letter.outline)
            ink.places.append((x + letter.x * size, base + letter.y * size, letter.size * size))
            if letter.slot >= 0 and item.slots[letter.slot].key is not None:
                boxes.setdefault(letter.slot, []).append(letter)
        for rule in item.setting.rules:
            place = (x + rule.x * size, base + rule.y * size)
            thick = max(rule.height * size, 0.9)
            self.canvas.box(*place, rule.width * size, thick, self.theme.text, radius=0.0)
        for index, letters in boxes.items():
            self._number(item.slots[index], letters, size, x, base)

    def _number(
        self, slot: Slot, letters: list[Letter], size: float, x: float, base: float
    ) -> None:
        """A number is a mark, and underlined while the pointer is on what it stands for."""
        if slot.key is None:
            return
        first, last = letters[0], letters[-1]
        x0, x1 = x + first.x * size, x + (last.x + last.advance) * size
        y, tall = base + first.y * size, first.size * size
        self.canvas.mark(slot.key, (x0 + x1) / 2, y - 0.32 * tall, x1 - x0 + 2, 1.1 * tall)
        if self._lit(slot):
            line = y + 0.2 * tall
            self.canvas.add(Strokes(np.array([[x0, line, x1, line]]), self.theme.accent, 1.5))

    def _lit(self, slot: Slot) -> bool:
        """Of two numbers only the very same one is lit, not what shares its mark."""
        lit = self.look.lit
        if slot.key is None or lit is None:
            return False
        if isinstance(lit, Quantity):
            return canonical(self.frame, lit) == slot.key
        return is_lit(self.frame, lit, slot.key)

    def _color(self, slot: Slot) -> Color:
        if self._lit(slot):
            return self.theme.accent
        return str(getattr(self.theme, slot.role)) if slot.role else self.theme.text


def _closing(found: Shown, page: Page) -> str:
    """The sentence below, with what there was no room for."""
    names = list(dict.fromkeys(statement.left.text for statement in page.left_out))
    more = f"A larger panel shows {joined(names)} too." if names else ""
    return " ".join(part for part in (found.sentence, more) if part)
