"""The fields of the form, read off the scenario's own definition.

Types and choices come from :mod:`bnsim.sim.spec`, ranges from :mod:`bnsim.sim.ranges`, words
from :mod:`bnsim.sim.form_words`.  A field that is added to the definition appears by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from bnsim.engine.batchnorm import DIALECTS
from bnsim.sim.changes import hidden_layers, normalized_layers
from bnsim.sim.form_text import number_text, range_words, sizes_text
from bnsim.sim.form_words import (
    FIXED,
    GROUPS,
    LEFT_OUT,
    NOT_IN_FORM,
    WORDS,
    choice_text,
    why_not,
    words_of,
)
from bnsim.sim.ranges import LARGEST, RANGES, Range
from bnsim.sim.spec import BatchNorm, Part, Scenario

Kind = Literal["choice", "number", "whole", "switch", "sizes"]
Path = tuple[str | int, ...]

#: In a path, in place of a layer's number: all hidden layers, all with batch normalization.
HIDDEN, NORMALIZED = "hidden", "normalized"
SIZES: Path = ("layers",)

#: Of numbers for which nobody has said one.
OTHER_RANGES = {"whole": Range(-(10**15), 10**15), "number": Range(-LARGEST, LARGEST)}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form.

    ``path`` leads to it from the scenario, ``key`` names it in tables (a part and its field),
    ``name`` is unique on the form, while ``label`` may rely on its group.  ``inherited`` is
    what holds while the field is empty.  ``reason`` says why the field cannot be set now;
    its value may be in force all the same, as a loss that follows from the data.
    """

    path: Path
    key: str
    group: str
    label: str
    name: str
    kind: Kind
    value: Any
    choices: tuple[tuple[str, str], ...] = ()
    optional: bool = False
    range: Range | None = None
    unit: str = ""
    tip: str = ""
    inherited: str = ""
    reason: str = ""

    @property
    def applies(self) -> bool:
        """Whether the field can be set now."""
        return not self.reason

    @property
    def in_force(self) -> bool:
        """Whether the value has an effect now."""
        return self.applies or self.key in FIXED

    @property
    def stays(self) -> bool:
        """Whether the field is worth its place also where it has no use."""
        return self.key not in LEFT_OUT

    @property
    def shown(self) -> str:
        """The value as a person reads it: the words of a choice, else its text."""
        return dict(self.choices).get(self.value, self.text)

    @property
    def text(self) -> str:
        """The value as text that reads back as exactly this value."""
        if self.value is None:
            return ""
        if self.kind == "switch":
            return "on" if self.value else "off"
        if self.kind == "number":
            return number_text(self.value)
        return sizes_text(self.value) if self.kind == "sizes" else str(self.value)

    @property
    def allowed(self) -> str:
        """What may be typed, "" for choices and switches."""
        return f"{range_words(self.range)} {self.unit}".rstrip() if self.range else ""


def fields(scenario: Scenario, each: bool = False) -> tuple[Field, ...]:
    """The form of a scenario, from top to bottom.

    Parameters
    ----------
    scenario : Scenario
    each : bool
        Whether every layer has its own group.  Otherwise layers that agree share one field
        for all of them; layers that differ are always shown one by one.
    """
    layers = _each_layer if each or differ(scenario) else _shared
    found = [*_of_part(scenario, scenario, ()), _sizes(scenario), *layers(scenario)]
    return tuple(sorted(found, key=_rank))


def differ(scenario: Scenario) -> bool:
    """Whether layers have different settings, so that no field can stand for all of them."""
    hidden = [scenario.layers[index] for index in hidden_layers(scenario)]
    norms = [layer.batch_norm for layer in scenario.layers if layer.batch_norm]
    return _disagree(hidden) or _disagree(norms)


def _disagree(parts: Sequence[Part]) -> bool:
    """Whether parts differ in more than where they stand."""
    names = {name for part in parts for name in shapes(type(part)) if name != "placement"}
    return any(getattr(p, name) != getattr(parts[0], name) for p in parts for name in names)


# -- from the definition to fields -----------------------------------------------------
class Shape(NamedTuple):
    """What a field's type says: the control it needs, its choices, whether None is allowed."""

    kind: Kind
    choices: tuple[str, ...] = ()
    optional: bool = False


@cache
def shapes(part: type[Part]) -> dict[str, Shape]:
    """Every field of a part that one control can show, by its name."""
    found = {}
    for name, hint in get_type_hints(part).items():
        shape = _shape(hint)
        if shape is not None and f"{part.__name__}.{name}" not in NOT_IN_FORM:
            found[name] = shape
    return found


def _shape(hint: Any) -> Shape | None:
    if get_origin(hint) in (Union, UnionType):
        options = [option for option in get_args(hint) if option is not NoneType]
        inner = _shape(options[0]) if len(options) == 1 else None
        return inner and inner._replace(optional=True)
    if get_origin(hint) is Literal:
        return Shape("choice", get_args(hint))
    kinds: dict[Any, Kind] = {bool: "switch", int: "whole", float: "number"}
    return Shape(kinds[hint]) if hint in kinds else None


