"""The scenario as a form, without a widget: its fields, and the scenario after one was set."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from bnsim.sim.changes import (
    fitted,
    hidden_layers,
    normalized_layers,
    with_batch_norm,
    with_dialect,
    with_hidden_sizes,
)
from bnsim.sim.errors import InputError
from bnsim.sim.form_fields import (
    HIDDEN,
    NORMALIZED,
    SIZES,
    Field,
    Path,
    differ,
    fields,
)
from bnsim.sim.form_text import (
    number_text,
    quoted,
    read_number,
    read_sizes,
    read_whole,
    sizes_text,
)
from bnsim.sim.ranges import LARGEST, Range
from bnsim.sim.spec import Scenario
from bnsim.sim.validate import validate

__all__ = ["Field", "Path", "changed", "differ", "field_at", "fields"]

_SWITCH = {"on": True, "off": False}
_READ: dict[str, Callable[[str, str, Range, str], Any]] = {
    "number": read_number,
    "whole": read_whole,
    "sizes": read_sizes,
}
_WORDS = {
    "batch_size": "batch size",
    "pytorch": "PyTorch",
    "keras": "Keras",
    "layernorm": "layer norm",
}
_NAMES = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b")
_PLACE = re.compile(r"\$[^:]*: ")


def changed(scenario: Scenario, path: Path, given: Any) -> Scenario:
    """The scenario after a field was set.

    Parameters
    ----------
    scenario : Scenario
        A valid scenario.
    path : tuple
        That of one of its fields.
    given : str or value
        What was typed or chosen; "" gives a field back to what it inherits.

    Returns
    -------
    Scenario
        A valid one; the same object when the field has that value already.

    Raises
    ------
    InputError
        One sentence that starts with the field's name; nothing has changed then.
    """
    field = field_at(scenario, path)
    value = _read(field, given)
    if value == field.value:
        return scenario
    if field.reason:
        raise InputError(f"{field.name}: {field.reason[:1].lower()}{field.reason[1:]}")
    result = fitted(_put(scenario, field, value))
    try:
        validate(result)
    except InputError as error:
        raise InputError(f"{field.name}: {_in_words(str(error))}") from None
    return result


def field_at(scenario: Scenario, path: Path) -> Field:
    """The field of this path.

    Raises
    ------
    KeyError
        When the form has none.
    """
    both = (*fields(scenario, each=True), *fields(scenario))
    return {field.path: field for field in both}[path]


def _in_words(sentence: str) -> str:
    """A sentence about a file without the place in it: the field is named instead."""
    words = _PLACE.sub("", sentence, count=1)
    return _NAMES.sub(lambda found: _WORDS[found[0]], words)


# -- reading ---------------------------------------------------------------------------
def _read(field: Field, given: Any) -> Any:
    if field.kind == "choice":
        return _read_choice(field, given)
    if field.kind == "switch":
        return _read_switch(field, given)
    text = given if isinstance(given, str) else _as_text(given)
    if field.optional and not text.strip():
        return None
    read = _READ[field.kind]
    return read(field.name, text, field.range or Range(-LARGEST, LARGEST), field.unit)


def _as_text(given: Any) -> str:
    """A value given by a program: it is read as strictly as what is typed."""
    if isinstance(given, list | tuple):
        return sizes_text(tuple(given))
    if isinstance(given, int | float) and not isinstance(given, bool):
        return number_text(given)
    return "" if given is None else str(given)


def _read_choice(field: Field, given: Any) -> str | None:
    for value, text in field.choices:
        if given in (value, text):
            return value or (None if field.optional else value)
    if given is None and field.optional:
        return None
    known = ", ".join(text for _, text in field.choices)
    raise InputError(f"{field.name}: {quoted(str(given))} is no choice; use {known}.")


def _read_switch(field: Field, given: Any) -> bool:
    if isinstance(given, bool):
        return given
    if given not in _SWITCH:
        raise InputError(f"{field.name}: {quoted(str(given))} is neither; use on or off.")
    return _SWITCH[given]


# -- writing ---------------------------------------------------------------------------
def _put(scenario: Scenario, field: Field, value: Any) -> Scenario:
    if field.path == SIZES:
        return with_hidden_sizes(scenario, value)
    if field.key == "BatchNorm.placement":
        return with_batch_norm(scenario, int(field.path[1]), value or None)
    if field.key == "BatchNorm.dialect":
        return with_dialect(scenario, _layers(scenario, field.path[1]), value)
    if field.path[0] == "layers":
        for index in _layers(scenario, field.path[1]):
            scenario = _replaced(scenario, ("layers", index, *field.path[2:]), value)
        return scenario
    return _replaced(scenario, field.path, value)  # type: ignore[no-any-return]


def _layers(scenario: Scenario, where: str | int) -> tuple[int, ...]:
    """The layers that a step of a path means."""
    if where == HIDDEN:
        return tuple(hidden_layers(scenario))
    return normalized_layers(scenario) if where == NORMALIZED else (int(where),)


def _replaced(part: Any, path: Path, value: Any) -> Any:
    """A copy of a part or a list with ``value`` at the end of the path."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [_replaced(one, rest, value) if i == step else one for i, one in enumerate(part)]
    return replace(part, **{step: _replaced(getattr(part, step), rest, value)})
