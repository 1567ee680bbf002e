from __future__ import annotations

import copy
import json
import os
import tracemalloc

import msgspec
import pytest

from bnsim.files import scenario_json
from bnsim.files.locate import resource, scenario_names, scenario_path
from bnsim.files.scenario_json import dumps, load, loads, schema_text
from bnsim.sim.errors import InputError
from bnsim.sim.spec import Scenario
from bnsim.sim.validate import validate
from tests.files.bad_scenarios import (
    CLASS_RULES,
    CLASSES,
    GOOD,
    RULES,
    STRUCTURE,
    TEXTS,
    changed,
)


def refusal(text: str | bytes, folder, name: str = "bad.json") -> str:
    """The one sentence that a file of this content gets."""
    path = folder / name
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    with pytest.raises(InputError) as caught:
        load(path)
    return sentence(caught.value, str(path))


def sentence(error: InputError, name: str) -> str:
    """The sentence after the file's name; it is one line, short, and ends with a full stop."""
    text = str(error)
    assert text.startswith(f"{name}: ")
    assert text.isprintable()
    assert len(text) < 600
    assert text.endswith(".")
    return text.removeprefix(f"{name}: ")


def test_that_the_good_scenario_is_read(tmp_path):
    path = tmp_path / "good.json"
    path.write_text(json.dumps(GOOD))
    assert load(path).overrides[0].weight == (0, 1)


@pytest.mark.parametrize(("path", "value", "where", "advice"), [*STRUCTURE, *RULES])
def test_that_a_broken_rule_is_told_with_its_path_and_what_to_change(
    path, value, where, advice, tmp_path
):
    said = refusal(json.dumps(changed(path, value)), tmp_path)
    assert said.startswith(where)
    assert advice in said


@pytest.mark.parametrize(("fields", "where", "advice"), CLASS_RULES)
def test_that_labels_fit_the_classes(fields, where, advice, tmp_path):
    said = refusal(json.dumps({**CLASSES, **fields}), tmp_path)
    assert said.startswith(where)
    assert advice in said
    loads(json.dumps(CLASSES))


@pytest.mark.parametrize(("text", "where", "advice"), TEXTS, ids=range(len(TEXTS)))
def test_that_bad_json_is_told_with_its_place(text, where, advice, tmp_path):
    said = refusal(text, tmp_path)
    assert said.startswith(where)
    assert advice in said


def test_that_an_override_counts_the_inputs_of_its_own_layer(tmp_path):
    wide = changed("data.x", [[1.0, 2.0, 3.0]] * 3)
    wide["overrides"] = [{"layer": 0, "weight": [2, 0], "value": 1.0}]
    loads(json.dumps(wide))
    wide["overrides"][0]["layer"] = 1
    said = refusal(json.dumps(wide), tmp_path)
    assert said == "$.overrides[0].weight[0]: there is no input 2; use 0 to 1, counted from 0."


def test_that_a_scenario_of_tiny_layers_with_too_many_numbers_a_batch_is_refused(tmp_path):
    big = {
        **GOOD,
        "data": {"x": [[0.0]] * 10_000, "targets": [[0.0]] * 10_000},
        "layers": [{"units": 150}, {"units": 1}],
        "batch_size": 10_000,
        "overrides": [],
        "edits": [],
    }
    said = refusal(json.dumps(big), tmp_path)
    assert said.startswith("$.batch_size: one batch would hold ")
    assert "use a smaller batch" in said


def test_that_a_million_neurons_are_refused_before_memory_is_taken(tmp_path):
    text = json.dumps(changed("layers", [{"units": 10**9}] * 16))
    tracemalloc.start()
    try:
        refusal(text, tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


def test_that_brackets_within_strings_do_not_count_as_nesting():
    text = json.dumps({**GOOD, "description": "[" * 1000 + '\\"{' * 100})
    assert loads(text).description.startswith("[[[[")


def test_that_nesting_of_32_is_left_to_the_next_check(tmp_path):
    assert refusal("[" * 32 + "]" * 32, tmp_path).startswith("$: a scenario is an object")


@pytest.mark.timeout(20)
def test_that_unfinished_strings_are_scanned_in_one_pass(tmp_path):
    refusal('"' + '\\"' * 500_000, tmp_path)
    refusal('{"' + "\\" * 999_999, tmp_path)


@pytest.mark.parametrize("dialect", ["plain", "article"])
def test_that_these_dialects_take_a_batch_of_one(dialect):
    one = changed("batch_size", 1)
    one["layers"][0]["batch_norm"] = {"dialect": dialect}
    assert loads(json.dumps(one)).batch_size == 1


@pytest.mark.parametrize(("path", "value"), [
    ("layers.0.units", 1), ("batches", 1_000_000), ("seed", 2**32 - 1), ("batch_size", 3),
    ("data.x.0.0", 1e300), ("layers.0.batch_norm.epsilon", 0.0), ("overrides.0.value", -1e300),
    ("optimizer", {"name": "sgd", "rate": 1e6}), ("name", "0-a_b"), ("data.x.0.0", 3),
    ("$schema", "anything"), ("description", "ä – 本"), ("layers.0.batch_norm", None),
])  # fmt: skip
def test_that_the_limits_themselves_are_allowed(path, value):
    scenario = changed(path, value)
    if path == "layers.0.units":
        scenario["overrides"], scenario["layers"][1]["weights"] = [], [[1.0]]
    loads(json.dumps(scenario))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("path", [("overrides", 0, "value"), ("optimizer", "rate"), ("data",)])
def test_that_a_form_cannot_slip_in_what_is_not_finite(path, value):
    built = msgspec.to_builtins(loads(json.dumps(GOOD)))
    if path == ("data",):
        built["data"]["x"][1][1] = value
    else:
        place = built
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value
    scenario = msgspec.convert(built, Scenario, strict=False)
    with pytest.raises(InputError):
        validate(scenario)
    with pytest.raises(InputError):
        dumps(scenario)


# -- files ---------------------------------------------------------------------------
def test_that_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError) as caught:
        load(tmp_path / "none.json")
    assert "no such file; check the path" in sentence(caught.value, str(tmp_path / "none.json"))


