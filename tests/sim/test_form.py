"""The form: made from the scenario's own definition, strict about what is typed."""

from __future__ import annotations

import locale
import math
from typing import get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import dumps, load, loads
from bnsim.pictures.names import ACTIVATION_TITLES, LOSS_TITLES, OPTIMIZER_TITLES
from bnsim.sim.changes import dropped, with_new_weights
from bnsim.sim.errors import InputError
from bnsim.sim.form import changed, differ, field_at, fields
from bnsim.sim.form_text import number_text
from bnsim.sim.form_words import CHOICES, NOT_IN_FORM, WORDS
from bnsim.sim.run import LANES, Run
from bnsim.sim.spec import BatchNorm, Edit, Initialization, Optimizer, Override, Part, Scenario
from bnsim.sim.validate import validate
from tests.scenarios import small

EPSILON = ("layers", "normalized", "batch_norm", "epsilon")
DIALECT = ("layers", "normalized", "batch_norm", "dialect")
RATE = ("optimizer", "rate")
SIZES = ("layers",)


def shipped(name: str) -> Scenario:
    return load(scenario_path(name))


def every_scenario() -> list[Scenario]:
    made = [
        small(),
        small((5, 4, 2), ("before", "after", "before")),
        small((2,), ("after",), initialization=Initialization(rule="normal")),
        small((4, 2), ("before", ""), layers=small((4, 2), ("", "")).layers),
    ]
    return [shipped(name) for name in scenario_names()] + made


# -- the definition ---------------------------------------------------------------------
def parts_of(kind: type) -> list[type[Part]]:
    """A part and every part below it."""
    below = [kind]
    for hint in get_type_hints(kind).values():
        for one in (hint, *get_args(hint)):
            if isinstance(one, type) and issubclass(one, Part):
                below += parts_of(one)
    return list(dict.fromkeys(below))


def test_that_every_field_of_the_definition_is_in_the_form_or_says_why_not() -> None:
    shown = {f.key for s in every_scenario() for e in (False, True) for f in fields(s, e)}
    left_out = {key for key in NOT_IN_FORM if key.startswith("Scenario.")}
    for part in parts_of(Scenario):
        if part.__name__ in ("Data", "Override", "Edit"):
            continue  # parts whose fields of the scenario are not in the form
        for name, hint in get_type_hints(part).items():
            key = f"{part.__name__}.{name}"
            is_part = any(isinstance(one, type) and issubclass(one, Part)
                          for one in (hint, *get_args(hint)))  # fmt: skip
            assert (key in shown) + (key in NOT_IN_FORM) + is_part >= 1, key
            assert not (key in shown and key in NOT_IN_FORM), key
    assert {"Scenario.data", "Scenario.overrides", "Scenario.edits"} <= left_out


def test_that_a_field_added_to_the_definition_appears_by_itself() -> None:
    wider = msgspec.defstruct(
        "Optimizer", [("nesterov", bool, False), ("decay", float, 0.5)], bases=(Optimizer,),
        frozen=True, kw_only=True,
    )  # fmt: skip
    scenario = small(optimizer=wider(name="sgd", rate=0.1))
    decay = field_at(scenario, ("optimizer", "decay"))
    assert (decay.label, decay.group, decay.kind) == ("Decay", "Training", "number")
    assert field_at(scenario, ("optimizer", "nesterov")).kind == "switch"
    assert changed(scenario, ("optimizer", "decay"), "0.25").optimizer.decay == 0.25
    with pytest.raises(InputError, match="Decay: 1e999 is out of range"):
        changed(scenario, ("optimizer", "decay"), "1e999")


def test_that_every_field_has_a_tip_and_words_belong_to_fields() -> None:
    keys = {f.key for s in every_scenario() for e in (False, True) for f in fields(s, e)}
    assert keys == set(WORDS)
    assert all(words.tip.endswith(".") for words in WORDS.values())


def test_that_the_form_uses_the_same_words_as_the_pictures() -> None:
    for key, titles in (
        ("Layer.activation", ACTIVATION_TITLES),
        ("Scenario.loss", LOSS_TITLES),
        ("Optimizer.name", OPTIMIZER_TITLES),
    ):
        form = {value: CHOICES[key].get(value, value) for value in titles}
        assert form == titles


def test_that_names_and_paths_are_unique_on_a_form() -> None:
    for scenario in every_scenario():
        for each in (False, True):
            found = fields(scenario, each)
            assert len({f.path for f in found}) == len({f.name for f in found}) == len(found)


# -- there and back ---------------------------------------------------------------------
def test_that_every_field_reads_its_own_text_back() -> None:
    for scenario in every_scenario():
        for each in (False, True):
            for field in fields(scenario, each):
                assert changed(scenario, field.path, field.text) is scenario
                assert changed(scenario, field.path, field.value) is scenario


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_that_a_number_is_shown_with_every_digit(value: float) -> None:
    read = float(number_text(value))
    assert read == value
    assert math.copysign(1, read) == math.copysign(1, value)


