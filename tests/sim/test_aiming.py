"""A dragged value is one that the network computes, from another input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnsim.engine.network import Network
from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.sim.aiming import _answer, _strongest, aimed
from bnsim.sim.errors import InputError
from bnsim.sim.session import Session
from tests.scenarios import small


def raw(session: Session, layer: int, unit: int, sample: int) -> float:
    frame = session.frame("with")
    return float(frame.record.view(layer, frame.raw_name(layer))[sample, unit])


def drag(session: Session, layer: int, unit: int, sample: int, wanted: float) -> float:
    record = session.frame("with").record
    session.edit([aimed(record, layer, unit, sample, wanted)])
    return raw(session, layer, unit, sample)


def test_that_a_ball_of_the_article_is_dragged_by_the_input_with_the_weight_of_15() -> None:
    session = Session(load(scenario_path("article")))
    session.seek(9)
    assert drag(session, 0, 0, 0, 60.0) == pytest.approx(60.0, rel=1e-12)
    edit = session.scenario.edits[0]
    assert edit.input == (0, 0)
    assert edit.value == pytest.approx(6.0 - (88.71463846872999 - 60.0) / 15.0)


def test_that_three_numbers_become_others_exactly() -> None:
    session = Session(load(scenario_path("three-numbers")))
    session.seek(3)
    assert drag(session, 0, 0, 2, 50.0) == 50.0
    assert session.frame("with").record.view(0, "x")[:, 0].tolist() == [4.0, 7.0, 50.0]


@given(
    placement=st.sampled_from(["before", "after"]),
    activation=st.sampled_from(["relu", "leaky_relu", "elu", "tanh", "sigmoid", "identity"]),
    unit=st.integers(0, 3),
    sample=st.integers(0, 2),
    share=st.floats(0.05, 0.95),
)
def test_that_any_neuron_of_the_first_layer_gives_what_is_wanted(
    placement, activation, unit, sample, share
) -> None:
    session = Session(small(placements=(placement, ""), activation=activation))
    wanted = share if placement == "after" else 20 * share - 10
    assert drag(session, 0, unit, sample, wanted) == pytest.approx(wanted, rel=1e-6, abs=1e-6)


def test_that_a_neuron_behind_a_tray_is_dragged_through_the_whole_network() -> None:
    session = Session(
        small(sizes=(4, 3, 2), placements=("before", "before", ""), activation="tanh")
    )
    now = raw(session, 1, 0, 1)
    assert drag(session, 1, 0, 1, now + 0.05) == pytest.approx(now + 0.05, abs=1e-8)


def test_that_what_cannot_be_reached_is_refused() -> None:
    session = Session(small(placements=("after", ""), activation="tanh"))
    record = session.frame("with").record
    with pytest.raises(InputError, match="stays below 1"):
        aimed(record, 0, 0, 0, 1.5)
    with pytest.raises(InputError, match="stays above -1"):
        aimed(record, 0, 0, 0, -1.5)
    session = Session(small(sizes=(4, 3, 2), placements=("before", "before", "")))
    with pytest.raises(InputError):
        aimed(session.frame("with").record, 1, 0, 0, 1e290)


def test_that_a_relu_dragged_below_zero_stays_at_zero() -> None:
    session = Session(load(scenario_path("article")))
    assert drag(session, 0, 0, 0, -3.0) == 0.0
    session = Session(load(scenario_path("article")))
    dead = raw(session, 0, 1, 1)
    assert dead == 0.0
    assert drag(session, 0, 1, 1, 2.5) == pytest.approx(2.5)


@pytest.mark.parametrize("away", [0.3, -0.3])
def test_that_what_is_refused_behind_a_tray_is_not_there(away: float) -> None:
    """A scan of the same input finds no crossing where the search found none."""
    scenario = small(sizes=(4, 3, 2), placements=("before", "before", ""), activation="leaky_relu")
    record = Session(scenario).frame("with").record
    network = Network(record.plan)
    network.arena[:] = record.arena
    z, refused = network.view(1, "z"), 0
    for sample, unit in np.ndindex(*z.shape):
        goal = float(record.view(1, "z")[sample, unit]) + away
        try:
            aimed(record, 1, unit, sample, goal)
        except InputError:
            refused += 1
            feature, _ = _strongest(network, z, 1, unit, sample)
            answer, now = _answer(network, z, sample, unit, feature)
            found = np.array([answer(v) for v in np.linspace(now - 50, now + 50, 2001)]) - goal
            answer(now)
            assert (found < 0).all() or (found > 0).all()
    assert 0 < refused < z.size


@pytest.mark.parametrize("away", [0.3, -0.3])
def test_that_a_value_that_is_there_is_found_where_the_line_bends(away: float) -> None:
    scenario = small(sizes=(4, 3, 2), placements=("after", "after", ""), activation="leaky_relu")
    record = Session(scenario).frame("with").record
    network = Network(record.plan)
    network.arena[:] = record.arena
    a, x = network.view(1, "a"), network.view(0, "x")
    for sample, unit in np.ndindex(*a.shape):
        goal = float(record.view(1, "a")[sample, unit]) + away
        feature, _ = _strongest(network, network.view(1, "z"), 1, unit, sample)
        now, found = float(record.view(0, "x")[sample, feature]), []
        for x[sample, feature] in np.linspace(now - 50, now + 50, 501):
            network.forward()
            found.append(float(a[sample, unit]) - goal)
        x[sample, feature] = now
        network.forward()
        if min(found) < -1e-6 and max(found) > 1e-6:
            assert aimed(record, 1, unit, sample, goal).input is not None
