"""Numbers and names as a person reads them: one place, one style."""

from __future__ import annotations

import math
from collections.abc import Sequence

MINUS = "\u2212"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def subscript(number: int) -> str:
    """12 -> "₁₂"."""
    return str(number).translate(_SUBSCRIPTS)


def power_of_ten(value: float) -> str:
    """1e-5 -> "10⁻⁵"; other values as a plain number."""
    exponent = math.log10(value) if value > 0 else 0.5
    if value > 0 and exponent == int(exponent):
        return "10" + str(int(exponent)).translate(_SUPERSCRIPTS)
    return number(value)


def special(value: float) -> str | None:
    """The word for a value that is not finite, None for finite ones."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    return None


def number(value: float, signed: bool = False) -> str:
    """About three significant digits: 88.7, 0.36, 132, 1.2e30."""
    word = special(value)
    if word is not None:
        return word
    size = abs(value)
    if value == int(value) and size < 10_000:
        text = f"{int(size)}"
    elif size >= 99_999.5 or size < 0.0005:
        text = _scientific(size)
    else:
        text = f"{size:.{_decimals(size)}f}"
    return _sign(value, signed) + text


def distinct(values: Sequence[float | None]) -> list[str]:
    """Numbers in words, with more digits where different ones would look the same."""
    known = {v for v in values if v is not None and special(v) is None}
    texts = ["" if v is None else number(v) for v in values]
    for digits in range(4, 8):
        if len({number(v) for v in known}) == len(known) or len(set(texts) - {""}) >= len(known):
            break
        texts = ["" if v is None else special(v) or _digits(v, digits) for v in values]
    return texts


def _digits(value: float, digits: int) -> str:
    """So many significant digits, whole numbers as they are."""
    if value == int(value) or not 1e-3 <= abs(value) < 1e5:
        return number(value)
    return _sign(value, False) + f"{abs(value):.{digits}g}"


def short(value: float) -> str:
    """A number without trailing zeros, for ticks and settings: 0.8, not 0.80."""
    text = number(value)
    if "e" in text:
        return text.replace(".0e", "e")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimals(size: float) -> int:
    if size >= 99.95:
        return 0
    if size >= 9.995:
        return 1
    return 2 if size >= 0.0095 else 4


def _scientific(size: float) -> str:
    mantissa, exponent = f"{size:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def _sign(value: float, signed: bool) -> str:
    if value < 0:
        return MINUS
    return "+" if signed and value > 0 else ""


def full(value: float) -> str:
    """Every digit of a float: the shortest text that reads back as the same number."""
    return special(value) or repr(float(value)).replace("-", MINUS)


def fixed(value: float, decimals: int, signed: bool = False) -> str:
    """A number with exactly so many decimals; whole numbers and huge ones without."""
    if special(value) or abs(value) >= 1e7 or (value == int(value) and not signed):
        return number(value, signed)
    return _sign(value, signed) + f"{abs(value):.{decimals}f}"


def joined(words: Sequence[str]) -> str:
    """a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]


def samples_words(numbers: Sequence[int]) -> str:
    """Samples 2 and 3; samples 3 to 9; counted from 1."""
    if len(numbers) == 1:
        return f"sample {numbers[0]}"
    if len(numbers) > 3:
        return f"samples {numbers[0]} to {numbers[-1]}"
    return "samples " + joined([str(n) for n in numbers])


def count_word(count: int) -> str:
    """Small numbers in letters, as in a sentence."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if count < len(words) else str(count)