def test_that_a_folder_is_told(tmp_path):
    with pytest.raises(InputError) as caught:
        load(tmp_path)
    assert "this is a folder" in sentence(caught.value, str(tmp_path))


@pytest.mark.timeout(10)
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_that_a_pipe_is_refused_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(InputError) as caught:
        load(tmp_path / "pipe.json")
    assert "not an ordinary file" in str(caught.value)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no devices here")
def test_that_an_endless_device_is_refused():
    with pytest.raises(InputError, match="not an ordinary file"):
        load("/dev/zero")


def test_that_an_unreadable_file_is_told(tmp_path, monkeypatch):
    path = tmp_path / "secret.json"
    path.write_text("{}")

    def denied(*_args, **_words):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", denied)
    with pytest.raises(InputError) as caught:
        load(path)
    monkeypatch.undo()
    assert "permission denied); choose another" in sentence(caught.value, str(path))


@pytest.mark.parametrize("name", ["a\0b.json", "x" * 5000, ""])
def test_that_an_impossible_path_is_told(name):
    with pytest.raises(InputError) as caught:
        load(name)
    assert str(caught.value).isprintable()


def test_that_a_file_name_with_a_line_break_stays_on_one_line(tmp_path):
    path = tmp_path / "a\nb.json"
    path.write_text("{}")
    with pytest.raises(InputError) as caught:
        load(path)
    assert "a\\nb.json: $.version" in str(caught.value)
    assert str(caught.value).isprintable()


def test_that_more_than_a_mebibyte_is_refused_and_a_mebibyte_is_not(tmp_path):
    text = json.dumps(GOOD)
    path = tmp_path / "full.json"
    path.write_text(text + " " * ((1 << 20) - len(text)))
    assert load(path).name == "good"
    assert "larger than 1 MiB" in refusal(text + " " * ((1 << 20) + 1 - len(text)), tmp_path)


@pytest.mark.parametrize("data", [b"\xff\xfe{\x00}\x00", '{"a": "ä"}'.encode("latin-1")])
def test_that_text_in_another_encoding_is_refused(data, tmp_path):
    assert "is not UTF-8; save the file as text in UTF-8" in refusal(data, tmp_path)


def test_that_a_byte_order_mark_is_accepted(tmp_path):
    path = tmp_path / "bom.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert load(path).name == "good"


# -- writing, schema, versions ---------------------------------------------------------
@pytest.mark.parametrize("name", scenario_names())
def test_that_a_shipped_scenario_returns_from_its_text(name):
    scenario = load(scenario_path(name))
    assert loads(dumps(scenario)) == scenario


def test_that_every_field_survives_writing():
    full = copy.deepcopy(GOOD)
    full |= {"normalize_inputs": "range", "order": "shuffled", "seed": 7, "description": 'a "b" ä'}
    full |= {"initialization": {"rule": "normal", "sd": 0.1}, "optimizer": {"name": "sgd"}}
    scenario = loads(json.dumps(full))
    assert loads(dumps(scenario)) == scenario
    assert dumps(loads(dumps(scenario))) == dumps(scenario)


def test_that_a_row_of_numbers_is_written_on_one_line():
    assert "      [1.0, 2.0],\n" in dumps(loads(json.dumps(GOOD)))


def test_that_the_shipped_schema_is_current():
    assert resource("schemas", "scenario.json").read_text(encoding="utf-8") == schema_text()


def test_that_the_schema_holds_the_ranges():
    parts = scenario_json.schema()["$defs"]
    assert parts["Layer"]["properties"]["units"]["maximum"] == 256
    assert parts["Data"]["properties"]["x"]["items"]["maxItems"] == 256
    assert parts["Layer"]["additionalProperties"] is False


@pytest.mark.parametrize("name", scenario_names())
def test_that_shipped_scenarios_point_at_the_schema(name):
    path = scenario_path(name)
    pointed = json.loads(path.read_text(encoding="utf-8"))["$schema"]
    assert (path.parent / pointed).resolve() == resource("schemas", "scenario.json").resolve()


def test_that_an_older_version_is_migrated_step_by_step(monkeypatch):
    monkeypatch.setattr(scenario_json, "VERSION", 3)
    steps = {
        1: lambda old: {**old, "seen": [1]},
        2: lambda old: {**old, "seen": [*old["seen"], 2]},
    }
    monkeypatch.setattr(scenario_json, "MIGRATIONS", steps)
    assert scenario_json._migrated({"version": 1}) == {"version": 3, "seen": [1, 2]}
