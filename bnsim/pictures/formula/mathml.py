"""Formulas as MathML for ziamath, in pieces that may begin a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bnsim.pictures.formula.mathset import (
    number_letters,
    number_mathml,
    shape_of,
    slotted,
    symbol_mathml,
)
from bnsim.pictures.formula.text import in_brackets, is_symbolic, plain, rest_words
from bnsim.pictures.formula.tree import (
    Call,
    Exp,
    Labelled,
    Node,
    Num,
    Power,
    Product,
    Quotient,
    Rest,
    Root,
    Sum,
    Sym,
)
from bnsim.pictures.formula.value import negative, rest_number
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.words import MINUS

OPEN, CLOSE = '<mo stretchy="false">(</mo>', '<mo stretchy="false">)</mo>'
THIN = '<mspace width="0.13em"/>'
TIMES = '<mspace width="0.15em"/><mn>×</mn><mspace width="0.15em"/>'
#: Sums of fewer terms stay on one line.
LEAST_BROKEN = 3


class Slot(NamedTuple):
    """What has a colour of its own: a number, with what it stands for, or a symbol."""

    letters: str
    role: str
    key: Quantity | None = None


class Piece(NamedTuple):
    """A part of a formula that stays on one line: the sign before it, MathML, slots, a label."""

    sign: str
    mathml: str
    slots: tuple[Slot, ...]
    label: str = ""


@dataclass(slots=True)
class Pen:
    """Sets nodes at a level, and numbers their slots."""

    level: int = 0
    slots: list[Slot] = field(default_factory=list)

    def slot(self, mathml: str, slot: Slot) -> str:
        """MathML that is found again by its slot."""
        self.slots.append(slot)
        return slotted(mathml, len(self.slots) - 1)

    def number(self, text: str, role: str = "", key: Quantity | None = None) -> str:
        """A printed number."""
        return self.slot(number_mathml(shape_of(text)), Slot(number_letters(text), role, key))


def pieces(node: Node, level: int) -> list[Piece]:
    """A formula in pieces; the first has no sign before it."""
    return _pieces(node, level, unsigned=False)


def result_piece(sign: str, text: str, role: str, key: Quantity | None) -> Piece:
    """A printed result, bold, behind its relation sign."""
    letters = number_letters(text, bold=True)
    mathml = slotted(number_mathml(shape_of(_bold(text))), 0)
    return Piece(sign, mathml, (Slot(letters, role, key),))


def _bold(text: str) -> str:
    mantissa, mark, exponent = text.partition("e")
    return number_letters(mantissa, bold=True) + mark + number_letters(exponent, bold=True)


def _pieces(node: Node, level: int, unsigned: bool) -> list[Piece]:
    if isinstance(node, Sum):
        return _sum_pieces(node, level)
    if isinstance(node, Labelled):
        first, *others = _pieces(node.parts[0], level, unsigned)
        return [first._replace(label=node.label), *others]
    last = node.parts[-1] if node.parts else node
    if isinstance(node, Product) and isinstance(last, Sum) and len(last.parts) >= LEAST_BROKEN:
        return _long_product(node, last, level, unsigned)
    pen = Pen(level)
    text = _set(node, pen, unsigned)
    return [Piece("", text, tuple(pen.slots))]


def _sum_pieces(node: Sum, level: int) -> list[Piece]:
    found: list[Piece] = []
    for index, part in enumerate(node.parts):
        first, *others = _pieces(part, level, unsigned=True)
        sign = MINUS if (index in node.minus) != negative(part, level) else "+"
        if index:
            first = first._replace(sign=sign)
        elif sign == MINUS:  # a sign in front belongs to its number
            first = first._replace(mathml=f'<mo form="prefix">{MINUS}</mo>{first.mathml}')
        found += [first, *others]
    return found


def _long_product(node: Product, last: Sum, level: int, unsigned: bool) -> list[Piece]:
    """Factors before a long sum stay with its first term."""
    pen = Pen(level)
    before = _set(Product(node.parts[:-1]), pen, unsigned) + THIN + OPEN
    first, *others = _sum_pieces(last, level)
    *middle, end = [_joined(before, pen, first), *others]
    return [*middle, end._replace(mathml=end.mathml + CLOSE)]


def _joined(before: str, pen: Pen, piece: Piece) -> Piece:
    """What was set before and a piece as one piece, its slots numbered anew."""
    mathml, by = piece.mathml, len(pen.slots)
    for index in reversed(range(len(piece.slots))):
        mathml = mathml.replace(f'"#{index:06x}"', f'"#{index + by:06x}"')
    return piece._replace(mathml=before + mathml, slots=(*pen.slots, *piece.slots))


# -- one node ------------------------------------------------------------------------------
def _set(node: Node, pen: Pen, unsigned: bool = False) -> str:
    return _MATHML[type(node)](node, pen, unsigned)


def _num(node: Any, pen: Pen, unsigned: bool) -> str:
    return pen.number(plain(node, pen.level, unsigned), node.role, node.key)


def _sym(node: Any, pen: Pen, unsigned: bool) -> str:
    return pen.slot(symbol_mathml(node.latex), Slot("", node.role))


def _sum(node: Any, pen: Pen, unsigned: bool) -> str:
    text = ""
    for index, part in enumerate(node.parts):
        is_minus = (index in node.minus) != negative(part, pen.level)
        if index or is_minus:
            form = "infix" if index else "prefix"
            text += f'<mo form="{form}">{MINUS if is_minus else "+"}</mo>'
        text += _set(part, pen, unsigned=True)
    return text


def _rest(node: Any, pen: Pen, unsigned: bool) -> str:
    text = _set(rest_number(node), pen, unsigned)
    return text + pen.slot(f"<mtext>{rest_words(node)}</mtext>", Slot("", "muted"))


def _product(node: Any, pen: Pen, unsigned: bool) -> str:
    first, *others = node.parts
    text = _set(first, pen, unsigned)
    text = f"{OPEN}{text}{CLOSE}" if isinstance(first, Sum) else text
    for part in others:
        tight = is_symbolic(node) or (isinstance(first, Quotient) and isinstance(part, Sum))
        text += (THIN if tight else TIMES) + _factor(part, pen)
    return text


def _factor(node: Node, pen: Pen) -> str:
    text = _set(node, pen)
    return f"{OPEN}{text}{CLOSE}" if in_brackets(node, pen.level) else text


def _quotient(node: Any, pen: Pen, unsigned: bool) -> str:
    over, below = node.parts
    return f"<mfrac>{_row(over, pen, unsigned)}{_row(below, pen)}</mfrac>"


def _row(node: Node, pen: Pen, unsigned: bool = False) -> str:
    """A node as one element: rows take ziamath twice the time, so that numbers have none."""
    text = _set(node, pen, unsigned)
    return text if isinstance(node, Num) else f"<mrow>{text}</mrow>"


def _power(node: Any, pen: Pen, unsigned: bool) -> str:
    base, power = _factor(node.parts[0], pen), f"<mn>{node.exponent}</mn>"
    if base.endswith(CLOSE):  # the power stands on the bracket
        return base.removesuffix(CLOSE) + f"<msup>{CLOSE}{power}</msup>"
    if isinstance(node.parts[0], Sym):  # a symbol may be of two letters: dw
        base = f"<mrow>{base}</mrow>"
    return f"<msup>{base}{power}</msup>"


def _call(node: Any, pen: Pen, unsigned: bool) -> str:
    inner = "<mo>,</mo>".join(_set(part, pen) for part in node.parts)
    return f"{symbol_mathml(node.latex)}{OPEN}{inner}{CLOSE}"


_MATHML: dict[type, Callable[[Any, Pen, bool], str]] = {
    Num: _num,
    Sym: _sym,
    Sum: _sum,
    Rest: _rest,
    Product: _product,
    Quotient: _quotient,
    Root: lambda node, pen, _: f"<msqrt>{_row(node.parts[0], pen)}</msqrt>",
    Power: _power,
    Exp: lambda node, pen, _: f"<msup><mi>e</mi>{_row(node.parts[0], pen)}</msup>",
    Call: _call,
    Labelled: lambda node, pen, unsigned: _set(node.parts[0], pen, unsigned),
}
