"""Sums and quotients as they are printed: the printed terms give the printed result.

They show as many digits as that takes, and "≈" where no digits that fit would do.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal

from bnsim.pictures.words import MINUS, fixed, number, power_of_ten

#: At most this many terms of a sum are written out.
MOST_TERMS = 5
#: Relative to the terms: what is smaller is their rounding.
NOISE = 1e-13
#: With more decimals nobody counts the zeros.
MOST_PLACES = 14


def _rounded(value: float, decimals: int) -> Decimal:
    return round(Decimal(value), decimals)


def _plain(value: Decimal) -> str:
    """A decimal without trailing zeros, unsigned."""
    text = f"{abs(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _factor(value: Decimal) -> str:
    """A factor behind a times sign: negative ones in brackets."""
    return f"({MINUS}{_plain(value)})" if value < 0 else _plain(value)


def _exact(values: Iterable[float], places: int = 2) -> bool:
    """Whether fixed-point printing makes sense for all of these, and for so many decimals."""
    return places <= MOST_PLACES and all(math.isfinite(v) and abs(v) < 1e7 for v in values)


def _places(result: float, terms: Iterable[float], usual: int) -> int:
    """Decimals of a result: as usual, more where those would leave not two digits of it.

    What is only the rounding of its terms is printed as the 0 that it stands for.
    """
    size = abs(result)
    if not math.isfinite(size) or size <= NOISE * max(map(abs, terms), default=0.0):
        return 2
    return max(usual, 1 - math.floor(math.log10(size)))


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
    places = places or _places(result, [w * x for w, x in pairs], 2 if abs(result) >= 0.1 else 4)
    for decimals in range(2, 16) if places <= MOST_PLACES else ():
        text, total = _terms(shown, rest, bias, decimals)
        if round(total, places) == _rounded(result, places):
            return f"{text} = {_signed(_rounded(result, places))}"
    return f"{_loose(shown)}{' + …' if rest else ''} + {_in_brackets(bias)} ≈ {number(result)}"


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
    m, places = len(values), _places(mean, values, 2 if abs(mean) >= 0.0095 else 4)
    for decimals in range(2, 14) if _exact([*values, mean], places) else ():
        rounded = [_rounded(v, decimals) for v in values]
        if round(sum(rounded) / m, places) == _rounded(mean, places):
            shown = rounded if m <= MOST_TERMS else [*rounded[:2], rounded[-1]]
            parts = [(v < 0, _plain(v)) for v in shown]
            text = _chain(parts)
            if m > MOST_TERMS:
                text = _chain(parts[:2]) + f" + … + {_signed(shown[-1])}"
            return f"({text}) / {m} = {_signed(_rounded(mean, places))}"
    terms = " + ".join([*(number(v) for v in values[:3]), *["…"] * (m > 3)])
    return f"({terms}) / {m} ≈ {number(mean)}"


def printed_variance(values: Sequence[float], mean: float, var: float) -> str:
    """``((88.71 − 67.35)² + …) / 3 = 229.02`` with digits that recompute."""
    m = len(values)
    places = _places(var, (), 2 if var >= 0.1 else 6)
    for decimals in range(2, 14) if _exact([*values, mean, var], places) else ():
        rounded, middle = [_rounded(v, decimals) for v in values], _rounded(mean, decimals)
        total = sum(((v - middle) ** 2 for v in rounded), Decimal(0)) / m
        if round(total, places) == _rounded(var, places):
            shown = rounded if m <= 3 else rounded[:2]
            squares = [f"({_signed(v)} {_less(middle)})²" for v in shown]
            tail = " + …" if m > 3 else ""
            return f"({' + '.join(squares)}{tail}) / {m} = {_signed(_rounded(var, places))}"
    return f"mean of (value {MINUS} {_in_brackets(mean)})² = {number(var)}"


def _less(value: Decimal) -> str:
    return f"+ {_plain(value)}" if value < 0 else f"{MINUS} {_plain(value)}"


def printed_standardized(
    value: float, mean: float, var: float, eps: float, added: float, x_hat: float
) -> str:
    """``(88.71 − 67.35) / √(229.02 + 10⁻⁵) = +1.41`` with digits that recompute."""
    places, least = 2, _places(var, (), 2)
    for decimals in range(2, 14) if _exact([value, mean, var, x_hat], least) else ():
        v, mu = _rounded(value, decimals), _rounded(mean, decimals)
        s2 = _rounded(var, max(decimals, least))
        root = (s2 + Decimal(eps)).sqrt() + Decimal(added)
        if root and round((v - mu) / root, places) == _rounded(x_hat, places):
            break
    else:
        return f"{number(x_hat, True)}, computed with more digits than fit here"
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
