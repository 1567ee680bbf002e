"""Whatever a file holds, it becomes a scenario or one sentence."""

from __future__ import annotations

import copy
import json

from hypothesis import given
from hypothesis import strategies as st

from bnsim.files.scenario_json import load, loads
from bnsim.sim.errors import InputError
from bnsim.sim.spec import Scenario
from tests.files.bad_scenarios import CLASSES, GOOD
from tests.files.test_scenario_json import sentence


def only_a_scenario_or_one_sentence(text):
    try:
        assert isinstance(loads(text, "fuzz"), Scenario)
    except InputError as error:
        sentence(error, "fuzz")


@given(st.text())
def test_that_any_text_gives_a_scenario_or_one_sentence(text):
    only_a_scenario_or_one_sentence(text)


@given(st.binary(max_size=400))
def test_that_any_bytes_give_a_scenario_or_one_sentence(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzz.json"
    path.write_bytes(data)
    try:
        load(path)
    except InputError as error:
        sentence(error, str(path))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


def places(value, path=()):
    """The path of everything within a JSON value."""
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


@given(st.data())
def test_that_a_mutated_scenario_gives_a_scenario_or_one_sentence(data):
    mutated = copy.deepcopy(data.draw(st.sampled_from([GOOD, CLASSES])))
    for _ in range(data.draw(st.integers(1, 3))):
        *parents, last = data.draw(st.sampled_from(list(places(mutated)) or [("version",)]))
        place = mutated
        for part in parents:
            place = place[part]
        if data.draw(st.booleans()) or isinstance(place, list):
            place[last] = data.draw(JSON_VALUES)
        else:
            place[data.draw(st.text(max_size=5))] = place.pop(last, 0)
    only_a_scenario_or_one_sentence(json.dumps(mutated))


@given(st.integers(0, 10_000), st.characters())
def test_that_one_wrong_character_gives_a_scenario_or_one_sentence(at, character):
    text = json.dumps(GOOD)
    at %= len(text)
    only_a_scenario_or_one_sentence(text[:at] + character + text[at + 1 :])
