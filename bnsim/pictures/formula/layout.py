"""Statements broken into lines and fitted into a panel, at the largest size that fits.

Lengths are pixels; the pieces of a formula come from :mod:`.mathset` in units of the font size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from bnsim.pictures.canvas import text_width
from bnsim.pictures.formula.mathml import Piece, Slot, pieces, result_piece
from bnsim.pictures.formula.mathset import Setting, setting
from bnsim.pictures.formula.statement import Statement
from bnsim.pictures.formula.tree import Node, Num

#: Font sizes that are tried, and the smallest at which a statement is rather left out.
SIZES = (20.0, 18.0, 17.0, 16.0, 15.0, 14.0, 13.0, 12.0, 11.0, 10.0, 9.0)
LEAST_WITH_ALL = 12.0
NOTE_SIZE, NOTE_LINE = 11.0, 15.0
#: In units of the font size: round a sign, between lines and between statements.
SIGN_GAP, LINE_GAP, STATEMENT_GAP = 0.26, 0.42, 0.8
LABEL_SHARE, LEAST_LABEL = 0.68, 9.0
LEAST_COLUMN = 300.0
COLUMN_GAP = 28.0


@dataclass(frozen=True, slots=True)
class Item:
    """A piece or a sign at its place on a line."""

    setting: Setting
    slots: tuple[Slot, ...]
    x: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Items on one baseline, or words (``note``); heights are above and below the baseline.

    ``gap`` is the space to the line before it, in units of the font size.
    """

    items: tuple[Item, ...]
    ascent: float
    descent: float
    note: str = ""
    gap: float = LINE_GAP


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one statement."""

    lines: tuple[Line, ...]
    width: float
    height: float


Rows = list[list[Piece]]
#: The rows of a statement and its note.
Draft = tuple[Rows, str]


@dataclass(frozen=True, slots=True)
class Page:
    """Blocks in columns at one font size, and the statements that there was no room for."""

    size: float
    columns: tuple[tuple[Block, ...], ...]
    left_out: tuple[Statement, ...] = ()


# -- one statement -----------------------------------------------------------------------
def rows_of(statement: Statement) -> Rows:
    """The symbols and the numbers of a statement, each as a row of pieces."""
    (left,) = pieces(statement.left, 0)
    first = [left]
    rows = [first]
    if statement.symbols is not None:
        first += _led(statement.sign, statement.symbols, 0)
    if not statement.known:
        return rows
    found, numbers = statement.settled, statement.numbers
    row = first if statement.symbols is None else []
    if numbers is not None and not isinstance(numbers, Num):
        row += [p._replace(label="") for p in _led(statement.sign, numbers, found.level)]
        sign = found.relation
    else:
        sign = statement.sign
    row.append(result_piece(sign, found.result, statement.role, statement.key))
    return rows if row is first else [first, row]


def _led(sign: str, node: Node, level: int) -> list[Piece]:
    """The pieces of a formula behind its sign."""
    first, *others = pieces(node, level)
    return [first._replace(sign=sign), *others]


def block_of(rows: Rows, note: str, size: float, width: float) -> Block:
    """The rows of a statement at a font size, broken where they would be wider than ``width``."""
    symbols, *numbers = rows
    left = setting(symbols[0].mathml)
    indent = left.width * size + SIGN_GAP * size
    opening = Item(left, symbols[0].slots, 0.0)
    lines = _broken(symbols[1:], size, width, indent, (opening,))
    for row in numbers:
        lines += _broken(row, size, width, indent, ())
    widest = max(_end(item, size) for line in lines for item in line.items)
    for index, words in enumerate(wrapped(note, NOTE_SIZE, width)):
        lines.append(Line((), NOTE_LINE - 4.0, 4.0, words, 0.0 if index else LINE_GAP))
    return Block(tuple(lines), widest, _height(lines, size))


def _height(lines: Sequence[Line], size: float) -> float:
    gaps = sum(line.gap for line in lines[1:]) * size
    return sum(line.ascent + line.descent for line in lines) + gaps


def _end(item: Item, size: float) -> float:
    return item.x + max(item.setting.width * size, _label_width(item.label, size))


def _label_width(label: str, size: float) -> float:
    return text_width(label, label_size(size)) + 6.0 if label else 0.0


def label_size(size: float) -> float:
    """The font size of the word under a term."""
    return max(LABEL_SHARE * size, LEAST_LABEL)


def _broken(
    row: Iterable[Piece], size: float, width: float, indent: float, opening: tuple[Item, ...]
) -> list[Line]:
    """A row of pieces on as many lines as it takes; every line begins with a sign."""
    lines: list[tuple[Item, ...]] = [opening]
    x = indent
    for piece in row:
        items, end = _placed(piece, size, x)
        if end > width and lines[-1] and x > indent:
            lines.append(())
            items, end = _placed(piece, size, indent)
        lines[-1] += items
        x = end + SIGN_GAP * size
    return [_line(items, size) for items in lines]


def _placed(piece: Piece, size: float, x: float) -> tuple[tuple[Item, ...], float]:
    """A piece behind its sign, and where it ends."""
    items: tuple[Item, ...] = ()
    if piece.sign:
        sign = setting(f"<mn>{piece.sign}</mn>")
        items = (Item(sign, (), x),)
        x += (sign.width + SIGN_GAP) * size
    found = setting(piece.mathml)
    spare = max(_label_width(piece.label, size) - found.width * size, 0.0) / 2
    item = Item(found, piece.slots, x + spare, piece.label)
    return (*items, item), x + found.width * size + 2 * spare


def _line(items: tuple[Item, ...], size: float) -> Line:
    ascent = max(item.setting.ascent for item in items) * size
    descent = max(item.setting.descent for item in items) * size
    if any(item.label for item in items):
        descent += label_size(size) + 8.0
    return Line(items, max(ascent, 0.7 * size), max(descent, 0.22 * size))


@lru_cache(maxsize=256)
def wrapped(text: str, size: float, width: float) -> tuple[str, ...]:
    """A sentence in lines that are not wider than ``width``."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


