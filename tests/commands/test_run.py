from __future__ import annotations

import json

import numpy as np
import pytest

from bnsim.__main__ import main
from bnsim.files.locate import scenario_path
from tests.commands.test_main import refused


def said(capsys, *arguments):
    assert main(list(arguments)) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_that_losses_are_printed_by_lane_and_batch(capsys):
    lines = said(capsys, "run", "cascade", "--batches", "3").splitlines()
    assert lines[0].split() == ["batch", "loss", "without", "loss", "with"]
    assert lines[1].split() == ["1", "50.9443", "0.664908"]
    assert len(lines) == 4
    assert len({len(line) for line in lines}) == 1


def test_that_the_scenario_says_how_many_batches(capsys):
    assert len(said(capsys, "run", "article").splitlines()) == 5


def test_that_the_middle_of_a_long_run_is_left_out(capsys):
    lines = said(capsys, "run", "cascade").splitlines()
    assert len(lines) == 18
    assert lines[13].split() == ["..."]
    assert lines[-1].split()[0] == "300"


def test_that_more_batches_than_the_scenarios_can_be_computed(capsys):
    out = said(capsys, "run", "three-numbers", "--batches", "5", "--json")
    assert len(json.loads(out)["lanes"]["with"]["loss"]) == 5


@pytest.mark.parametrize("lane", ["without", "with"])
def test_that_one_lane_can_be_computed_alone(lane, capsys):
    assert list(json.loads(said(capsys, "run", "article", "--lane", lane, "--json"))["lanes"]) == [
        lane
    ]


def test_that_json_holds_exact_losses_and_accuracy(capsys):
    found = json.loads(said(capsys, "run", "cascade", "--json"))
    assert (found["scenario"], found["batches"]) == ("cascade", 300)
    assert found["lanes"]["without"]["loss"][0] == 50.9443359375
    assert found["lanes"]["without"]["accuracy"][-1] == 0.5
    assert found["lanes"]["with"]["accuracy"][-1] == 1.0


def test_that_json_of_a_regression_has_no_accuracy(capsys):
    assert list(json.loads(said(capsys, "run", "article", "--json"))["lanes"]["with"]) == ["loss"]


def test_that_a_loss_that_is_not_finite_is_still_json(tmp_path, capsys):
    scenario = json.loads(scenario_path("article").read_text(encoding="utf-8"))
    scenario["overrides"][0]["value"] = 1e300
    path = tmp_path / "huge.json"
    path.write_text(json.dumps(scenario))
    text = said(capsys, "run", str(path), "--json")
    found = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert found["lanes"]["without"]["loss"][0] == "inf"
    assert "inf" in said(capsys, "run", str(path))


@pytest.mark.parametrize("suffix", ["npz", "csv"])
def test_that_numbers_are_written_and_nothing_printed(suffix, tmp_path, capsys):
    path = tmp_path / f"numbers.{suffix}"
    assert said(capsys, "run", "article", "--batches", "2", "--out", str(path)) == ""
    assert path.stat().st_size > 1000
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_that_the_written_numbers_are_the_articles(tmp_path, capsys):
    path = tmp_path / "n.npz"
    said(capsys, "run", "article", "--out", str(path), "--lane", "with", "--json")
    with np.load(path, allow_pickle=False) as archive:
        assert archive["with/0/0/x_hat"][0, 0] == pytest.approx(1.4114722945204108, abs=1e-12)
        assert "with/3/1/d_W" in archive
        assert "with/4/loss" not in archive


def test_that_a_path_is_a_file_and_a_bare_name_a_scenario(tmp_path, capsys, monkeypatch):
    text = scenario_path("three-numbers").read_text(encoding="utf-8")
    (tmp_path / "article").write_text(text)
    (tmp_path / "mine").write_text(text)
    monkeypatch.chdir(tmp_path)
    names = [
        json.loads(said(capsys, "run", name, "--json"))["scenario"]
        for name in ("article", "./article", "mine")
    ]
    assert names == ["article", "three-numbers", "three-numbers"]


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["nope"], "Scenarios: article, article-as-printed"),
        (["three-nubmers"], "did you mean three-numbers?"),
        (["article", "--batches", "0"], "'0' is no number from 1 to 1,000,000"),
        (["article", "--batches", "-1"], "from 1 to 1,000,000"),
        (["article", "--batches", "1000001"], "from 1 to 1,000,000"),
        (["article", "--batches", "9" * 5000], "from 1 to 1,000,000"),
        (["article", "--batches", "x\ny"], "from 1 to 1,000,000"),
        (["article", "--batches", "²"], "from 1 to 1,000,000"),
        (["article", "--batches"], "expected one argument"),
        (["article", "--lane", "wiht"], "choose from 'without', 'with', 'both'"),
        (["article", "--out", "numbers.xls"], "the suffix '.xls' is unknown; use .npz or .csv"),
        (["article", "--out", "numbers"], "the suffix is missing; use .npz or .csv"),
        (["article", "--out", "/no/such/folder/n.npz"], "its folder does not exist"),
        (["cascade", "--batches", "1000000", "--out", "n.npz"], "GiB; use --batches "),
        (["article", "extra"], "unrecognized arguments: extra"),
    ],
)
def test_that_bad_input_is_told_in_one_line(arguments, advice, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert advice in refused(capsys, "run", *arguments)
    assert not list(tmp_path.iterdir())


def test_that_a_folder_is_never_replaced_by_numbers(tmp_path, capsys):
    (tmp_path / "n.npz").mkdir()
    assert "that is a folder" in refused(capsys, "run", "article", "--out", str(tmp_path / "n.npz"))


def test_that_a_batch_that_is_not_finite_is_named(tmp_path, capsys):
    scenario = json.loads(scenario_path("article").read_text(encoding="utf-8"))
    scenario["optimizer"] = {"name": "sgd", "rate": 1e6}
    path = tmp_path / "boom.json"
    path.write_text(json.dumps(scenario), encoding="utf-8")
    assert main(["run", str(path), "--batches", "20"]) == 0
    said = capsys.readouterr().out
    assert "is not finite in batch" in said
    assert "layer" in said
    assert "not committed" in said