def test_that_choices_are_read_by_value_and_by_words() -> None:
    for scenario in every_scenario():
        for field in fields(scenario):
            if field.applies:
                for value, text in field.choices:
                    outcomes = [outcome(scenario, field.path, one) for one in (value, text)]
                    assert outcomes[0] == outcomes[1]


def outcome(scenario: Scenario, path: tuple, given: object) -> object:
    try:
        return changed(scenario, path, given)
    except InputError as error:
        return str(error)


# -- refusals ---------------------------------------------------------------------------
REFUSED = [
    (RATE, "", "Learning rate: write a number from 0 to 1e6."),
    (RATE, "-1", "Learning rate: -1 is out of range; use 0 to 1e6."),
    (RATE, "\u22121", "Learning rate: -1 is out of range; use 0 to 1e6."),
    (RATE, "0,5", 'Learning rate: "0,5" has a comma; use a point, as in 0.5.'),
    (RATE, "1,000,000", 'Learning rate: "1,000,000" has commas; use a point for decimals'),
    (RATE, "1_000", 'Learning rate: "1_000" is not a number'),
    (RATE, "nan", 'Learning rate: "nan" is not a number'),
    (RATE, "inf", 'Learning rate: "inf" is not a number'),
    (RATE, "1e999", "Learning rate: 1e999 is out of range"),
    (RATE, "0x10", 'Learning rate: "0x10" is not a number'),
    (RATE, "1e", 'Learning rate: "1e" is not a number'),
    (RATE, ".", 'Learning rate: "." is not a number'),
    (RATE, "1 000", 'Learning rate: "1 000" is not a number'),
    (RATE, "٣", 'Learning rate: "٣" is not a number'),
    (RATE, "a\nb", 'Learning rate: "a\\nb" is not a number'),
    (RATE, "1" * 100, "Learning rate: the text is too long"),
    (RATE, float("nan"), 'Learning rate: "nan" is not a number'),
    (RATE, True, 'Learning rate: "True" is not a number'),
    (("batch_size",), "0", "Batch size: 0 is out of range; use 1 to 9 samples."),
    (("batch_size",), "10", "Batch size: 10 is out of range; use 1 to 9 samples."),
    (("batch_size",), "3.0", 'Batch size: "3.0" is not a whole number; write one from 1 to 9'),
    (("batch_size",), "1e0", 'Batch size: "1e0" is not a whole number'),
    (("batch_size",), "1", "Batch size: PyTorch refuses batches of 1: one sample is its own"),
    (("batches",), "1,000", 'Batches: "1,000" has a comma; write digits only, as in 1000.'),
    (("batches",), "9" * 30, "Batches: 999999999999999999999999… is out of range"),
    (("seed",), "-1", "Seed: -1 is out of range; use 0 to 4,294,967,295."),
    (EPSILON, "-1e-5", "Epsilon ε: -1e-5 is out of range; use 0 to 1000."),
    (SIZES, "4, x", 'Hidden neurons: "x" is no size; write whole numbers as in 4, 4.'),
    (SIZES, "4.5", 'Hidden neurons: "4.5" is no size'),
    (SIZES, "0", "Hidden neurons: 0 is out of range; use 1 to 256 neurons in a layer."),
    (SIZES, "4, 257", "Hidden neurons: 257 is out of range"),
    (SIZES, "4,,4", 'Hidden neurons: "" is no size'),
    (SIZES, "1 " * 16, "Hidden neurons: there are 16; use at most 15."),
    (SIZES, "256 " * 3, "Hidden neurons: the network has 133,122 weights and biases; use at most"),
    (("loss",), "cross_entropy", "Loss: the data have targets, which need this loss."),
    (("optimizer", "name"), "lion", 'Optimizer: "lion" is no choice; use none, SGD, momentum'),
    (("layers", "normalized", "batch_norm", "cumulative"), "maybe", 'Plain average: "maybe" is'),
]


@pytest.mark.parametrize(("path", "text", "start"), REFUSED)
def test_that_a_refusal_names_the_field_and_says_what_to_do(path, text, start) -> None:
    with pytest.raises(InputError) as told:
        changed(small(), path, text)
    said = str(told.value)
    assert said.startswith(start)
    assert said.endswith(".")
    assert said.isprintable()
    assert "$" not in said


def test_that_a_dialect_which_needs_two_samples_is_refused_for_one() -> None:
    scenario = changed(small(), DIALECT, "plain")
    scenario = changed(scenario, ("batch_size",), "1")
    with pytest.raises(InputError, match="Dialect: PyTorch refuses batches of 1"):
        changed(scenario, DIALECT, "pytorch")


