"""Formulas set as mathematics: ziamath lays a formula out once for every shape of its numbers.

All digits of STIX Two Math are equally wide, so that other digits need no new layout, and
colours are given when a formula is drawn.  Lengths are in units of the font size, y downwards
from the baseline.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from bnsim.pictures.types import Outline

if TYPE_CHECKING:
    from ziafont.glyph import SimpleGlyph
    from ziamath.drawable import Drawable, Glyph
    from ziamath.mathfont import MathFont

#: STIX Two Math is drawn on so many units: positions come out as whole numbers.
EM = 1000.0
BOLD = str.maketrans("0123456789", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
_SHAPE = str.maketrans("0123456789𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "0" * 10 + "𝟎" * 10)
_DIGITS = frozenset("0123456789𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
_PLAIN = -1
#: ziamath takes every hat for one that spans what is under it.
_WIDE_HAT, _HAT = "<mo>&#x00302;</mo>", '<mo stretchy="false">&#x002C6;</mo>'


@dataclass(frozen=True, slots=True)
class Letter:
    """One glyph: its place, font size and advance; ``slot`` is its number in the formula or -1."""

    outline: Outline
    x: float
    y: float
    size: float
    advance: float
    slot: int


@dataclass(frozen=True, slots=True)
class Rule:
    """The bar of a fraction or a root, as a box from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Setting:
    """A formula laid out: its box round the baseline, its letters in order, its bars."""

    width: float
    ascent: float
    descent: float
    letters: tuple[Letter, ...]
    rules: tuple[Rule, ...]


def shape_of(text: str) -> str:
    """A number with every digit made the same: numbers of one shape share a layout."""
    return text.translate(_SHAPE)


def slotted(inner: str, slot: int) -> str:
    """MathML whose letters are told apart afterwards: ziamath carries the colour along."""
    return _with(inner, "mathcolor", f"#{slot:06x}")


@lru_cache(maxsize=4096)
def _with(inner: str, name: str, value: str) -> str:
    """MathML with an attribute; a row round it would double the time that ziamath takes."""
    return _text(_flat(inner), name, value)


def _text(elements: Iterable[ET.Element], name: str, value: str) -> str:
    text = ""
    for element in elements:
        element.set(name, value)
        text += ET.tostring(element, encoding="unicode")
    return text


def _flat(inner: str) -> list[ET.Element]:
    """The elements of a row without further rows in it that hold one element or only group."""
    root = ET.fromstring(f"<mrow>{inner}</mrow>")
    return list(_spliced(root))


def _spliced(row: ET.Element) -> Iterator[ET.Element]:
    for child in row:
        if child.tag == "mrow":
            yield from _spliced(child)
            continue
        for index, part in enumerate(child):
            parts = list(_spliced(part)) if part.tag == "mrow" else []
            if len(parts) == 1:
                child[index] = parts[0]
        yield child


def number_mathml(text: str) -> str:
    """A printed number as MathML, 1.2e-7 with a power of ten; its letters as `number_letters`."""
    mantissa, mark, exponent = text.partition("e")
    if not mark:
        return f"<mn>{text}</mn>"
    return f"<msup><mn>{mantissa}·10</mn><mn>{_exponent(exponent)}</mn></msup>"


def number_letters(text: str, bold: bool = False) -> str:
    """The letters of a printed number in the order in which they are drawn."""
    mantissa, mark, exponent = text.partition("e")
    letters = f"{mantissa}·10{_exponent(exponent)}" if mark else text
    return letters.translate(BOLD) if bold else letters


def _exponent(text: str) -> str:
    return text.replace("-", "−")


def with_digits(setting: Setting, slots: Iterable[str]) -> Iterator[Letter]:
    """The letters of a setting with the digits of these numbers, one text a slot."""
    texts = [iter(text) for text in slots]
    for letter in setting.letters:
        char = next(texts[letter.slot], "") if letter.slot != _PLAIN else ""
        yield replace(letter, outline=_digit(char)) if char in _DIGITS else letter


def warm() -> None:
    """Load ziamath and its font, a tenth of a second, before the first formula is asked for."""
    setting(number_mathml("0"))


@lru_cache(maxsize=4096)
def setting(mathml: str) -> Setting:
    """Lay out a formula in MathML, without its outer element."""
    from ziamath.drawable import Glyph, HLine
    from ziamath.zmath import Math

    node = Math(f'<math display="block">{mathml}</math>', size=EM).node
    box = node.bbox
    letters: list[Letter] = []
    rules: list[Rule] = []
    for part, x, y in _drawn(node, 0.0, 0.0):
        if isinstance(part, Glyph) and part.glyph.operators:  # a space has none
            letters.append(_letter(part, x, y))
        elif isinstance(part, HLine):
            rules.append(Rule(x / EM, y / EM, part.length / EM, part.lw / EM))
    return Setting(
        max(box.xmax, 0.0) / EM, box.ymax / EM, -box.ymin / EM, tuple(letters), tuple(rules)
    )


def _drawn(node: Drawable, x: float, y: float) -> Iterator[tuple[Drawable, float, float]]:
    """What a node of ziamath draws, with places, in order."""
    if not node.nodes:
        yield node, x, y
    for (dx, dy), child in zip(getattr(node, "nodexy", ()), node.nodes, strict=False):
        yield from _drawn(child, x + dx, y + dy)


def _letter(part: Glyph, x: float, y: float) -> Letter:
    glyph, size = part.glyph, part.size / EM
    advance = size * glyph.advance() / glyph.font.info.layout.unitsperem
    return Letter(_outline(glyph), x / EM, y / EM, size, advance, _slot(part))


def _slot(part: Glyph) -> int:
    color = str(part.style.mathcolor)
    return int(color[1:], 16) if color.startswith("#") else _PLAIN


_OUTLINES: dict[int, Outline] = {}


def _outline(glyph: SimpleGlyph) -> Outline:
    """The outline of a glyph, always the same object, which a painter may cache."""
    if glyph.index not in _OUTLINES:
        _OUTLINES[glyph.index] = _traced(glyph)
    return _OUTLINES[glyph.index]


def _traced(glyph: SimpleGlyph) -> Outline:
    letters = {"Moveto": "M", "Lineto": "L", "Quad": "Q", "Cubic": "C"}
    commands, points = "", []
    for operator in glyph.operators:
        commands += letters[type(operator).__name__]
        named = (getattr(operator, name, None) for name in ("p", "p1", "p2", "p3"))
        points += [(p.x, -p.y) for p in named if p is not None]
    unit = glyph.font.info.layout.unitsperem
    return Outline(commands, np.array(points, dtype=np.float64).reshape(-1, 2) / unit)


@lru_cache(maxsize=32)
def _digit(char: str) -> Outline:
    return _outline(_font().glyph(char))


@lru_cache(maxsize=1)
def _font() -> MathFont:
    from ziamath.zmath import Math

    return Math("<math><mn>0</mn></math>", size=EM).font


@lru_cache(maxsize=512)
def symbol_mathml(latex: str) -> str:
    """A symbol in LaTeX as MathML that stands in a row, sums no taller than they need be."""
    from ziamath.tex import tex2mml

    text = tex2mml(latex, inline=True)
    inner = text[text.index(">") + 1 : text.rindex("</math>")].replace(_WIDE_HAT, _HAT)
    return _text(_flat(inner), "displaystyle", "false")
