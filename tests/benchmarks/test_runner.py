"""The runner works end to end; nothing here looks at a time."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from peers import AGREEMENT, Naive, Net, Ours, disagreement, problem_of
from timing import Ratio, ratio

RUNNER = Path(__file__).with_name("run.py")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(RUNNER), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_that_one_round_gives_a_table_and_a_file(tmp_path):
    done = run("naive-2-4-2-1", "--rounds", "1", "--json", str(tmp_path / "rows.json"))
    assert (done.returncode, done.stderr) == (0, "")
    head, line = done.stdout.splitlines()
    assert head.split()[:2] == ["row", "ratio"]
    assert line.split()[0] == "naive-2-4-2-1"
    (row,) = json.loads((tmp_path / "rows.json").read_text())
    assert row["met"] == (row["median"] >= row["goal"] == 3.0)
    assert row["rounds"] == 1


def test_that_rows_are_listed_without_being_measured():
    done = run("--list")
    assert len(done.stdout.splitlines()) == 15
    assert run("--list", "seek").stdout == "seek-2-4-2-1\n"


def test_that_an_unknown_row_is_a_usage_error_that_names_the_rows():
    done = run("nonsense")
    assert done.returncode == 2
    assert "no row 'nonsense'" in done.stderr
    assert "seek-2-4-2-1" in done.stderr


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="PyTorch is there")
def test_that_a_missing_peer_is_a_skipped_row_and_said_so():
    done = run("torch-2-4-2-1", "--rounds", "1")
    assert done.returncode == 0
    assert "skipped  PyTorch is not installed" in done.stdout


@pytest.mark.parametrize("sizes", [(2, 4, 2, 1), (3, 5, 2)])
def test_that_the_naive_step_computes_our_numbers(sizes):
    problem = problem_of(Net("net", sizes, 10))
    assert disagreement(Ours(problem), Naive(problem)) < AGREEMENT


def test_that_a_peer_that_computes_something_else_is_found_out():
    problem = problem_of(Net("net", (2, 4, 1), 10))
    other = Naive(problem)
    other.layers[0].W[0, 0] += 1e-6
    assert disagreement(Ours(problem), other) > AGREEMENT


def test_that_a_ratio_is_that_of_the_calls_medians(monkeypatch):
    clock = {"now": 0.0}
    monkeypatch.setattr("timing.time.thread_time", lambda: clock["now"])

    def takes(seconds: float):
        return lambda: clock.update(now=clock["now"] + seconds)

    measured = ratio(takes(0.03), takes(0.01), rounds=5)
    assert isinstance(measured, Ratio)
    np.testing.assert_allclose(measured, (3.0, 3.0, 3.0, 30_000.0, 10_000.0))
