"""Sums and products of gradients, printed with so many digits that they can be worked out again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from bnsim.pictures.backward.area import power_of, tens
from bnsim.pictures.words import MINUS, number, special

#: Digits past which a printed sum would be longer than it helps.
MOST_PLACES = 8


def printed_paths(values: Sequence[float], total: float, unit: float | None = None) -> str:
    """``0.80 − 0.27 − 0.31 = +0.23``, with so many digits that it adds up as printed.

    The power of ten at its end is that of the numbers, or of ``unit``.
    """
    if not all(map(math.isfinite, (*values, total))):
        return f"{_chained([number(v) for v in values])} = {number(total, True)}"
    size = max(map(abs, values))
    far = unit is None or size < 1e-6 * unit
    power = power_of(size if far or unit is None else unit)
    scaled = [Decimal(v).scaleb(-power) for v in (*values, total)]
    text = _at_places(scaled[:-1], scaled[-1])
    return f"{text}, in {tens(power)}" if power else text


def _at_places(values: Sequence[Decimal], total: Decimal) -> str:
    """The sum with at least two digits of its result, or as many as help."""
    places = min(max(2, 1 - total.adjusted()), MOST_PLACES) if total else 2
    result = round(total, places)
    for decimals in range(places, places + 6):
        terms = [round(v, decimals) for v in values]
        if round(sum(terms, Decimal(0)), places) == result:
            break
    if total and not result:  # nearly everything cancels: no digits would add up
        left = _chained([_written(round(v, 2)) for v in values])
        return f"{left} ≈ {number(float(total), True)}"
    left = _chained([_written(term) for term in terms])
    return f"{left} = {'+' * (result > 0)}{_written(result)}"


def _written(value: Decimal) -> str:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text and not text.strip("-0.") else text
    return text.replace("-", MINUS) if text.strip("-") != "0" else "0"


def _chained(texts: Sequence[str]) -> str:
    """Terms with their signs between them."""
    first, *rest = texts
    parts = [f" {MINUS} {t[1:]}" if t.startswith(MINUS) else f" + {t}" for t in rest]
    return first + "".join(parts)


def printed_product(factors: Sequence[float], result: float) -> str:
    """``0.066 × 0.136 × 4.37e-8 = 3.9e-10``, with so many digits that it multiplies out."""
    if not all(map(math.isfinite, (*factors, result))):
        return f"{' × '.join(map(number, factors))} = {number(result)}"
    for digits in range(2, 16):
        texts = [significant(f, digits, True) for f in factors]
        if number(math.prod(map(_read, texts))) == number(result):
            break
    return f"{' × '.join(texts)} = {number(result)}"


def _read(text: str) -> float:
    """A factor as it is printed."""
    return float(text.strip("()").replace(MINUS, "-"))


def printed_quotient(above: float, below: float) -> str:
    """``0.701 / 0.0881 = 7.96``, with so many digits that it divides out; both positive."""
    with np.errstate(over="ignore"):
        result = float(np.float64(above) / below)
        for digits in range(3, 16):
            a, b = (significant(v, digits) for v in (above, below))
            if number(float(np.float64(a) / np.float64(b))) == number(result):
                break
    return f"{a} / {b} = {number(result)}"


def significant(value: float, digits: int = 3, brackets: bool = False, signed: bool = False) -> str:
    """So many significant digits: 0.0353, 4.37e-8; negative ones in brackets on request."""
    word = special(value)
    if word is not None:
        return word
    size = abs(value)
    text = f"{size:.{digits}g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    if 1.0 <= size < 1e5 and "e" in text:
        text = f"{size:.0f}"
    if value < 0:
        return f"({MINUS}{text})" if brackets else MINUS + text
    return ("+" if signed and value > 0 else "") + text