def test_that_a_field_that_does_nothing_says_so() -> None:
    resting = small(optimizer=Optimizer(name="none"))
    assert not field_at(resting, RATE).applies
    with pytest.raises(InputError, match="Learning rate: nothing trains without an optimizer"):
        changed(resting, RATE, "0.2")
    article = changed(small(), DIALECT, "article")
    rate = field_at(article, ("layers", "normalized", "batch_norm", "running_rate"))
    assert rate.reason == "This dialect keeps no running statistics."
    seed = field_at(shipped("article"), ("seed",))
    assert seed.reason == "Weights and order are given."
    assert field_at(shipped("article"), ("loss",)).in_force
    assert not seed.in_force


def test_that_a_decimal_comma_of_the_country_changes_nothing() -> None:
    before = locale.setlocale(locale.LC_NUMERIC)
    try:
        for name in ("de_DE.UTF-8", "de_DE.utf8", "de_DE"):
            try:
                locale.setlocale(locale.LC_NUMERIC, name)
                break
            except locale.Error:
                continue
        assert changed(small(), RATE, "1.5").optimizer.rate == 1.5
        with pytest.raises(InputError, match=r"use a point, as in 1\.5"):
            changed(small(), RATE, "1,5")
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)


# -- changes ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "text", "check"),
    [
        (RATE, "2.5e-1", lambda s: s.optimizer.rate == 0.25),
        (RATE, " .5 ", lambda s: s.optimizer.rate == 0.5),
        (RATE, "+5.", lambda s: s.optimizer.rate == 5.0),
        (EPSILON, "1e-3", lambda s: s.layers[0].batch_norm.epsilon == 1e-3),
        (("seed",), "007", lambda s: s.seed == 7),
        (("layers", "hidden", "activation"), "tanh", lambda s: s.layers[0].activation == "tanh"),
        (("layers", 1, "activation"), "tanh", lambda s: s.layers[1].activation == "tanh"),
        (("layers", 0, "batch_norm", "placement"), "", lambda s: not s.layers[0].batch_norm),
        (
            ("layers", 1, "batch_norm", "placement"),
            "after",
            lambda s: s.layers[1].batch_norm.placement == "after",
        ),
        (("normalize_inputs",), "standard", lambda s: s.normalize_inputs == "standard"),
        (("initialization", "rule"), "normal", lambda s: s.initialization.rule == "normal"),
        (("layers", "normalized", "batch_norm", "cumulative"), "on",
         lambda s: s.layers[0].batch_norm.cumulative),
        (SIZES, "5 4", lambda s: [layer.units for layer in s.layers] == [5, 4, 2]),
        (SIZES, "", lambda s: [layer.units for layer in s.layers] == [2]),
    ],
)  # fmt: skip
def test_that_a_field_changes_what_it_names_and_nothing_else(path, text, check) -> None:
    old = small()
    new = changed(old, path, text)
    assert check(new)
    assert old == small()
    untouched = set(Scenario.__struct_fields__) - {path[0]}
    assert all(getattr(new, name) == getattr(old, name) for name in untouched)


def test_that_one_field_stands_for_all_layers_while_they_agree() -> None:
    deep = small((4, 4, 2), ("before", "after", ""))
    assert not differ(deep)
    new = changed(deep, EPSILON, "0.5")
    assert [norm.epsilon for norm in norms(new)] == [0.5, 0.5]
    single = changed(deep, ("layers", 1, "batch_norm", "epsilon"), "0.5")
    assert [norm.epsilon for norm in norms(single)] == [None, 0.5]
    assert differ(single)
    assert {f.group for f in fields(single)} >= {"Hidden 1", "Hidden 2", "Output"}
    with pytest.raises(InputError, match="Epsilon ε at hidden 2: -1 is out of range"):
        changed(single, ("layers", 1, "batch_norm", "epsilon"), "-1")


def norms(scenario: Scenario) -> list[BatchNorm]:
    return [layer.batch_norm for layer in scenario.layers if layer.batch_norm]


def test_that_an_empty_epsilon_is_the_dialects_own() -> None:
    scenario = changed(small(), EPSILON, "0.5")
    back = changed(scenario, EPSILON, " ")
    assert norms(back)[0].epsilon is None
    assert field_at(back, EPSILON).inherited == "1e-5"
    assert field_at(changed(back, DIALECT, "keras"), EPSILON).inherited == "0.001"


def test_that_a_dialect_brings_its_own_epsilon_but_keeps_a_chosen_one() -> None:
    stated = changed(shipped("article"), DIALECT, "keras")  # the file states PyTorch's 1e-5
    assert norms(stated)[0].epsilon is None
    chosen = changed(changed(small(), EPSILON, "0.5"), DIALECT, "keras")
    assert norms(chosen)[0].epsilon == 0.5


