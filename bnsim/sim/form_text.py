"""What a person types, read strictly: the same in every locale, or one sentence why not."""

from __future__ import annotations

import re

from bnsim.sim.errors import InputError
from bnsim.sim.ranges import Range

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+")
_SEPARATOR = re.compile(r"\s*,\s*|\s+")

#: Python refuses to read whole numbers of thousands of digits, and nobody means them.
LONGEST = 60
MOST_SIZES = 16


def number_text(value: float) -> str:
    """The shortest text that reads back as exactly this number: 0.1, 1, 1e-5, 1e300."""
    if isinstance(value, int):
        return str(value)
    mantissa, e, exponent = repr(value).partition("e")
    mantissa = mantissa.removesuffix(".0")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def sizes_text(sizes: tuple[int, ...]) -> str:
    """(4, 4) as "4, 4"."""
    return ", ".join(str(n) for n in sizes)


def range_words(allowed: Range) -> str:
    """1 to 10,000; 0 to 1e6."""
    return f"{_end(allowed.low)} to {_end(allowed.high)}"


def _end(value: float) -> str:
    """Whole numbers with commas for a person's eye, large others by their power of ten."""
    if isinstance(value, int):
        return f"{value:,}"
    text, short = number_text(value), re.sub(r"e[+]?0*", "e", f"{value:g}")
    return short if len(short) < len(text) and float(short) == value else text


def quoted(text: str) -> str:
    """What was typed, short and on one line."""
    short = text if len(text) <= 24 else text[:23] + "…"
    return '"' + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in short) + '"'


def read_number(name: str, text: str, allowed: Range, unit: str = "") -> float:
    """A decimal number: digits, one point, an exponent.

    Raises
    ------
    InputError
        When it is none, or out of its range; the sentence starts with ``name``.
    """
    clean = _clean(name, text)
    if not _NUMBER.fullmatch(clean):
        raise InputError(f"{name}: {_no_number(clean, allowed, unit)}.")
    value = float(clean)
    _within(name, clean, value, allowed, unit)
    return value


def read_whole(name: str, text: str, allowed: Range, unit: str = "") -> int:
    """A whole number: a sign and digits, nothing else.

    Raises
    ------
    InputError
        When it is none, or out of its range; the sentence starts with ``name``.
    """
    clean = _clean(name, text)
    if not _WHOLE.fullmatch(clean):
        raise InputError(f"{name}: {_no_whole(clean, allowed, unit)}.")
    value = int(clean)
    _within(name, clean, value, allowed, unit)
    return value


def read_sizes(name: str, text: str, allowed: Range, unit: str = "") -> tuple[int, ...]:
    """Whole numbers with commas or spaces between them; none at all for an empty text.

    Raises
    ------
    InputError
        When one is no whole number or out of range, or when there are too many.
    """
    stripped = text.strip()
    parts = _SEPARATOR.split(stripped) if stripped else []
    if len(parts) >= MOST_SIZES:
        raise InputError(f"{name}: there are {len(parts):,}; use at most {MOST_SIZES - 1}.")
    return tuple(_read_size(name, part, allowed, unit) for part in parts)


def _read_size(name: str, part: str, allowed: Range, unit: str) -> int:
    if len(part) > LONGEST or not _WHOLE.fullmatch(part):
        raise InputError(f"{name}: {quoted(part)} is no size; write whole numbers as in 4, 4.")
    value = int(part)
    _within(name, part, value, allowed, unit)
    return value


def _clean(name: str, text: str) -> str:
    """Without spaces around it, with the minus sign of the screen as the one of a keyboard."""
    clean = text.strip().replace("\u2212", "-")
    if len(clean) > LONGEST:
        raise InputError(f"{name}: the text is too long; write at most {LONGEST} characters.")
    return clean


def _no_number(text: str, allowed: Range, unit: str) -> str:
    if not text:
        return f"write a number{_between(allowed, unit)}"
    if "," in text and _NUMBER.fullmatch(text.replace(",", ".", 1)):
        return f"{quoted(text)} has a comma; use a point, as in {text.replace(',', '.', 1)}"
    if "," in text:
        return f"{quoted(text)} has commas; use a point for decimals and nothing for thousands"
    return f"{quoted(text)} is not a number; write one{_between(allowed, unit)}, as in 0.1 or 1e-3"


def _no_whole(text: str, allowed: Range, unit: str) -> str:
    if not text:
        return f"write a whole number{_between(allowed, unit)}"
    if _THOUSANDS.fullmatch(text):
        return f"{quoted(text)} has a comma; write digits only, as in {text.replace(',', '')}"
    return f"{quoted(text)} is not a whole number; write one{_between(allowed, unit)}"


def _between(allowed: Range, unit: str) -> str:
    return f" from {_with_unit(allowed, unit)}"


def _with_unit(allowed: Range, unit: str) -> str:
    return f"{range_words(allowed)} {unit}".rstrip()


def _within(name: str, text: str, value: float, allowed: Range, unit: str) -> None:
    # "not (...)" also refuses NaN, of which every comparison is false
    if not allowed.low <= value <= allowed.high:
        what = f"{text[:24]}{'…' if len(text) > 24 else ''} is out of range"
        raise InputError(f"{name}: {what}; use {_with_unit(allowed, unit)}.")
