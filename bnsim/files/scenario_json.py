"""Scenario files: read strictly, written readably, described by a JSON Schema.

A file passes, in this order: an ordinary file, at most 1 MiB, UTF-8, not deeply nested,
JSON, a known version, the right fields and types, the rules of
:mod:`bnsim.sim.validate`.  Each failure is one sentence that starts with the file's name.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from typing import Any

import msgspec

from bnsim.files.json_text import parse, shown
from bnsim.files.type_errors import explain
from bnsim.sim.errors import InputError
from bnsim.sim.ranges import NAME, RANGES
from bnsim.sim.spec import Scenario
from bnsim.sim.validate import validate

MAX_BYTES = 1 << 20
VERSION = 1

_SCHEMA = "https://json-schema.org/draft/2020-12/schema"

#: From a version to the next: a function from the old object to the new one.
Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: dict[int, Migration] = {}


def load(path: str | os.PathLike[str]) -> Scenario:
    """Read and check a scenario file.

    Raises
    ------
    InputError
        One sentence: the file, the place in it, what is wrong and what to change.
    """
    name = os.fspath(path)
    try:
        text = _text(_bytes(name))
    except InputError as error:
        raise _named(name, error) from None
    return loads(text, name)


def loads(text: str, name: str = "scenario") -> Scenario:
    """Check a scenario given as text; errors start with ``name``.

    Raises
    ------
    InputError
        As for :func:`load`.
    """
    try:
        scenario = _convert(_migrated(parse(text)))
        validate(scenario)
    except InputError as error:
        raise _named(name, error) from None
    return scenario


def dumps(scenario: Scenario) -> str:
    """A scenario as the text of a file, without the fields that have their defaults.

    Raises
    ------
    InputError
        When the scenario breaks a rule, as then the file could not be read again.
    """
    validate(scenario)
    return _pretty(_plain(scenario), 0) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file, with the ranges of :mod:`bnsim.sim.ranges`."""
    result = msgspec.json.schema(Scenario)
    definitions: dict[str, Any] = result["$defs"]
    for key, allowed in RANGES.items():
        part, _, field = key.partition(".")
        place = definitions[part]["properties"][field.removesuffix("[]")]
        place = place["items"] if field.endswith("[]") else place
        place.update(_bounds(place, allowed.low, allowed.high))
    properties = definitions["Scenario"]["properties"]
    properties["name"]["pattern"] = f"^{NAME}$"
    properties["$schema"] = {"type": "string"}
    return {"$schema": _SCHEMA, "title": "bnsim scenario", **result}


def schema_text() -> str:
    """The text of ``resources/schemas/scenario.json``."""
    return json.dumps(schema(), indent=2) + "\n"


def _bounds(place: dict[str, Any], low: float, high: float) -> dict[str, float]:
    names = {"array": ("minItems", "maxItems"), "string": ("minLength", "maxLength")}
    low_name, high_name = names.get(place.get("type", ""), ("minimum", "maximum"))
    return {low_name: low, high_name: high}


# -- reading -----------------------------------------------------------------------
def _bytes(name: str) -> bytes:
    """The bytes of an ordinary file; a pipe would hang, a device would never end."""
    try:
        mode, size = _stat(name)
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "not an ordinary file"
            raise InputError(f"this is {what}; give the path of a scenario file.")
        with open(name, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError("there is no such file; check the path.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"the file cannot be read ({_reason(error)}); choose another.") from None
    if max(size, len(data)) > MAX_BYTES:
        raise InputError("the file is larger than 1 MiB; use fewer samples.")
    return data


def _stat(name: str) -> tuple[int, int]:
    found = os.stat(name)
    return found.st_mode, found.st_size


def _reason(error: OSError | ValueError) -> str:
    text = error.strerror if isinstance(error, OSError) else str(error)
    return (text or type(error).__name__)[:1].lower() + (text or type(error).__name__)[1:]


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} is not UTF-8"
        raise InputError(f"{what}; save the file as text in UTF-8.") from None


def _named(name: str, error: InputError) -> InputError:
    """The error with the file's name in front, on one line whatever it is called."""
    shown_name = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)
    return InputError(f"{shown_name}: {error}")


def _migrated(value: object) -> dict[str, Any]:
    """The object in today's version; the version is checked before anything else."""
    if not isinstance(value, dict):
        raise InputError("$: a scenario is an object; start the file with { and end it with }.")
    version = value.get("version")
    if version is None:
        raise InputError(f'$.version: the version is missing; add "version": {VERSION}.')
    if type(version) is not int or version < 1:
        raise InputError(f"$.version: {_value(version)} is no version; write {VERSION}.")
    if version > VERSION:
        what = f"the file was made by a newer bnsim (version {version}, this one reads {VERSION})"
        raise InputError(f"$.version: {what}; update bnsim.")
    for old in range(version, VERSION):
        value = {**MIGRATIONS[old](value), "version": old + 1}
    return value


def _value(value: object) -> str:
    return shown(json.dumps(value, default=str))


def _convert(value: dict[str, Any]) -> Scenario:
    if not isinstance(value.pop("$schema", ""), str):
        raise InputError("$.$schema: write a text in quotes, or remove the field.")
    try:
        return msgspec.convert(value, Scenario)
    except msgspec.ValidationError as error:
        raise InputError(explain(error, Scenario)) from None


# -- writing -----------------------------------------------------------------------
def _plain(part: msgspec.Struct) -> dict[str, Any]:
    """Fields that differ from their defaults; required ones always."""
    result = {}
    for field in msgspec.structs.fields(type(part)):
        value = getattr(part, field.name)
        default = field.default
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        if field.required or value != default:
            result[field.encode_name] = _plain_value(value)
    return result


def _plain_value(value: object) -> object:
    if isinstance(value, msgspec.Struct):
        return _plain(value)
    if isinstance(value, list | tuple):
        return [_plain_value(item) for item in value]
    return value


def _pretty(value: object, depth: int) -> str:
    """JSON with one line a row of numbers, so that a matrix reads like a matrix."""
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, dict | list) or (isinstance(value, list) and _is_row(value)):
        return flat
    if isinstance(value, dict) and depth and len(flat) <= 88 and "[[" not in flat:
        return flat
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {_pretty(item, depth + 1)}" for key, item in value.items()]
    else:
        items = [_pretty(item, depth + 1) for item in value]
    inner, outer = "  " * (depth + 1), "  " * depth
    left, right = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return f"{left}\n{inner}" + f",\n{inner}".join(items) + f"\n{outer}{right}"


def _is_row(values: list[object]) -> bool:
    return not any(isinstance(item, dict | list) for item in values)