def test_that_layers_keep_their_settings_and_new_ones_copy_the_last() -> None:
    deep = small((4, 3, 2), ("before", "after", ""), activation="tanh")
    wider = changed(deep, SIZES, "6, 3, 5")
    assert [layer.units for layer in wider.layers] == [6, 3, 5, 2]
    placements = [layer.batch_norm and layer.batch_norm.placement for layer in wider.layers]
    assert placements == ["before", "after", "after", None]
    assert [layer.activation for layer in wider.layers] == ["tanh", "tanh", "tanh", "identity"]


def test_that_what_no_longer_fits_is_dropped_and_said() -> None:
    old = shipped("cascade")
    assert len(old.overrides) == 1
    new = changed(old, SIZES, "4, 4")
    assert [layer.weights is not None for layer in new.layers] == [True, True, True]
    assert new.layers[2].weights == old.layers[3].weights
    assert dropped(old, new) == (
        "Dropped by this change: the given weights of 1 layer; the given biases of 1 layer."
    )
    far = replace(old, overrides=[Override(layer=0, value=1.0, weight=(0, 3))])
    assert changed(far, SIZES, "3 4 4").overrides == []
    assert "1 number set by hand" in dropped(far, changed(far, SIZES, "3 4 4"))
    assert dropped(old, changed(old, RATE, "0.2")) == ""


def test_that_numbers_set_at_the_output_stay_at_the_output() -> None:
    old = replace(small((4, 4, 2), ("", "", "")), overrides=[Override(layer=2, value=9, bias=1)])
    new = changed(old, SIZES, "4, 4, 4, 4")
    assert new.overrides == [Override(layer=4, value=9, bias=1)]
    assert Run(new, "without").record(0).view(4, "b")[1] == 9


def test_that_gamma_set_by_hand_goes_with_its_batch_norm() -> None:
    old = replace(small(), edits=[Edit(batch=1, value=2.0, layer=0, gamma=0)])
    assert changed(old, DIALECT, "article").edits == []
    assert changed(old, ("layers", 0, "batch_norm", "placement"), "").edits == []
    assert changed(old, ("batches",), "1").edits == []
    assert changed(old, ("batches",), "2").edits == old.edits


def test_that_new_weights_are_drawn_and_the_large_one_stays() -> None:
    old = shipped("article")
    one, other = with_new_weights(old, 3), with_new_weights(old, 4)
    validate(one)
    assert one.seed == 3
    assert one.overrides == old.overrides
    weights = {
        (seed, lane): Run(scenario, lane).record(0).view(0, "W")
        for seed, scenario in ((3, one), (4, other))
        for lane in LANES
    }
    assert all(w[0, 0] == 15.0 for w in weights.values())
    assert (weights[3, "with"] == weights[3, "without"]).all()
    assert (weights[3, "with"] != weights[4, "with"]).sum() == 11
    assert field_at(one, ("seed",)).applies
    assert dropped(old, one).startswith("Dropped by this change: the given weights of 2 layers")


# -- any text ---------------------------------------------------------------------------
TEXTS = st.one_of(
    st.text(max_size=12),
    st.text("0123456789.,-+eE _\u2212", max_size=10),
    st.lists(st.integers(-1, 300), max_size=17).map(lambda n: ", ".join(map(str, n))),
    st.sampled_from(["on", "off", "pytorch", "article", "layernorm", "", "before", "adam"]),
)
CHANGED_OFTEN = [
    shipped("article"),
    shipped("cascade"),
    replace(
        small((5, 4, 2), ("before", "after", "before")),
        overrides=[Override(layer=2, value=3.0, weight=(3, 1)), Override(layer=1, value=1, bias=3)],
        edits=[
            Edit(batch=11, value=2.0, layer=1, gamma=3),
            Edit(batch=2, value=2.0, input=(0, 1)),
        ],
    ),
]


@given(st.sampled_from(CHANGED_OFTEN), st.lists(st.tuples(st.integers(0, 60), TEXTS), max_size=4))
def test_that_any_text_gives_a_valid_scenario_or_one_sentence(scenario, steps) -> None:
    for index, text in steps:
        found = (*fields(scenario), *fields(scenario, each=True))
        field = found[index % len(found)]
        told = outcome(scenario, field.path, text)
        if isinstance(told, str):
            assert told.startswith(f"{field_at(scenario, field.path).name}: ")
        else:
            assert loads(dumps(told)) == told
            scenario = told


def test_that_a_rate_set_by_hand_goes_with_its_optimizer() -> None:
    scenario = small(edits=[Edit(batch=2, rate=True, value=0.3)])
    assert changed(scenario, ("optimizer", "name"), "none").edits == []
    assert len(changed(scenario, ("optimizer", "name"), "adam").edits) == 1