# -- the panel ---------------------------------------------------------------------------
def fitted(
    statements: Sequence[Statement], ranks: Sequence[int], width: float, height: float
) -> Page:
    """Statements at the largest size that fits.

    Where they do not fit at a size that reads well, those of the highest rank are left out.
    """
    drafts = [(rows_of(statement), statement.note) for statement in statements]
    for count in range(len(statements), 0, -1):
        kept = sorted(sorted(range(len(statements)), key=lambda i: ranks[i])[:count])
        chosen = [drafts[i] for i in kept]
        sizes = [s for s in SIZES if s >= LEAST_WITH_ALL] if count > 1 else SIZES
        if not _columns(chosen, sizes[-1], width, height):
            continue
        fits = ((size, _columns(chosen, size, width, height)) for size in sizes)
        size, columns = next(pair for pair in fits if pair[1])
        return Page(size, columns, tuple(s for i, s in enumerate(statements) if i not in kept))
    first = min(range(len(statements)), key=lambda i: ranks[i])
    shrunk = SIZES[-1] * min(width / block_of(*drafts[first], SIZES[-1], width).width, 1.0)
    block = block_of(*drafts[first], shrunk, width)
    return Page(shrunk, ((block,),), tuple(s for i, s in enumerate(statements) if i != first))


def _columns(
    drafts: Sequence[Draft], size: float, width: float, height: float
) -> tuple[tuple[Block, ...], ...]:
    """One column, or two where they are wide enough; empty when it does not fit."""
    for count in (1, 2):
        column = (width - (count - 1) * COLUMN_GAP) / count
        if count > 1 and (column < LEAST_COLUMN or len(drafts) < 2):
            return ()
        blocks = _blocks(drafts, size, column, count * height)
        columns = _dealt(blocks, size, height) if blocks else ()
        if columns and len(columns) <= count:
            return columns
    return ()


def _blocks(drafts: Sequence[Draft], size: float, width: float, height: float) -> list[Block]:
    """The blocks of all statements, none as soon as one is too wide or all are too high."""
    blocks: list[Block] = []
    for draft in drafts:
        blocks.append(block_of(*draft, size, width))
        height -= blocks[-1].height
        if blocks[-1].width > width or height < 0:
            return []
    return blocks


def _dealt(blocks: Sequence[Block], size: float, height: float) -> tuple[tuple[Block, ...], ...]:
    """Blocks one below the other, a new column where the height is used up."""
    column, y, marks = 0, 0.0, []
    for block in blocks:
        if block.height > height:
            return ()
        if y + block.height > height:
            column, y = column + 1, 0.0
        marks.append(column)
        y += block.height + STATEMENT_GAP * size
    pairs = zip(marks, blocks, strict=True)
    return tuple(tuple(b for _, b in group) for _, group in groupby(pairs, key=lambda p: p[0]))
