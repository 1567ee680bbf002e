"""Formulas in plain text, as a person types them: for the clipboard and screen readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
from bnsim.pictures.formula.value import negative, num_text, rest_number
from bnsim.pictures.words import MINUS

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain(node: Node, level: int = 0, unsigned: bool = False) -> str:
    """A node in plain text; ``unsigned`` leaves out the minus sign that stands in front."""
    return _PLAIN[type(node)](node, level, unsigned)


def is_symbolic(node: Node) -> bool:
    """Whether there are symbols in a node: no times sign stands between those."""
    return isinstance(node, Sym) or any(map(is_symbolic, node.parts))


def in_brackets(node: Node, level: int) -> bool:
    """Whether a factor or a base needs brackets: a sum, or a negative number."""
    return isinstance(node, Sum | Rest) or negative(node, level)


def rest_words(node: Node) -> str:
    """How many terms a long sum does not write out."""
    return f" ({len(node.parts)} more terms)"


def _num(node: Any, level: int, unsigned: bool) -> str:
    text = num_text(node, level)
    return text.removeprefix(MINUS) if unsigned else text


def _sum(node: Any, level: int, unsigned: bool) -> str:
    text = ""
    for index, part in enumerate(node.parts):
        sign = MINUS if (index in node.minus) != negative(part, level) else "+"
        lead = f" {sign} " if index else sign.removeprefix("+")
        text += lead + plain(part, level, unsigned=True)
    return text


def _rest(node: Any, level: int, unsigned: bool) -> str:
    return plain(rest_number(node), level, unsigned) + rest_words(node)


def _product(node: Any, level: int, unsigned: bool) -> str:
    first, *others = node.parts
    lead = f"({plain(first, level)})" if isinstance(first, Sum) else plain(first, level, unsigned)
    texts = [lead, *(_factor(part, level) for part in others)]
    return (" " if is_symbolic(node) else " × ").join(texts)


def _factor(node: Node, level: int) -> str:
    text = plain(node, level)
    return f"({text})" if in_brackets(node, level) else text


def _quotient(node: Any, level: int, unsigned: bool) -> str:
    over, below = node.parts
    text = plain(over, level, unsigned)
    above = f"({text})" if isinstance(over, Sum) and len(over.parts) > 1 else text
    under = plain(below, level)
    bare = isinstance(below, Num | Sym | Root | Power)
    return f"{above} / {under}" if bare else f"{above} / ({under})"


def _call(node: Any, level: int, unsigned: bool) -> str:
    return f"{node.name}({', '.join(plain(part, level) for part in node.parts)})"


_PLAIN: dict[type, Callable[[Any, int, bool], str]] = {
    Num: _num,
    Sym: lambda node, level, unsigned: str(node.text),
    Sum: _sum,
    Rest: _rest,
    Product: _product,
    Quotient: _quotient,
    Root: lambda node, level, unsigned: f"√({plain(node.parts[0], level)})",
    Power: lambda node, level, _: (
        _factor(node.parts[0], level) + str(node.exponent).translate(_RAISED)
    ),
    Exp: lambda node, level, unsigned: f"e^({plain(node.parts[0], level)})",
    Call: _call,
    Labelled: lambda node, level, unsigned: plain(node.parts[0], level, unsigned),
}
