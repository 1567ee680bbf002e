"""What a formula is made of: numbers and symbols in sums, products, fractions and roots.

The nodes are data.  :mod:`.formula_value` works them out, :mod:`.formula_text` writes them
in plain text, :mod:`.formula_mathml` sets them as mathematics.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bnsim.pictures.quantity import Quantity

#: Sums of more terms write out the largest and add up the others.
MOST_TERMS, WRITTEN_OUT = 5, 3


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a formula, made of other parts."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Num(Node):
    """A number; ``exact`` ones belong to the definition and are printed in full."""

    value: float
    key: Quantity | None = None
    role: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sym(Node):
    """A symbol: LaTeX for the picture, and the same in plain text."""

    latex: str
    text: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Terms with their signs between them; ``minus`` counts the terms that are subtracted."""

    minus: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rest(Node):
    """The smaller terms of a long sum: as one number, and in words how many they are."""


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Factors with times signs between them; beside symbols there is none."""


@dataclass(frozen=True, slots=True)
class Quotient(Node):
    """A fraction of two parts."""


@dataclass(frozen=True, slots=True)
class Root(Node):
    """A square root."""


@dataclass(frozen=True, slots=True)
class Power(Node):
    """A base to a whole power."""

    exponent: int = 2


@dataclass(frozen=True, slots=True)
class Exp(Node):
    """e to a power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """A named function of its last part; what stands before that is only written."""

    latex: str
    name: str
    f: Callable[[Decimal], Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled(Node):
    """A term with a word under it."""

    label: str


def whole(value: float) -> Num:
    """A number that belongs to the definition: m, 2, 0.9."""
    return Num(value=float(value), exact=True)


def minus(first: Node, second: Node) -> Sum:
    """A difference."""
    return Sum((first, second), (1,))


def plus(*terms: Node) -> Node:
    """A sum with every term written out."""
    return Sum(terms) if len(terms) > 1 else terms[0]


def total(terms: Sequence[Node], sizes: Sequence[float]) -> Node:
    """A sum that writes out its largest terms, in their order, and adds up the others."""
    if len(terms) <= MOST_TERMS:
        return plus(*terms)
    ranks = [math.inf if math.isnan(size) else abs(size) for size in sizes]
    order = sorted(range(len(terms)), key=lambda i: -ranks[i])
    kept, others = sorted(order[:WRITTEN_OUT]), sorted(order[WRITTEN_OUT:])
    rest = Rest(tuple(terms[i] for i in others))
    return Sum((*(terms[i] for i in kept), rest))


def leaves(node: Node) -> Iterator[Num]:
    """Every number in a formula, those that a long sum does not print too."""
    if isinstance(node, Num):
        yield node
    for part in node.parts:
        yield from leaves(part)
