"""One statement: a symbol, the formula it stands for, the same with numbers, and the result."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from bnsim.pictures.formula.numbers import canonical, name_of, role_of, symbol, value_of
from bnsim.pictures.formula.text import plain
from bnsim.pictures.formula.tree import Node, Num, Sym, leaves
from bnsim.pictures.formula.value import Settled, settled
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.words import number
from bnsim.sim.frame import Frame


@dataclass(frozen=True, slots=True)
class Statement:
    """What a number is, in symbols and in numbers.

    ``symbols`` is None for a number that is given, not computed; ``numbers`` is None where
    there is nothing to work out, and while the number is not known (``known``).  ``sources``
    are the numbers that it was computed from, ``key`` what the result stands for.
    """

    quantity: Quantity
    left: Sym
    symbols: Node | None
    numbers: Node | None
    settled: Settled
    note: str = ""
    sources: tuple[Quantity, ...] = ()
    known: bool = True
    sign: str = "="
    key: Quantity | None = None
    role: str = ""

    @property
    def line(self) -> str:
        """The numbers in plain text: ``x̂ = (88.71 − 67.35) / √(229.02 + 0.00001) = 1.41``."""
        if not self.known:
            return f"{self.left.text} {self.sign} {plain(self.symbols)}" if self.symbols else ""
        parts = [f"{self.left.text} {self.sign}"]
        if self.numbers is not None and not isinstance(self.numbers, Num):
            parts += [plain(self.numbers, self.settled.level), self.settled.relation]
        return " ".join([*parts, self.settled.result])


def sources_of(numbers: Node) -> tuple[Quantity, ...]:
    """The numbers of a formula that stand for something, each once."""
    return tuple(dict.fromkeys(n.key for n in leaves(numbers) if n.key is not None))


def statement(
    frame: Frame,
    q: Quantity,
    symbols: Node,
    numbers: Node,
    note: str = "",
    value: float | None = None,
    least: int = 0,
) -> Statement:
    """A number that is computed, with ``least`` decimals.

    ``value`` is given for those that no array of the engine holds.
    """
    result = value_of(frame, q) if value is None else value
    found = settled(numbers, result, least)
    words = _unusual(frame, numbers, result) or note or _rounding(found)
    key = canonical(frame, q)
    return Statement(
        q, symbol(frame, q), symbols, numbers, found, words, sources_of(numbers), key=key,
        role=role_of(frame, key),
    )  # fmt: skip


def by_rule(frame: Frame, q: Quantity, symbols: Node, numbers: Node, note: str) -> Statement:
    """A number that a rule sets to 0 where the formula would divide by 0."""
    made = statement(frame, q, symbols, numbers, note)
    return replace(made, numbers=None, settled=Settled(0, "=", number(value_of(frame, q))))


def _unusual(frame: Frame, numbers: Node, result: float) -> str:
    """Which number that went in made the result infinite or undefined."""
    if math.isfinite(result):
        return ""
    for leaf in leaves(numbers):
        if leaf.key is not None and not math.isfinite(leaf.value):
            return f"{name_of(frame, leaf.key)} is {number(leaf.value)}, and so this is too"
    return "too large for a number of the computer, which end at 1.8e308"


def _rounding(found: Settled) -> str:
    if not found.left:
        return ""
    return f"0 but for rounding: the computer has {number(found.left)}"
