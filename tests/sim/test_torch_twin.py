"""The twin in PyTorch: only where PyTorch is installed, as with the extra `reference`."""

from __future__ import annotations

import pytest

from bnsim.engine.activations import ACTIVATIONS
from bnsim.sim.run import Run
from bnsim.sim.spec import BatchNorm, Layer
from bnsim.sim.torch_twin import errors_against_torch
from tests.scenarios import small

pytest.importorskip("torch")


def checked(layers, **changes):
    return errors_against_torch(Run(small(layers=layers, **changes), "with").record(0))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("placement", ["before", "after"])
@pytest.mark.parametrize("dialect", ["pytorch", "keras", "article", "plain", "layernorm"])
def test_that_every_combination_agrees(dialect, placement, activation):
    norm = BatchNorm(placement=placement, dialect=dialect)
    layers = [
        Layer(units=5, activation=activation, batch_norm=norm),
        Layer(units=4, activation=activation, batch_norm=norm),
        Layer(units=2, activation="identity"),
    ]
    found = checked(layers, batch_size=6)
    assert max(found.values()) < 1e-11
    assert ((0, "running_var") in found) == (dialect in ("pytorch", "keras", "plain"))


@pytest.mark.parametrize("cumulative", [False, True])
def test_that_running_statistics_are_compared(cumulative):
    norm = BatchNorm(running_rate=None if cumulative else 0.3, cumulative=cumulative)
    found = checked([Layer(units=2, activation="identity", batch_norm=norm)])
    assert found[0, "running_mean"] < 1e-14
    assert found[0, "running_var"] < 1e-14


def test_that_a_planted_error_is_found(monkeypatch):
    row = ACTIVATIONS["tanh"]
    planted = row._replace(df=lambda x, a, out=None: row.df(x, a, out) * (1 + 1e-6))
    monkeypatch.setitem(ACTIVATIONS, "tanh", planted)
    found = checked([Layer(units=3, activation="tanh"), Layer(units=2, activation="identity")])
    assert found[0, "d_W"] > 1e-9
    assert found[0, "a"] < 1e-14
