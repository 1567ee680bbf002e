"""Finite differences: right where the loss is smooth, honest where it has a kink."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bnsim.engine.activations import ACTIVATIONS
from bnsim.sim import derivatives
from bnsim.sim.derivatives import finite_differences, relative_error, ridders
from bnsim.sim.run import Run
from bnsim.sim.spec import BatchNorm, Data, Layer, Override
from tests.scenarios import small

DIALECTS = ["pytorch", "keras", "article", "plain", "layernorm"]


def checked(scenario, lane="with"):
    return finite_differences(Run(scenario, lane).record(0))


@pytest.mark.parametrize(
    ("f", "slope"),
    [(math.sin, 1.0), (math.exp, 1.0), (lambda h: (3 + h) ** 4, 108.0), (lambda h: 7.0, 0.0)],
)
def test_that_the_extrapolated_slope_is_almost_exact(f, slope):
    assert ridders(f, 0.1) == pytest.approx(slope, rel=1e-12, abs=1e-15)


def test_that_a_function_that_is_wild_at_the_first_step_is_followed_at_smaller_ones():
    assert ridders(lambda h: math.sin(100 * h), 0.1) == pytest.approx(100.0, rel=1e-10)


@pytest.mark.parametrize("level", [1.0, 7.3, 25.1, 1e3])
def test_that_rounding_that_agrees_by_accident_is_not_believed(level):
    """A loss of 7.3 has steps of 1e-15: at small h its differences are often equal, and wrong."""
    assert ridders(lambda h: level + 1e-6 * math.sin(h), 0.1) == pytest.approx(
        1e-6, rel=0, abs=level * 1e-14
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("placement", ["before", "after"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_that_the_engine_passes_in_every_combination(dialect, placement, activation):
    norm = BatchNorm(placement=placement, dialect=dialect)
    layers = [
        Layer(units=5, activation=activation, batch_norm=norm),
        Layer(units=4, activation=activation, batch_norm=norm),
        Layer(units=2, activation="identity"),
    ]
    found = checked(small(layers=layers, batch_size=6))
    assert max(probed.error for probed in found.values()) < 1e-7
    assert sum(probed.at_kinks for probed in found.values()) <= 2


def test_that_every_parameter_and_the_inputs_are_compared():
    found = checked(small())
    names = {"d_W", "d_b", "d_gamma", "d_beta"}
    assert set(found) == {(0, "d_x"), *((0, n) for n in names), (1, "d_W"), (1, "d_b")}
    assert all(p.probed + p.at_kinks == p.size for p in found.values())
    assert found[0, "d_W"].size == 12


def test_that_a_number_at_a_kink_is_counted_and_left_out():
    layers = [Layer(units=2, activation="relu"), Layer(units=2, activation="identity")]
    data = Data(x=[[1.0, 0.0], [2.0, 0.0]], targets=[[1.0, 0.0], [0.0, 1.0]])
    # the second neuron's sum is 0 for both samples: its weights and bias stand at the kink
    weights = [Override(layer=0, value=0.0, weight=(i, 1)) for i in (0, 1)]
    found = checked(small(layers=layers, data=data, batch_size=2, overrides=weights), "without")
    # the weight from the feature that is always 0 moves nothing
    assert found[0, "d_W"] == (found[0, "d_W"].error, 3, 1, 4)
    assert found[0, "d_b"][1:] == (1, 1, 2)
    assert max(probed.error for probed in found.values()) < 1e-9


def test_that_a_large_tensor_is_probed_in_part_and_at_its_largest_derivative():
    layers = [Layer(units=100, activation="tanh"), Layer(units=2, activation="identity")]
    scenario = small(layers=layers)
    found = checked(scenario, "without")
    assert found[0, "d_W"].size == 300
    assert found[0, "d_W"].probed in (256, 257)


def test_that_the_largest_derivative_is_always_among_the_probed(monkeypatch):
    monkeypatch.setattr(derivatives, "MOST_PROBES", 2)
    record = Run(small(), "with").record(0)
    found = finite_differences(record)
    for key, probed in found.items():
        ends = {0, probed.size - 1}
        largest = int(np.abs(record.view(*key)).argmax())
        assert probed.probed + probed.at_kinks == len(ends | {largest})
    assert max(probed.probed for probed in found.values()) == 3


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_that_a_planted_error_in_a_derivative_is_found(activation, monkeypatch):
    row = ACTIVATIONS[activation]

    def wrong(x, a, out=None):
        return np.multiply(row.df(x, a, out), 1 + 1e-4, out=out)

    monkeypatch.setitem(ACTIVATIONS, activation, row._replace(df=wrong))
    found = checked(small(activation=activation))
    assert found[0, "d_W"].error > 1e-6
    assert found[0, "d_x"].error > 1e-6
    # the last layer has another activation, unless the planted one is the identity
    assert (found[1, "d_W"].error < 1e-9) == (activation != "identity")


def test_that_probing_leaves_the_record_and_the_run_as_they_were():
    run = Run(small(), "with")
    record = run.record(0)
    arena = record.arena.copy()
    finite_differences(record)
    np.testing.assert_array_equal(record.arena, arena)
    np.testing.assert_array_equal(Run(small(), "with").record(1).arena, run.record(1).arena)


def test_that_the_error_is_in_units_of_the_largest_number():
    assert relative_error(np.array([1.0, 9.0]), np.array([1.0, 10.0]), 0.0) == 0.1
    assert relative_error(np.array([1e-9]), np.array([0.0]), 1e-3) == pytest.approx(1e-6)
    assert relative_error(np.zeros(2), np.zeros(2), 0.0) == 0.0
    assert math.isnan(relative_error(np.array([np.nan]), np.ones(1), 0.0))
