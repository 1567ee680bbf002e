"""Numbers and names as a person reads them: one place, one style.

Printed sums recompute: they show as many digits as it takes for the printed terms to
give the printed result.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal

MINUS = "\u2212"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
#: At most this many terms of a sum are written out.
MOST_TERMS = 5


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


# -- printed arithmetic ----------------------------------------------------------------
def _rounded(value: float, decimals: int) -> Decimal:
    return round(Decimal(value), decimals)


def _plain(value: Decimal) -> str:
    """A decimal without trailing zeros, unsigned."""
    text = f"{abs(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _factor(value: Decimal) -> str:
    """A factor behind a times sign: negative ones in brackets."""
    return f"({MINUS}{_plain(value)})" if value < 0 else _plain(value)


def _exact(values: Iterable[float]) -> bool:
    """Whether fixed-point printing makes sense for all of these."""
    return all(math.isfinite(v) and abs(v) < 1e7 for v in values)


def printed_sum(
    pairs: Sequence[tuple[float, float]], bias: float, result: float, places: int | None = None
) -> str:
    """``15 × 6 − 0.23 × 1 − 0.264 × 4 + 0 = 88.71``: w times x, plus the bias.

    The printed terms, multiplied and added, round to the printed result.  Past five
    terms the largest are written out and the others summed up.  ``places`` asks for more
    decimals of the result.
    """
    shown, rest = _largest(pairs)
    if not _exact([result, bias, *(v for pair in pairs for v in pair)]):
        return f"{_loose(shown)}{' + …' if rest else ''} + {_in_brackets(bias)} ≈ {number(result)}"
    places = places or (2 if abs(result) >= 0.1 or result == 0 else 4)
    for decimals in range(2, 16):
        text, total = _terms(shown, rest, bias, decimals)
        if round(total, places) == _rounded(result, places):
            return f"{text} = {_signed(_rounded(result, places))}"
    return f"{text} ≈ {number(result)}"


def _largest(
    pairs: Sequence[tuple[float, float]],
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    if len(pairs) <= MOST_TERMS:
        return list(pairs), []
    order = sorted(range(len(pairs)), key=lambda i: -abs(pairs[i][0] * pairs[i][1]))
    kept = sorted(order[:3])
    return [pairs[i] for i in kept], [pairs[i] for i in order[3:]]


def _terms(
    shown: Sequence[tuple[float, float]],
    rest: Sequence[tuple[float, float]],
    bias: float,
    decimals: int,
) -> tuple[str, Decimal]:
    """The text of a sum at so many decimals, and what that text adds up to."""
    parts, total = [], Decimal(0)
    for w, x in shown:
        a, b = _rounded(w, decimals), _rounded(x, decimals)
        parts.append((a < 0, f"{_plain(a)} × {_factor(b)}"))
        total += a * b
    if rest:
        others = _rounded(sum(w * x for w, x in rest), decimals)
        parts.append((others < 0, f"{_plain(others)} ({len(rest)} more terms)"))
        total += others
    offset = _rounded(bias, decimals)
    parts.append((offset < 0, _plain(offset)))
    return _chain(parts), total + offset


def _chain(parts: Sequence[tuple[bool, str]]) -> str:
    """Terms with their signs between them."""
    first = (MINUS if parts[0][0] else "") + parts[0][1]
    return first + "".join(f" {MINUS if neg else '+'} {text}" for neg, text in parts[1:])


def _loose(pairs: Sequence[tuple[float, float]]) -> str:
    """Terms too large for fixed digits, as far as three digits tell."""
    return " + ".join(f"{_in_brackets(w)} × {_in_brackets(x)}" for w, x in pairs)


def _in_brackets(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def _signed(value: Decimal) -> str:
    return (MINUS if value < 0 else "") + _plain(value)


def printed_mean(values: Sequence[float], mean: float) -> str:
    """``(88.71 + 55.52 + 57.83) / 3 = 67.35``; past five values the first and last."""
    m = len(values)
    if not _exact([*values, mean]):
        terms = " + ".join([*(number(v) for v in values[:3]), *["…"] * (m > 3)])
        return f"({terms}) / {m} = {number(mean)}"
    for decimals in range(2, 14):
        rounded = [_rounded(v, decimals) for v in values]
        if round(sum(rounded) / m, 2) == _rounded(mean, 2):
            break
    shown = rounded if m <= MOST_TERMS else [*rounded[:2], rounded[-1]]
    parts = [(v < 0, _plain(v)) for v in shown]
    text = _chain(parts) if m <= MOST_TERMS else _chain(parts[:2]) + f" + … + {_signed(shown[-1])}"
    return f"({text}) / {m} = {_signed(_rounded(mean, 2))}"


def printed_variance(values: Sequence[float], mean: float, var: float) -> str:
    """``((88.71 − 67.35)² + …) / 3 = 229.02`` with digits that recompute."""
    m = len(values)
    if not _exact([*values, mean, var]):
        return f"mean of (value {MINUS} {number(mean)})² = {number(var)}"
    places = 2 if var >= 0.1 or var == 0 else 6
    for decimals in range(2, 14):
        rounded, middle = [_rounded(v, decimals) for v in values], _rounded(mean, decimals)
        total = sum(((v - middle) ** 2 for v in rounded), Decimal(0)) / m
        if round(total, places) == _rounded(var, places):
            break
    shown = rounded if m <= 3 else rounded[:2]
    squares = [f"({_signed(v)} {_less(middle)})²" for v in shown]
    tail = " + …" if m > 3 else ""
    return f"({' + '.join(squares)}{tail}) / {m} = {_signed(_rounded(var, places))}"


def _less(value: Decimal) -> str:
    return f"+ {_plain(value)}" if value < 0 else f"{MINUS} {_plain(value)}"


def printed_standardized(
    value: float, mean: float, var: float, eps: float, added: float, x_hat: float
) -> str:
    """``(88.71 − 67.35) / √(229.02 + 10⁻⁵) = +1.41`` with digits that recompute."""
    if not _exact([value, mean, var, x_hat]):
        return f"{number(x_hat, True)}, computed with more digits than fit here"
    places = 2
    for decimals in range(2, 14):
        v, mu, s2 = (_rounded(n, decimals) for n in (value, mean, var))
        root = (s2 + Decimal(eps)).sqrt() + Decimal(added)
        if root and round((v - mu) / root, places) == _rounded(x_hat, places):
            break
    inside = f"{_plain(s2)}" + (f" + {power_of_ten(eps)}" if eps else "")
    below = f"√({inside})" if eps else f"√{inside}"
    below = f"({below} + {number(added)})" if added else below
    return f"({_signed(v)} {_less(mu)}) / {below} = {fixed(x_hat, places, signed=True)}"


def printed_typical(n: int, w: float, s: float, b: float, result: float) -> str:
    """``√(3 × 0.623² × 5.716² + 0²) = 6.16``: the typical scale of a layer, recomputing."""
    if not _exact([w, s, b, result]):
        return number(result)
    for decimals in range(2, 14):
        weight, scale, bias = (_rounded(v, decimals) for v in (w, s, b))
        total = (n * weight**2 * scale**2 + bias**2).sqrt()
        if round(total, 2) == _rounded(result, 2):
            break
    inside = f"{n} × {_plain(weight)}² × {_plain(scale)}² + {_plain(bias)}²"
    return f"√({inside}) = {_plain(_rounded(result, 2))}"


def printed_scaled(gamma: float, x_hat: float, beta: float, y: float) -> str:
    """``1 × 1.41 + 0 = +1.41``: gamma times x-hat plus beta."""
    return printed_sum([(gamma, x_hat)], beta, y)
