"""Formulas worked out: from their numbers, and as a reader does from the printed ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from bnsim.pictures.formula.digits import (
    LOOSE,
    MOST_LEVEL,
    ROUNDING,
    constant,
    fixed,
    is_plain,
    places_of,
    printed,
    read,
    rounded,
    scientific,
)
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
    leaves,
)
from bnsim.pictures.words import MINUS, number

#: Results are tried at so many levels before a formula says that it is only about equal.
RESULT_LEVELS = 4
#: A result of 0 has at most so many zeros.
MOST_ZEROS = 14
#: e to more than this is not worked out.
LARGEST_POWER = 1e4


class Settled(NamedTuple):
    """How a formula is printed: its level, its relation sign and its result.

    ``left`` is what rounding left of a result that is 0, else 0.
    """

    level: int
    relation: str
    result: str
    left: float = 0.0


def num_text(num: Num, level: int) -> str:
    """A number as it is printed at a level."""
    return constant(num.value) if num.exact else printed(num.value, level)


def negative(node: Node, level: int) -> bool:
    """Whether a node is printed with a minus sign in front."""
    if isinstance(node, Num):
        return num_text(node, level).startswith(MINUS)
    if isinstance(node, Rest):
        return negative(rest_number(node), level)
    if isinstance(node, Product | Quotient | Labelled):
        return negative(node.parts[0], level)
    return False


def rest_number(rest: Rest) -> Num:
    """The terms that a long sum does not write out, added up."""
    return Num(value=math.fsum(map(real, rest.parts)) if _finite(rest) else math.nan)


def _finite(node: Node) -> bool:
    return all(math.isfinite(real(part)) for part in node.parts)


# -- in floating point -------------------------------------------------------------------
def real(node: Node) -> float:
    """The value of a node in floating point, NaN where it has none."""
    try:
        return _REAL[type(node)](node)
    except (ArithmeticError, ValueError):
        return math.nan


def _real_sum(node: Any) -> float:
    return sum(-real(p) if i in node.minus else real(p) for i, p in enumerate(node.parts))


def _real_call(node: Any) -> float:
    return float(node.f(Decimal(real(node.parts[-1]))))


_REAL: dict[type, Callable[[Any], float]] = {
    Num: lambda node: float(node.value),
    Sum: _real_sum,
    Rest: lambda node: rest_number(node).value,
    Product: lambda node: math.prod(map(real, node.parts)),
    Quotient: lambda node: real(node.parts[0]) / real(node.parts[1]),
    Root: lambda node: math.sqrt(real(node.parts[0])),
    Power: lambda node: real(node.parts[0]) ** node.exponent,
    Exp: lambda node: math.exp(real(node.parts[0])),
    Call: _real_call,
    Labelled: lambda node: real(node.parts[0]),
}


def scale(node: Node, deep: bool = False) -> float:
    """The size of the largest term: what a result of 0 is measured by.

    ``deep`` looks into squares too: what is left of a difference there is not its size.
    """
    parts = [scale(part, deep) for part in node.parts]
    if isinstance(node, Sum | Rest):
        return max(parts)
    if isinstance(node, Product | Labelled):
        return math.prod(parts)
    if isinstance(node, Quotient):
        below = abs(real(node.parts[1]))
        return parts[0] / below if below else math.nan
    if isinstance(node, Power) and deep:
        return float(parts[0] ** node.exponent)
    return abs(real(node))


# -- from the printed numbers ------------------------------------------------------------
def worked_out(node: Node, level: int) -> Decimal:
    """The value of a node from its printed numbers; an ArithmeticError where it has none."""
    return _EXACT[type(node)](node, level)


def _exact_sum(node: Any, level: int) -> Decimal:
    parts = [worked_out(part, level) for part in node.parts]
    return sum((-p if i in node.minus else p for i, p in enumerate(parts)), Decimal())


def _exact_product(node: Any, level: int) -> Decimal:
    return math.prod((worked_out(part, level) for part in node.parts), start=Decimal(1))


def _exact_exp(node: Any, level: int) -> Decimal:
    power = worked_out(node.parts[0], level)
    if abs(power) > LARGEST_POWER:
        raise ArithmeticError("e to so large a power is not worked out")
    return power.exp()


_EXACT: dict[type, Callable[[Any, int], Decimal]] = {
    Num: lambda node, level: read(num_text(node, level)),
    Sum: _exact_sum,
    Rest: lambda node, level: worked_out(rest_number(node), level),
    Product: _exact_product,
    Quotient: lambda n, level: worked_out(n.parts[0], level) / worked_out(n.parts[1], level),
    Root: lambda node, level: worked_out(node.parts[0], level).sqrt(),
    Power: lambda node, level: worked_out(node.parts[0], level) ** node.exponent,
    Exp: _exact_exp,
    Call: lambda node, level: node.f(worked_out(node.parts[-1], level)),
    Labelled: lambda node, level: worked_out(node.parts[0], level),
}


# -- how many digits ---------------------------------------------------------------------
def settled(node: Node, result: float, least: int = 0) -> Settled:
    """The fewest digits at which the printed formula gives its printed result.

    Parameters
    ----------
    node : Node
        The formula with its numbers.
    result : float
        What the engine computed.
    least : int
        Decimals that the result shows at least.

    Returns
    -------
    Settled
        "≈" in place of "=" where no number of digits does it: the numbers are huge.
    """
    if not all(is_plain(v) for v in (result, *(num.value for num in leaves(node)))):
        return Settled(LOOSE, "≈" if math.isfinite(result) else "=", number(result))
    size = scale(node)
    if abs(result) < ROUNDING * size and is_plain(size):
        return _nothing(node, result, places_of(size, 0))
    for more in range(RESULT_LEVELS):
        places = max(places_of(result, more), least)
        level = _level(node, rounded(result, places), places)
        if level is not None:
            return Settled(level, "=", _result(node, level, result, places))
    size = scale(node, deep=True)
    if abs(result) < ROUNDING * size and is_plain(size):
        return _nothing(node, result, places_of(size, 0))
    return Settled(2, "≈", printed(result, 0))


def _level(node: Node, result: Decimal, places: int) -> int | None:
    """The first level that gives the result to so many decimals."""
    for level in range(MOST_LEVEL):
        found = _try(node, level)
        if found is not None and round(found, places) == result:
            return level
    return None


def _try(node: Node, level: int) -> Decimal | None:
    try:
        found = worked_out(node, level)
        return found if found.is_finite() and abs(found) < 10**12 else None
    except ArithmeticError:
        return None


def _result(node: Node, level: int, result: float, places: int) -> str:
    """The result with its decimals; without zeros behind it only where it is exact."""
    value, found = rounded(result, places), _try(node, level)
    exact = Decimal(repr(result)) == found
    if value and value.adjusted() < -6:
        return scientific(value, places + value.adjusted())
    return fixed(value) if exact else fixed(value, strip=False)


def _nothing(node: Node, result: float, places: int) -> Settled:
    """A result that is 0, or would be without rounding."""
    level = _level(node, Decimal(0), places)
    if level is not None and result == 0 and _try(node, level) == 0:
        return Settled(level, "=", "0")
    if level is None or places > MOST_ZEROS:
        return Settled(0, "≈", "0", result)
    zeros = fixed(Decimal(0).quantize(Decimal(1).scaleb(-places)), strip=False)
    return Settled(level, "=", zeros, result)
