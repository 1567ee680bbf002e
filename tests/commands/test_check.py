from __future__ import annotations

import json

import pytest

from bnsim.__main__ import main
from bnsim.commands import check
from bnsim.engine.activations import ACTIVATIONS
from bnsim.files.locate import scenario_names, scenario_path
from bnsim.sim import torch_twin
from tests.commands.test_main import refused


@pytest.fixture
def without_torch(monkeypatch):
    monkeypatch.setattr(torch_twin, "installed", lambda: False)


def said(capsys, status, *arguments):
    assert main(["check", *arguments]) == status
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def planted(monkeypatch):
    row = ACTIVATIONS["relu"]
    wrong = row._replace(df=lambda x, a, out=None: row.df(x, a, out).__imul__(1.001))
    monkeypatch.setitem(ACTIVATIONS, "relu", wrong)


@pytest.mark.parametrize("name", scenario_names())
def test_that_every_shipped_scenario_passes(name, capsys):
    found = json.loads(said(capsys, 0, name, "--json"))
    assert found["passed"] is True
    assert list(found["lanes"]) == ["without", "with"]
    for lane in found["lanes"].values():
        derivatives = [row for row in lane["tensors"] if "differences" in row]
        assert {row["tensor"] for row in derivatives} >= {"d_x", "d_W", "d_b"}
        assert sum(row["probed"] for row in derivatives) >= 3


def test_that_a_planted_error_fails(monkeypatch, capsys, without_torch):
    planted(monkeypatch)
    out = said(capsys, 1, "article")
    assert out.splitlines()[-1] == "NOT all within 1e-06 (differences)."
    # d_x, d_W and d_b of the first layer of both lanes
    assert sum("TOO FAR" in line for line in out.splitlines()) == 2 * 3
    assert json.loads(said(capsys, 1, "article", "--json"))["passed"] is False


def test_that_errors_are_a_table_by_lane_layer_and_tensor(capsys, without_torch):
    lines = said(capsys, 0, "article").splitlines()
    assert lines[0] == "article: the first batch, largest relative error of each tensor"
    assert lines[2] == "lane without batch normalization"
    assert lines[3].split() == ["layer", "tensor", "differences", "PyTorch", "compared"]
    assert lines[4].split()[:2] == ["1", "d_x"]
    assert lines[4].split()[3:] == ["-", "9", "of", "9"]
    assert float(lines[4].split()[2]) < 1e-9
    assert lines[5].index("12 of 12") == lines[4].index("9 of 9")
    assert "lane with batch normalization" in lines
    assert lines[-1] == "All within 1e-06 (differences)."


def test_that_a_missing_pytorch_is_said(capsys, without_torch):
    assert "PyTorch is not installed here and was skipped" in said(capsys, 0, "three-numbers")
    assert json.loads(said(capsys, 0, "three-numbers", "--json"))["pytorch"] is False


@pytest.mark.parametrize(("error", "status"), [(9e-10, 0), (1.1e-9, 1), (float("nan"), 1)])
def test_that_pytorch_is_held_to_a_billionth(error, status, monkeypatch, capsys):
    monkeypatch.setattr(torch_twin, "installed", lambda: True)
    monkeypatch.setattr(torch_twin, "errors_against_torch", lambda record: {(0, "z"): error})
    out = said(capsys, status, "three-numbers", "--lane", "with")
    line = next(line for line in out.splitlines() if line.split()[:2] == ["1", "z"])
    assert line.split()[2:4] == ["-", f"{error:.1e}"]
    assert ("TOO FAR" in line) == (status == 1)
    assert out.splitlines()[-1].endswith("1e-06 (differences) and 1e-09 (PyTorch).")


def test_that_one_lane_can_be_checked_alone(capsys):
    assert list(json.loads(said(capsys, 0, "article", "--lane", "with", "--json"))["lanes"]) == [
        "with"
    ]


def test_that_json_holds_the_counts_of_every_tensor(capsys, without_torch):
    found = json.loads(said(capsys, 0, "article", "--json"))
    assert found["limits"] == {"differences": 1e-6, "pytorch": 1e-9}
    row = found["lanes"]["with"]["tensors"][1]
    assert {**row, "differences": 0} == {
        "layer": 0,
        "tensor": "d_W",
        "probed": 12,
        "at_kinks": 0,
        "size": 12,
        "differences": 0,
    }


def test_that_a_batch_that_is_not_finite_is_no_success(tmp_path, capsys):
    scenario = json.loads(scenario_path("article").read_text(encoding="utf-8"))
    scenario["overrides"][0]["value"] = 1e300
    path = tmp_path / "huge.json"
    path.write_text(json.dumps(scenario))
    out = said(capsys, 1, str(path), "--lane", "without")
    assert "lane without batch normalization: the loss is not finite, so nothing can be" in out
    assert out.splitlines()[-1].startswith("NOT all within")
    found = json.loads(said(capsys, 1, str(path), "--json"))
    assert found["lanes"]["without"]["tensors"] == []


def test_that_kinks_are_told(tmp_path, capsys, without_torch):
    scenario = json.loads(scenario_path("article").read_text(encoding="utf-8"))
    scenario["layers"][0]["weights"] = [[0.0] * 4] * 3
    scenario["layers"][0]["bias"] = [0.0] * 4
    scenario["overrides"] = []
    path = tmp_path / "kinks.json"
    path.write_text(json.dumps(scenario))
    out = said(capsys, 0, str(path), "--lane", "without")
    line = next(line for line in out.splitlines() if line.split()[:2] == ["1", "d_W"])
    assert line.split()[2] == "-"
    assert line.endswith("0 of 12, 12 at a kink")


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["nope"], "Scenarios: article, article-as-printed"),
        ([], "required: SCENARIO; see `bnsim check --help`"),
        (["article", "--lane", "x"], "choose from 'without', 'with', 'both'"),
        (["none.json"], "there is no such file"),
    ],
)
def test_that_bad_input_is_told_in_one_line(arguments, advice, capsys):
    assert advice in refused(capsys, "check", *arguments)


def test_that_the_limits_are_those_of_the_help():
    assert f"{check.DIFFERENCES:.0e} {check.TORCH:.0e}".replace("e-0", "e-") == "1e-6 1e-9"
    assert "1e-6 (differences) and 1e-9 (PyTorch)" in check.WHAT
