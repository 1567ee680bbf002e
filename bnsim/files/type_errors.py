"""msgspec's sentences about wrong types, turned into advice: what is allowed at that place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

import msgspec
from msgspec import inspect

from bnsim.files.json_text import shown

_WITH_PATH = re.compile(r"(?P<what>.*?)(?: - at `(?P<path>\$.*)`)?", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(?:\d+|\.\.\.)\]")
_EXPECTED = re.compile(r"Expected `([^`]+)`(?: of length (\d+))?(?:, got `?([^`]+)`?)?")

_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text in quotes",
    "bool": "true or false",
    "array": "a list in [ ]",
    "object": "an object in { }",
    "null": "null",
}


def explain(error: msgspec.ValidationError, kind: type[msgspec.Struct]) -> str:
    """One sentence for an error of ``msgspec.convert(..., kind)``.

    Returns
    -------
    str
        The path in the file, what is wrong, and what is allowed there.
    """
    match = _WITH_PATH.fullmatch(str(error))
    what, path = (match["what"], match["path"] or "$") if match else (str(error), "$")
    return f"{path}: {_advice(what, type_at(kind, path))}."


def type_at(kind: type[msgspec.Struct], path: str) -> inspect.Type:
    """The type that a scenario has at a path such as ``$.layers[1].activation``."""
    found: inspect.Type = inspect.type_info(kind)
    for step in _STEP.finditer(path):
        found = _below(found, step[1])
    return _without_null(found)


def _below(kind: inspect.Type, field: str | None) -> inspect.Type:
    kind = _without_null(kind)
    if isinstance(kind, inspect.StructType):
        return next((f.type for f in kind.fields if f.encode_name == field), kind)
    if isinstance(kind, inspect.ListType):
        return kind.item_type
    return kind.item_types[0] if isinstance(kind, inspect.TupleType) else kind


def _without_null(kind: inspect.Type) -> inspect.Type:
    if isinstance(kind, inspect.UnionType):
        return next(t for t in kind.types if not isinstance(t, inspect.NoneType))
    return kind


def _advice(what: str, kind: inspect.Type) -> str:
    quoted = re.search(r"[`'](.*)[`']", what, re.DOTALL)
    if what.startswith("Object contains unknown field") and quoted:
        return f"unknown field {shown(quoted[1])}; {_choose(quoted[1], _fields(kind), 'fields')}"
    if what.startswith("Object missing required field") and quoted:
        return f"the field `{quoted[1]}` is missing; add it"
    if what.startswith("Invalid enum value"):
        value = quoted[1] if quoted else what.removeprefix("Invalid enum value ")
        return f"unknown value {shown(value)}; {_choose(value, _values(kind), 'values')}"
    values = _values(kind)
    return f"{_wrong_type(what)}: {', '.join(values)}" if values else _wrong_type(what)


def _wrong_type(what: str) -> str:
    match = _EXPECTED.fullmatch(what)
    if not match:
        return shown(what, 200).strip("`")
    wanted = " or ".join(_WORDS.get(name, name) for name in match[1].split(" | "))
    size = f" of {match[2]} items" if match[2] else ""
    got = _WORDS.get(match[3] or "", f"a list of {match[3]}" if size else match[3] or "")
    return f"this is {got}; write {wanted}{size}"


def _choose(given: str, allowed: Iterable[str], what: str) -> str:
    names = list(allowed)
    near = difflib.get_close_matches(given[:80].lower(), names, n=1)
    hint = f"did you mean `{near[0]}`? " if near else ""
    return f"{hint}Allowed {what}: {', '.join(names)}"


def _fields(kind: inspect.Type) -> list[str]:
    return [f.encode_name for f in kind.fields] if isinstance(kind, inspect.StructType) else []


def _values(kind: inspect.Type) -> list[str]:
    return [str(v) for v in kind.values] if isinstance(kind, inspect.LiteralType) else []
