"""The paths of a gradient and the Jacobian: against the engine, differences, theory, PyTorch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnsim.engine.batchnorm import DIALECTS
from bnsim.engine.network import LayerPlan, Network, Plan
from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.sim.jacobian import jacobian, largest_in_blocks, sums, terms
from bnsim.sim.record import BatchRecord
from bnsim.sim.session import Session

THREE = (4.0, 7.0, 5.0)
BATCH = [name for name, dialect in DIALECTS.items() if dialect.axis == 0]


def record_of(
    values, dialect="pytorch", placement="before", frozen=False, d_y=None, gamma=1.0, **settings
):
    """One neuron that passes ``values`` on to BN; the loss gives it the gradient ``d_y``."""
    m, rule = len(values), DIALECTS[dialect]._replace(min_batch=1, **settings)
    layer = LayerPlan(1, 1, "identity", placement, rule, frozen)
    network = Network(Plan((layer,), m, "mse", "none", 0.1))
    network.view(0, "W")[:] = 1.0
    if rule.affine:
        network.view(0, "gamma")[:] = gamma
    if frozen:
        network.view(0, "running_mean")[:] = np.mean(values)
        network.view(0, "running_var")[:] = np.var(values)
    network.set_batch(np.array(values)[:, None], np.zeros((m, 1)))
    network.forward()
    wanted = np.arange(m) + 1.0 if d_y is None else np.array(d_y)
    out = network.view(0, network.layout.output_name(0))
    # the mean squared error passes 2 (out - target) / m back
    network.view(-1, "targets")[:] = out - wanted[:, None] * m / 2
    network.backward()
    return BatchRecord(0, network.arena.copy(), network.layout, network.plan, np.arange(m))


def d_x_of(record, layer=0, unit=0):
    name = "d_z" if record.plan.layers[layer].placement == "before" else "d_a"
    return record.view(layer, name)[:, unit]


def x_hat_of(values, **settings):
    return record_of(values, **settings).view(0, "x_hat")[:, 0].copy()


def differences(values, **settings):
    """The Jacobian of x-hat by central differences."""
    m, h = len(values), 1e-5
    steps = h * np.eye(m)
    rows = [
        (x_hat_of(values + step, **settings) - x_hat_of(values - step, **settings)) / (2 * h)
        for step in steps
    ]
    return np.array(rows).T


# -- numbers known by hand -----------------------------------------------------------
@pytest.mark.parametrize(
    ("settings", "row"),
    [
        ({"dialect": "plain"}, np.array([6, 3, -9]) / (7 * 14**0.5)),
        ({"dialect": "pytorch"}, [0.2290822917, 0.1145377097, -0.3436200014]),
        ({"dialect": "article"}, [0.2025775, -0.0307246, -0.1718528]),
        ({"dialect": "plain"}, [0.2290810645, 0.1145405322, -0.3436215967]),
    ],
)
def test_that_the_first_row_of_4_7_5_is_the_one_worked_out_by_hand(settings, row):
    np.testing.assert_allclose(jacobian(record_of(THREE, **settings), 0, 0)[0], row, atol=5e-8)


def test_that_the_gradient_of_4_7_5_is_the_first_row_when_only_sample_1_is_asked_for():
    record = record_of(THREE, dialect="plain", d_y=[1, 0, 0])
    found = terms(record, 0, 0)
    np.testing.assert_allclose(sum(found), np.array([6, 3, -9]) / (7 * 14**0.5), atol=1e-15)
    s = 14**0.5 / 3
    np.testing.assert_allclose(found.direct, [1 / s, 0, 0], rtol=1e-14)
    np.testing.assert_allclose(found.through_mean, [-1 / (3 * s)] * 3, rtol=1e-14)


def test_that_the_leftover_of_4_7_5_is_the_predicted_one():
    found = sums(record_of(THREE, d_y=[1, 0, 0]), 0, 0)
    v, eps = 14 / 9, 1e-5
    predicted = -4 / 3 / (v + eps) * eps / (v + eps)  # x-hat / s of sample 1, and what is left
    assert found.d_x_x_hat_theory == pytest.approx(predicted, rel=1e-13)
    assert found.d_x_x_hat == pytest.approx(predicted, rel=1e-9)


def test_that_constants_leave_the_diagonal_alone():
    record = record_of(THREE, frozen=True, d_y=[1, 0, 0])
    np.testing.assert_allclose(jacobian(record, 0, 0), np.eye(3) / np.sqrt(14 / 9 + 1e-5))
    found = terms(record, 0, 0)
    np.testing.assert_allclose(found.direct, [0.8017811, 0, 0], atol=1e-5)
    assert not found.through_mean.any()
    assert not found.through_variance.any()
    assert sums(record, 0, 0).d_x == pytest.approx(sums(record, 0, 0).d_x_theory)


# -- against differences and the engine ----------------------------------------------
@pytest.mark.parametrize("placement", ["before", "after"])
@pytest.mark.parametrize("dialect", BATCH)
def test_that_the_jacobian_agrees_with_finite_differences(dialect, placement):
    values = np.random.RandomState(3).standard_normal(6) * 3 + 2
    settings = {"dialect": dialect, "placement": placement}
    found = jacobian(record_of(values, **settings), 0, 0)
    np.testing.assert_allclose(found, differences(values, **settings), atol=1e-9)


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("dialect", BATCH)
def test_that_an_uneven_gradient_goes_back_through_the_jacobian(dialect, frozen):
    if frozen and not DIALECTS[dialect].has_running:
        pytest.skip("the dialect keeps no running statistics")
    rng = np.random.RandomState(5)
    values, d_y = rng.standard_normal(7) * 2, rng.standard_normal(7)
    record = record_of(values, dialect, d_y=d_y, gamma=-1.7, frozen=frozen)
    back = jacobian(record, 0, 0, of="y").T @ d_y
    np.testing.assert_allclose(back, d_x_of(record), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(sum(terms(record, 0, 0)), d_x_of(record), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", scenario_names())
def test_that_the_paths_add_up_to_the_gradient_in_every_shipped_scenario(name):
    session = Session(load(scenario_path(name)))
    for batch in range(min(4, session.scenario.batches)):
        record = session.runs["with"].record(batch)
        for layer, plan in enumerate(record.plan.layers):
            for unit in range(plan.n_out if plan.placement != "none" else 0):
                found = np.stack(terms(record, layer, unit))
                size = np.abs(found).max()
                d_x = d_x_of(record, layer, unit)
                np.testing.assert_allclose(found.sum(axis=0), d_x, rtol=0, atol=1e-14 * size)


# -- identities ----------------------------------------------------------------------
NUMBERS = st.floats(-100, 100).filter(lambda v: v == 0 or abs(v) > 1e-3)
BATCHES = st.integers(2, 8).flatmap(
    lambda m: st.tuples(*(st.lists(NUMBERS, min_size=m, max_size=m) for _ in range(2)))
)


@given(BATCHES, st.sampled_from(BATCH), st.floats(-3, 3))
def test_that_gradients_add_up_as_theory_says(batch, dialect, gamma):
    values, d_y = batch
    record = record_of(values, dialect, d_y=d_y, gamma=gamma)
    found, size = sums(record, 0, 0), np.abs(np.stack(terms(record, 0, 0))).sum()
    # x-hat is as exact as the values beside their deviation
    rounding = 1e-13 * (1 + np.abs(values).max() / max(record.view(0, "std")[0], 1e-300))
    assert abs(found.d_x) <= rounding * size
    assert abs(found.d_x_x_hat - found.d_x_x_hat_theory) <= 3 * rounding * size


def test_that_the_rows_of_the_jacobian_add_up_to_0_and_it_is_symmetric():
    found = jacobian(record_of(np.random.RandomState(0).standard_normal(9)), 0, 0)
    np.testing.assert_allclose(found.sum(axis=1), 0, atol=1e-15)
    np.testing.assert_allclose(found, found.T, rtol=1e-14)


@pytest.mark.parametrize("dialect", ["pytorch", "keras"])
def test_that_what_is_left_is_epsilon_over_the_variance_with_epsilon(dialect):
    record = record_of(THREE, dialect)
    eps, var = DIALECTS[dialect].eps, record.view(0, "var")[0]
    assert sums(record, 0, 0).left == pytest.approx(eps / (var + eps), rel=1e-14)


# -- hazards -------------------------------------------------------------------------
@pytest.mark.parametrize("dialect", BATCH)
def test_that_one_sample_alone_passes_nothing_back(dialect):
    record = record_of([5.0], dialect)
    assert not jacobian(record, 0, 0).any()
    assert not d_x_of(record).any()
    assert abs(sum(terms(record, 0, 0))).max() == 0


def test_that_two_samples_pass_almost_nothing_back():
    record = record_of([4.0, 7.0])
    assert np.abs(jacobian(record, 0, 0)).max() == pytest.approx(1.5e-6, rel=0.03)
    np.testing.assert_allclose(jacobian(record, 0, 0), differences(np.array([4.0, 7.0])), atol=1e-9)


@pytest.mark.parametrize("dialect", BATCH)
@pytest.mark.parametrize("value", [5.0, 0.1])
def test_that_equal_samples_are_treated_as_the_engine_treats_them(dialect, value):
    record = record_of([value] * 3, dialect)
    found = np.stack(terms(record, 0, 0))
    np.testing.assert_allclose(found.sum(axis=0), d_x_of(record), rtol=1e-12, atol=1e-13)
    if dialect == "plain":
        assert not found.any()
        assert not jacobian(record, 0, 0).any()
        assert sums(record, 0, 0).left == 0.0


@pytest.mark.parametrize("dialect", BATCH)
@pytest.mark.parametrize("size", [1e150, 1e250, 1e300])
def test_that_huge_values_keep_the_paths(dialect, size):
    record = record_of([4 * size, 7 * size, 5 * size], dialect)
    found = np.stack(terms(record, 0, 0))
    assert np.isfinite(found).all()
    bound = 1e-13 * np.abs(found).max()
    np.testing.assert_allclose(found.sum(axis=0), d_x_of(record), rtol=0, atol=bound)
    calm = jacobian(record_of(THREE, "plain"), 0, 0)
    np.testing.assert_allclose(jacobian(record, 0, 0) * size, calm, rtol=1e-9)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_that_what_is_not_finite_raises_nothing(value):
    record = record_of([4.0, value, 5.0])
    assert np.isnan(jacobian(record, 0, 0)).all()
    assert np.isnan(np.stack(terms(record, 0, 0))[2]).all()
    assert np.isnan(sums(record, 0, 0).d_x)
    assert np.isnan(largest_in_blocks(record, 0, 0, 2)).all()


# -- blocks --------------------------------------------------------------------------
@pytest.mark.parametrize("m", [1, 2, 5, 12, 31])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("settings", [{}, {"dialect": "article"}, {"frozen": True}])
def test_that_blocks_hold_the_number_that_is_largest_in_size(m, size, settings):
    record = record_of(np.random.RandomState(m).standard_normal(m), **settings)
    whole, found = jacobian(record, 0, 0), largest_in_blocks(record, 0, 0, size)
    n = -(-m // size)
    assert found.shape == (n, n)
    for i, j in np.ndindex(n, n):
        block = whole[i * size : (i + 1) * size, j * size : (j + 1) * size]
        assert abs(found[i, j]) == np.abs(block).max()
        assert found[i, j] in block


# -- refusals ------------------------------------------------------------------------
@pytest.mark.parametrize("function", [terms, jacobian, sums])
@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (LayerPlan(2, 2, "relu", "none"), "layer 0 has no normalization"),
        (LayerPlan(2, 2, "relu", "before", DIALECTS["layernorm"]), "over its neurons"),
    ],
)
def test_that_a_layer_without_a_batch_is_refused(function, layer, message):
    network = Network(Plan((layer,), 3, "mse", "none", 0.1))
    record = BatchRecord(0, network.arena, network.layout, network.plan, np.arange(3))
    with pytest.raises(ValueError, match=message):
        function(record, 0, 0)


# -- PyTorch -------------------------------------------------------------------------
@pytest.mark.parametrize("m", [2, 3, 5, 32])
def test_that_pytorch_finds_the_same_jacobian(m):
    torch = pytest.importorskip("torch")
    values = np.random.RandomState(m).standard_normal(m) * 4 - 1
    norm = torch.nn.BatchNorm1d(1, dtype=torch.float64).train()
    found = torch.autograd.functional.jacobian(
        lambda x: norm(x[:, None])[:, 0], torch.tensor(values)
    )
    np.testing.assert_allclose(jacobian(record_of(values), 0, 0), found.numpy(), atol=1e-13)
