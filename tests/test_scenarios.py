"""The numbers of the shipped scenarios, against those computed elsewhere by hand and PyTorch."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace

from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.sim.run import LANES, Run
from bnsim.sim.spec import BatchNorm, Optimizer

ARTICLES = ("article", "article-before", "article-as-printed")
DEEP = ("cascade", "cascade-calm")


def scenario(name):
    return load(scenario_path(name))


def run(name, lane, **changes):
    return Run(replace(scenario(name), **changes), lane)


def losses(one, batches):
    return [one.record(batch).loss for batch in range(batches)]


def accuracy(record):
    said = record.out(len(record.layout.outputs) - 1).argmax(axis=1)
    return float((said == record.targets.argmax(axis=1)).mean())


def over_all_batches(name, lane, array):
    one = run(name, lane)
    return np.concatenate([one.record(batch).view(0, array) for batch in range(4)])


def test_that_these_and_no_other_scenarios_are_shipped():
    assert set(scenario_names()) == {*ARTICLES, "three-numbers", *DEEP}


@pytest.mark.parametrize("name", scenario_names())
def test_that_a_scenario_is_named_like_its_file_and_describes_itself(name):
    assert scenario(name).name == name
    assert 10 <= len(scenario(name).title) <= 60
    assert scenario(name).description.endswith((".", "?"))


def test_that_titles_differ():
    assert len({scenario(name).title for name in scenario_names()}) == len(scenario_names())


# -- the article's program -----------------------------------------------------------
@pytest.mark.parametrize("name", ARTICLES)
def test_that_the_raw_activation_is_the_articles(name):
    record = run(name, "without").record(0)
    assert record.view(0, "a")[0, 0] == pytest.approx(88.71463846872999, rel=1e-14)
    np.testing.assert_allclose(
        record.view(0, "a")[:, 0], [88.71463846872999, 55.52027999688882, 57.82722250274482]
    )


@pytest.mark.parametrize("name", ARTICLES)
def test_that_batch_normalization_does_not_change_what_stands_before_it(name):
    z = [run(name, lane).record(0).view(0, "z").tobytes() for lane in LANES]
    assert z[0] == z[1]


def test_that_normalizing_the_sums_gives_the_corrected_number():
    x_hat = run("article-before", "with").record(0).view(0, "x_hat")
    expected = [1.4114722945204108, 1.0900510415097353, 1.0193837800942347, 0.6901020751776131]
    np.testing.assert_allclose(x_hat[0], expected, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(
        run("article-before", "with").record(0).view(0, "a"), np.maximum(x_hat, 0)
    )


def test_that_normalizing_after_relu_gives_the_same_number_where_relu_cuts_nothing():
    record = run("article", "with").record(0)
    # neuron 1 is positive for all three samples; neuron 2 is cut to 0.356, 0, 0
    assert record.view(0, "x_hat")[0, 0] == pytest.approx(1.4114722945204108, abs=1e-12)
    second = record.view(0, "x_hat")[:, 1]
    a = np.array([0.35565705471762676, 0.0, 0.0])
    expected = (a - a.mean()) / np.sqrt(a.var() + 1e-5)
    np.testing.assert_allclose(second, expected, rtol=0, atol=1e-12)


def test_that_the_printed_formula_gives_the_articles_numbers():
    y = run("article-as-printed", "with").record(0).view(0, "y")
    expected = [
        [1.3239855633851532, 0.20305999993587162, 0.5520118522952685, 0.4882674705549107],
        [-0.7334879595362319, -0.1015299999679358, 0.1836865424839845, 0.5122335960670716],
        [-0.5904976038489221, -0.1015299999679358, -0.735698394779253, -1.000501066621984],
    ]
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)
    assert y[:, 1].std() == pytest.approx(0.144, abs=5e-4)


@pytest.mark.parametrize(
    ("name", "lane", "array", "expected"),
    [
        ("article", "without", "a", 117.266),
        ("article-as-printed", "with", "y", 2.676),
        ("article-before", "with", "x_hat", 2.807),
        ("article", "with", "x_hat", 2.807),
    ],
)
def test_that_the_first_neuron_ranges_as_measured_over_12_samples(name, lane, array, expected):
    first = over_all_batches(name, lane, array)[:, 0]
    assert np.ptp(first) == pytest.approx(expected, abs=5e-4)


def test_that_only_the_override_makes_the_weight_15():
    article = scenario("article")
    assert article.layers[0].weights[0][0] == 0.6745028103810676
    assert run("article", "with").record(0).view(0, "W")[0, 0] == 15.0
    assert run("article", "with", overrides=[]).record(0).view(0, "W")[0, 0] == 0.6745028103810676


@pytest.mark.parametrize("name", ARTICLES)
def test_that_the_targets_ask_whether_the_first_feature_is_the_largest(name):
    data = scenario(name).data
    for row, target in zip(data.x, data.targets, strict=True):
        assert target == ([1.0, 0.0] if row[0] == max(row) else [0.0, 1.0])


@pytest.mark.parametrize("name", ARTICLES)
@pytest.mark.parametrize("lane", LANES)
def test_that_nothing_trains_in_the_article(name, lane):
    one = run(name, lane)
    for part in ("W", "b"):
        assert one.record(0).view(0, part).tobytes() == one.record(3).view(0, part).tobytes()


# -- 4, 7, 5 -------------------------------------------------------------------------
TABLE = [
    (BatchNorm(dialect="plain"), (-1.0690449676496976, 1.3363062095621219, -0.2672612419124244)),
    (BatchNorm(epsilon=1e-3), (-1.0687015116389469, 1.335876889548684, -0.26717537790973656)),
    (
        BatchNorm(dialect="article"),
        (-0.593325909419153, 0.7416573867739414, -0.14833147735478813),
    ),
]


def test_that_three_numbers_are_standardized_as_in_the_table():
    record = run("three-numbers", "with").record(0)
    np.testing.assert_array_equal(record.view(0, "z").ravel(), [4, 7, 5])
    assert record.view(0, "mean")[0] == pytest.approx(16 / 3, abs=1e-15)
    assert record.view(0, "var")[0] == pytest.approx(14 / 9, abs=1e-15)
    expected = [-1.0690415314502972, 1.3363019143128723, -0.26726038286257414]
    np.testing.assert_allclose(record.view(0, "x_hat").ravel(), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("norm", "expected"), TABLE)
def test_that_other_forms_of_three_numbers_are_as_in_the_table(norm, expected):
    layers = [replace(scenario("three-numbers").layers[0], batch_norm=norm)]
    record = run("three-numbers", "with", layers=layers).record(0)
    np.testing.assert_allclose(record.view(0, "x_hat").ravel(), expected, rtol=0, atol=1e-12)


def test_that_running_statistics_after_4_7_5_are_pytorchs():
    record = run("three-numbers", "with").record(0)
    assert record.view(0, "running_mean")[0] == pytest.approx(0.1 * 16 / 3, abs=1e-15)
    assert record.view(0, "running_var")[0] == pytest.approx(0.9 + 0.1 * 7 / 3, abs=1e-15)


def test_that_gamma_and_beta_could_learn_the_raw_numbers_back():
    one = run("three-numbers", "with", batches=200, optimizer=Optimizer(name="sgd", rate=0.1))
    found = losses(one, 200)
    expected = [28.5055633, 18.2435607, 0.3286468, 0.0037890]
    np.testing.assert_allclose([found[i] for i in (0, 1, 10, 20)], expected, atol=5e-8)
    assert found[199] < 1e-25
    assert one.record(199).view(0, "gamma")[0] == pytest.approx(math.sqrt(14 / 9 + 1e-5), abs=1e-9)
    assert one.record(199).view(0, "beta")[0] == pytest.approx(16 / 3, abs=1e-9)


# -- the cascade ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cascade", [139, 104.5, 95.28125, 105.2578125]),
        ("cascade-calm", [5, 4, 3.46875, 3.49609375]),
    ],
)
def test_that_the_largest_outputs_are_exact_without_batch_normalization(name, expected):
    record = run(name, "without").record(0)
    assert [float(np.abs(record.out(layer)).max()) for layer in range(4)] == expected


def test_that_batch_normalization_holds_the_cascade_within_its_bound():
    record = run("cascade", "with").record(0)
    found = [float(np.abs(record.out(layer)).max()) for layer in range(3)]
    np.testing.assert_allclose(found, [1.4501, 1.6487, 1.6629], atol=5e-5)


def test_that_the_spiked_network_never_learns_without_batch_normalization():
    one = run("cascade", "without")
    found = losses(one, 300)
    assert found[0] == 50.9443359375
    assert found[1] == pytest.approx(52.93, abs=5e-3)
    assert found[2] == pytest.approx(0.694, abs=5e-4)
    assert found[299] == pytest.approx(math.log(2), abs=1e-12)
    assert accuracy(one.record(299)) == 0.5


def test_that_it_learns_with_batch_normalization_while_the_weight_is_still_15():
    one = run("cascade", "with")
    found = losses(one, 300)
    assert found[0] == pytest.approx(0.6649079457748127, abs=1e-12)
    assert found[299] == pytest.approx(0.004, abs=5e-4)
    assert accuracy(one.record(299)) == 1.0
    assert one.record(299).view(0, "W")[0, 0] == pytest.approx(15, abs=1e-3)


def test_that_the_calm_network_learns_without_batch_normalization():
    one = run("cascade-calm", "without")
    found = losses(one, 300)
    assert found[0] == pytest.approx(0.451443481843757, abs=1e-12)
    assert found[299] == pytest.approx(0.006, abs=5e-4)
    assert accuracy(one.record(299)) == 1.0


def test_that_at_a_tenth_of_the_rate_the_spiked_network_creeps():
    one = run("cascade", "without", optimizer=Optimizer(name="sgd", rate=0.01))
    assert losses(one, 300)[299] == pytest.approx(0.478, abs=5e-4)


def test_that_the_cascade_differs_from_its_control_in_the_weight_alone():
    spiked, calm = scenario("cascade"), scenario("cascade-calm")
    layers = [replace(layer, batch_norm=None) for layer in spiked.layers]
    same = replace(spiked, layers=layers, overrides=[])
    text = {"name": calm.name, "title": calm.title, "description": calm.description}
    assert replace(same, **text) == calm
    assert [layer.batch_norm is None for layer in spiked.layers] == [False, False, False, True]


# -- what holds for all --------------------------------------------------------------
@pytest.mark.parametrize("name", scenario_names())
def test_that_normalized_values_stay_within_the_root_of_m_minus_1(name):
    one = run(name, "with")
    bound = math.sqrt(one.scenario.batch_size - 1)
    for batch in range(one.scenario.batches):
        record = one.record(batch)
        for layer in range(len(one.scenario.layers)):
            if record.has(layer, "x_hat"):
                assert np.abs(record.view(layer, "x_hat")).max() <= bound


@pytest.mark.parametrize("name", scenario_names())
def test_that_without_batch_normalization_both_lanes_are_equal_bit_for_bit(name):
    layers = [replace(layer, batch_norm=None) for layer in scenario(name).layers]
    one, other = (run(name, lane, layers=layers) for lane in LANES)
    for batch in range(min(one.scenario.batches, 50)):
        assert one.record(batch).arena.tobytes() == other.record(batch).arena.tobytes()


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("name", scenario_names())
def test_that_a_replay_gives_the_same_bytes(name, lane):
    straight, jumping = run(name, lane), run(name, lane)
    batches = list(range(straight.scenario.batches))
    first = {batch: straight.record(batch).arena.tobytes() for batch in batches}
    for batch in batches[::-37] + batches[::41]:
        assert jumping.record(batch).arena.tobytes() == first[batch]
