import msgspec
import numpy as np
import pytest

from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.sim.rules import flags_of, outliers
from bnsim.sim.run import Run
from bnsim.sim.spec import Data, Initialization, Layer, Override, Scenario


def flagged(scenario: Scenario, lane: str) -> list[list[list[bool]]]:
    run = Run(scenario, lane)
    return [[f.out_of_scale.tolist() for f in flags_of(run.record(b))] for b in range(4)]


def article(value: float | None = None) -> Scenario:
    scenario = load(scenario_path("article"))
    if value is None:
        return scenario
    override = Override(layer=0, weight=(0, 0), value=value)
    return msgspec.structs.replace(scenario, overrides=[override])


def test_that_without_bn_h1_and_both_outputs_are_out_of_scale_in_every_batch() -> None:
    wanted = [[True, False, False, False], [True, True]]
    assert flagged(article(), "without") == [wanted] * 4


def test_that_behind_the_tray_nothing_is_out_of_scale() -> None:
    wanted = [[True, False, False, False], [False, False]]
    assert flagged(article(), "with") == [wanted] * 4


@pytest.mark.parametrize("lane", ["without", "with"])
def test_that_with_a_weight_of_one_half_nothing_is_out_of_scale(lane: str) -> None:
    assert not np.concatenate([np.ravel(f) for b in flagged(article(0.5), lane) for f in b]).any()


@pytest.mark.parametrize(
    ("value", "wanted"), [(15.0, True), (-15.0, True), (0.5, False), (2.0, False)]
)
def test_that_the_outlier_is_found_by_its_size(value: float, wanted: bool) -> None:
    record = Run(article(value), "without").record(0)
    mask, others = outliers((record.view(0, "W"), record.view(1, "W")), 0)
    assert mask[0, 0] == wanted
    assert mask.sum() == wanted
    assert (abs(value) >= 8 * others[0, 0]) == wanted


def test_that_a_matrix_of_few_weights_is_compared_with_the_whole_network() -> None:
    big, tiny = np.full((3, 4), 0.5), np.array([[9.0, 0.5]])
    assert outliers((big, tiny), 1)[0].tolist() == [[True, False]]
    assert not outliers((np.array([[9.0]]),), 0)[0].any()


@pytest.mark.parametrize("rule", ["he", "glorot", "lecun", "normal", "zeros"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "identity"])
def test_that_under_one_percent_of_neurons_of_random_networks_are_flagged(
    rule: str, activation: str
) -> None:
    rng, flags = np.random.RandomState(0), []
    for seed in range(200):
        sizes = rng.choice([1, 2, 4, 8, 16], size=rng.randint(1, 5))
        x = rng.uniform(0, 10, (6, int(rng.randint(1, 7))))
        scenario = Scenario(
            version=1, name="r", title="r", loss="mse", batch_size=6, batches=1, seed=seed,
            data=Data(x=x.tolist(), targets=np.zeros((6, sizes[-1])).tolist()),
            layers=[Layer(units=int(n), activation=activation) for n in sizes],
            initialization=Initialization(rule=rule),
        )  # fmt: skip
        flags += [f.out_of_scale for f in flags_of(Run(scenario, "without").record(0))]
    assert np.concatenate(flags).mean() < 0.01


def test_that_a_neuron_that_is_not_finite_is_out_of_scale() -> None:
    x = [[1e200, 1.0], [1.0, 1.0]]
    layers = [Layer(units=1, activation="identity", weights=[[1e200], [1.0]])]
    scenario = Scenario(
        version=1, name="r", title="r", loss="mse", batch_size=2, batches=1,
        data=Data(x=x, targets=[[0.0], [0.0]]), layers=layers,
    )  # fmt: skip
    assert flags_of(Run(scenario, "without").record(0))[0].out_of_scale.tolist() == [True]


@pytest.mark.parametrize("huge", [15.0, 1e8, 3e8, 1e154, 1e200, 1e300])
def test_that_a_huge_weight_does_not_hide_what_it_is_compared_with(huge: float) -> None:
    weights = np.random.RandomState(0).normal(size=(5, 4))
    weights[1, 1] = huge
    mask, others = outliers((weights,), 0)
    rest = np.delete(weights.ravel(), 5)
    assert mask[1, 1]
    assert others[1, 1] == pytest.approx(np.sqrt(np.mean(rest**2)), rel=1e-12)
