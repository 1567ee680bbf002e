"""Text to plain JSON objects, refusing what JSON readers usually let pass.

Depth is counted before parsing, so that a hundred thousand brackets cannot overflow the
interpreter's stack; duplicate keys, NaN, 1e400 and half characters are refused with their
place, which Python's own reader does not do.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from bnsim.sim.errors import InputError

MAX_DEPTH = 32
_DIGITS = 19

# Possessive, so that an unfinished string costs one pass: brackets in strings do not count.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)

#: What a JSON object becomes.
Json = object


class _Refused(NamedTuple):
    """Stands for a value that is not allowed until its path is known."""

    why: str


class _Object(dict[str, Json]):
    """An object that remembers the first key given twice."""

    duplicate: str | None = None


def parse(text: str) -> Json:
    """Parse strictly.

    Raises
    ------
    InputError
        With line and column, or with the path in the file, and what to change.
    """
    _check_depth(text)
    try:
        value = json.loads(
            text,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{where}: {_syntax(error)}; correct the JSON there.") from None
    for path, why in _faults(value, "$"):
        raise InputError(f"{path}: {why}.")
    return value


def shown(text: str, most: int = 60) -> str:
    """A text from a file, safe to print on one line, in back quotes."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return "`" + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in short) + "`"


def _syntax(error: json.JSONDecodeError) -> str:
    if not error.doc.strip():
        return "the file is empty"
    return error.msg[:1].lower() + error.msg[1:]


def _check_depth(text: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        first = token.group()[0]
        depth += (first in "[{") - (first in "]}")
        if depth > MAX_DEPTH:
            line = text.count("\n", 0, token.start()) + 1
            what = f"brackets are nested deeper than {MAX_DEPTH}"
            raise InputError(f"line {line}: {what}; a scenario needs 5, remove the others.")


def _constant(name: str) -> Json:
    return _Refused(f"{name} is not a number in JSON; write a finite number")


def _float(text: str) -> Json:
    value = float(text)
    too_large = _Refused("the number is too large; use at most 1e300 in size")
    return value if math.isfinite(value) else too_large


def _int(text: str) -> Json:
    if len(text) > _DIGITS:
        return _Refused(f"the whole number has {len(text)} digits; use at most {_DIGITS - 1}")
    return int(text)


def _object(pairs: list[tuple[str, Json]]) -> Json:
    result = _Object()
    for key, value in pairs:
        if key in result and result.duplicate is None:
            result.duplicate = key
        result[key] = value
    return result


def _faults(value: Json, path: str) -> Iterator[tuple[str, str]]:
    """Every place with something that is refused."""
    if isinstance(value, _Refused):
        yield path, value.why
    elif isinstance(value, str):
        yield from _text_faults(value, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            # numbers are most of a file
            if type(item) is not float:
                yield from _faults(item, f"{path}[{index}]")
    elif isinstance(value, _Object):
        if value.duplicate is not None:
            yield path, f"the key {shown(value.duplicate)} is given twice; remove one"
        for key, item in value.items():
            yield from _text_faults(key, path)
            yield from _faults(item, f"{path}.{_step(key)}")


def _step(key: str) -> str:
    """A key as part of a path that fits on a line."""
    return key if re.fullmatch(r"[\w$-]{1,40}", key) else shown(key)


def _text_faults(text: str, path: str) -> Iterator[tuple[str, str]]:
    if any(c < " " or "\x7f" <= c <= "\x9f" for c in text):
        yield path, "a text holds a line break or a control character; remove it"
    if any("\ud800" <= c <= "\udfff" for c in text):
        yield path, "a text holds half a character (a lone surrogate); remove it"
