"""How many digits a formula shows: as many as it takes to get its result by hand.

Numbers are printed at a level: 0 gives two decimals, or three digits of small numbers, and
every level one digit more.  `LOOSE` is for numbers that no fixed digits fit.
"""

from __future__ import annotations

import math
from decimal import Decimal

from bnsim.pictures.words import MINUS, number

LOOSE = -1
MOST_LEVEL = 14
#: From here on numbers are words: three digits and a power of ten.
HUGE = 1e7
#: Below this exponent of ten a number is printed with its power.
LEAST_EXPONENT = -6
#: A result so much smaller than its terms is what rounding leaves of 0.
ROUNDING = 1e-11


def is_plain(value: float) -> bool:
    """Whether fixed digits fit a number: neither huge nor infinite nor undefined."""
    return math.isfinite(value) and abs(value) < HUGE


def places_of(value: float, level: int) -> int:
    """Decimals of a number at a level."""
    exponent = Decimal(repr(value)).adjusted() if value else 0
    return (2 if exponent >= -1 else 2 - exponent) + level


def rounded(value: float, places: int) -> Decimal:
    """A number to so many decimals."""
    return round(Decimal(repr(value)), places)


def printed(value: float, level: int) -> str:
    """A number at a level; what is exact in fewer digits has no zeros behind it.

    >>> printed(15.0, 0), printed(88.714, 0), printed(-0.2302, 0), printed(1.23456e-7, 0)
    ('15', '88.71', '−0.23', '1.23e-7')
    """
    if level == LOOSE or not is_plain(value):
        return number(value)
    exact = Decimal(repr(value))
    if not exact:
        return "0"
    if exact.adjusted() < LEAST_EXPONENT:
        return scientific(exact, 2 + level)
    found = round(exact, places_of(value, level))
    return fixed(exact) if found == exact else fixed(found, strip=False)


def constant(value: float) -> str:
    """A number of a definition with all its digits: 0.9, 1e-8, 0.00001."""
    exact = Decimal(repr(value))
    if exact and exact.adjusted() < LEAST_EXPONENT:
        return scientific(exact, len(exact.normalize().as_tuple().digits) - 1)
    return fixed(exact) if is_plain(value) else number(value)


def fixed(value: Decimal, strip: bool = True) -> str:
    """A decimal without a power of ten, with a true minus sign."""
    text = f"{abs(value):f}"
    if strip and "." in text:
        text = text.rstrip("0").rstrip(".")
    return (MINUS if value < 0 else "") + text


def scientific(value: Decimal, places: int) -> str:
    """1.23e-7: a decimal with a power of ten."""
    mantissa, exponent = f"{abs(value):.{places}e}".split("e")
    return (MINUS if value < 0 else "") + f"{mantissa}e{int(exponent)}"


def read(text: str) -> Decimal:
    """What a printed number says."""
    return Decimal(text.replace(MINUS, "-"))