def _of_part(scenario: Scenario, part: Part, path: Path) -> Iterator[Field]:
    """The fields of a part and of the parts in it; lists have functions of their own."""
    for name, shape in shapes(type(part)).items():
        yield _field(scenario, part, (*path, name), shape)
    for name in part.__struct_fields__:
        below = getattr(part, name)
        if isinstance(below, Part) and f"{type(part).__name__}.{name}" not in NOT_IN_FORM:
            yield from _of_part(scenario, below, (*path, name))


def _field(scenario: Scenario, part: Part, path: Path, shape: Shape) -> Field:
    key = f"{type(part).__name__}.{path[-1]}"
    words = words_of(key)
    layer = path[1] if path[0] == "layers" else ""
    suffix = f" at {layer_name(scenario, layer)}" if isinstance(layer, int) else ""
    values = ("", *shape.choices) if shape.choices and shape.optional else shape.choices
    return Field(
        path=path,
        key=key,
        group=words.group,
        label=words.label,
        name=words.label + suffix,
        kind=shape.kind,
        value=getattr(part, str(path[-1])),
        choices=tuple((value, choice_text(key, value)) for value in values),
        optional=shape.optional,
        range=_range(scenario, key, shape.kind),
        unit=words.unit,
        tip=words.tip,
        inherited=_inherited(key, part),
        reason=why_not(scenario, key, part),
    )


def _range(scenario: Scenario, key: str, kind: Kind) -> Range | None:
    allowed = RANGES.get(key, OTHER_RANGES.get(kind))
    if key == "Scenario.batch_size" and allowed is not None:
        return allowed._replace(high=min(allowed.high, scenario.n_samples))
    return allowed


def _inherited(key: str, part: Part) -> str:
    """The dialect's own value as text, for the fields that replace it."""
    if not isinstance(part, BatchNorm):
        return ""
    dialect = DIALECTS[part.dialect]
    own = {"BatchNorm.epsilon": dialect.eps, "BatchNorm.running_rate": dialect.running_rate}
    value = own.get(key)
    return "" if value is None else number_text(value)


def _sizes(scenario: Scenario) -> Field:
    words = words_of("Scenario.layers")
    return Field(
        path=SIZES,
        key="Scenario.layers",
        group=words.group,
        label=words.label,
        name=words.label,
        kind="sizes",
        value=tuple(layer.units for layer in scenario.layers[:-1]),
        range=RANGES["Layer.units"],
        unit=words.unit,
        tip=words.tip,
        inherited="none",
    )


# -- layers ----------------------------------------------------------------------------
def layer_name(scenario: Scenario, layer: int) -> str:
    """Hidden 1, hidden 2, ... or output."""
    return "output" if layer == len(scenario.layers) - 1 else f"hidden {layer + 1}"


def _shared(scenario: Scenario) -> Iterator[Field]:
    """One field for all hidden layers, one for all batch normalizations; their places."""
    last, normalized = len(scenario.layers) - 1, normalized_layers(scenario)
    yield from _of_layer(scenario, 0, HIDDEN)
    if last:
        for field in _of_layer(scenario, last, last):
            label = f"Output {field.label.lower()}"
            yield replace(field, label=label, name=label)
    for index in range(last + 1):
        field = _placement(scenario, index)
        yield replace(field, label=field.name)
    if normalized:
        yield from _of_norm(scenario, normalized[0], NORMALIZED)


def _each_layer(scenario: Scenario) -> Iterator[Field]:
    """The fields of every layer in a group of its own."""
    for index in range(len(scenario.layers)):
        own = (*_of_layer(scenario, index, index), _placement(scenario, index))
        for field in (*own, *_of_norm(scenario, index, index)):
            yield replace(field, group=layer_name(scenario, index).capitalize())


def _of_layer(scenario: Scenario, index: int, where: str | int) -> Iterator[Field]:
    layer = scenario.layers[index]
    for name, shape in shapes(type(layer)).items():
        yield _field(scenario, layer, ("layers", where, name), shape)


def _of_norm(scenario: Scenario, index: int, where: str | int) -> Iterator[Field]:
    norm = scenario.layers[index].batch_norm
    if norm is not None:
        for name, shape in shapes(type(norm)).items():
            if name != "placement":
                yield _field(scenario, norm, ("layers", where, "batch_norm", name), shape)


def _placement(scenario: Scenario, index: int) -> Field:
    """Off is a place too: that of a layer without batch normalization."""
    norm = scenario.layers[index].batch_norm
    shape = shapes(BatchNorm)["placement"]
    field = _field(
        scenario, norm or BatchNorm(), ("layers", index, "batch_norm", "placement"), shape
    )
    off = ("", choice_text(field.key, ""))
    return replace(field, choices=(off, *field.choices), value=norm.placement if norm else "")


def _rank(field: Field) -> tuple[float, int, int]:
    """Groups in their order, single layers before Training, then the order of the words."""
    order = list(WORDS)
    word = order.index(field.key) if field.key in order else len(order)
    if field.group in GROUPS:
        return GROUPS.index(field.group), 0, word
    return 2.5, int(field.path[1]), word
