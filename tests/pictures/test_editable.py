"""What can be set by hand, what it is called, and how far a notch goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.editable import editables, notch, nudged
from bnsim.pictures.quantity import Quantity, is_lit, marks_of
from bnsim.sim.session import Session
from tests.scenarios import small


@pytest.fixture
def session() -> Session:
    made = Session(load(scenario_path("article")))
    made.seek(4)
    return made


def names(session: Session, key, lane="with") -> list[str]:
    return [found.name for found in editables(session.frame(lane), key)]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (("weight", 0, 2, 1), ["w(x₃→h₂)"]),
        (("weight", 1, 0, 1), ["w(h₁→o₂)"]),
        (("input", 0), ["x₁ of sample 2"]),
        (("target", 1), ["target o₂ of sample 2"]),
        (("neuron", 1, 0), ["bias of o₁"]),
        (("norm", 0, 3), ["γ of h₄", "β of h₄"]),
        (("gamma", 0, 3), ["γ of h₄"]),
        (Quantity("W", 0, -1, 1, 2), ["w(x₃→h₂)"]),
        (Quantity("b", 0, -1, 1), ["bias of h₂"]),
        (Quantity("x", 0, 2, 1), ["x₂ of sample 3"]),
        (Quantity("targets", -1, 0, 1), ["target o₂ of sample 1"]),
        (Quantity("beta", 0, -1, 1), ["β of h₂"]),
        (Quantity("x_hat", 0, 0, 1), []),
        (Quantity("x", 1, 0, 1), []),
        (("slot", 0, 0, 0), []),
        (None, []),
    ],
)
def test_that_what_is_given_can_be_set_and_what_is_computed_cannot(session, key, expected) -> None:
    assert names(session, key) == expected


def test_that_the_number_is_the_one_of_the_lane_that_was_pointed_at() -> None:
    session = Session(small())
    session.seek(6 * session.schedule.n + 2)
    for lane in ("without", "with"):
        frame = session.frame(lane)
        (found,) = editables(frame, ("weight", 0, 1, 1))
        assert found.value == frame.record.view(0, "W")[1, 1]
        assert found.edit.batch == 6


def test_that_without_normalization_there_is_no_gamma(session) -> None:
    assert names(session, ("norm", 0, 0), "without") == []


def test_that_an_edit_of_gamma_in_a_locked_lane_without_it_goes_to_both(session) -> None:
    (gamma, _) = editables(session.frame("with"), ("norm", 0, 0), "without")
    assert gamma.edit.lane == "both"
    (weight,) = editables(session.frame("with"), ("weight", 0, 0, 0), "without")
    assert weight.edit.lane == "without"


@pytest.mark.parametrize(
    ("value", "size"),
    [(15.0, 1), (6.0, 0.1), (0.67, 0.01), (0.0, 0.01), (-230.0, 10), (1e200, 1e199)],
)
def test_that_a_notch_is_a_tenth_of_the_leading_digit(value, size) -> None:
    assert float(notch(value)) == pytest.approx(size)
    assert nudged(value, 1, value) == pytest.approx(value + size)


@given(st.decimals(-(10**6), 10**6, places=6).map(float), st.integers(-60, 60))
def test_that_as_many_notches_back_lead_to_the_same_number(value, notches) -> None:
    assert nudged(nudged(value, notches, value), -notches, value) == value


def test_that_what_is_not_finite_stays(session) -> None:
    assert nudged(float("inf"), 3, float("inf")) == float("inf")
    assert nudged(1e300, 90, 1e300) <= 1e300


# -- what stands for the same number --------------------------------------------------------
@pytest.mark.parametrize(
    ("quantity", "marks"),
    [
        (Quantity("x", 0, 1, 2), {("input", 2)}),
        (Quantity("x", 1, 1, 2), {("neuron", 0, 2)}),
        (Quantity("W", 0, -1, 1, 2), {("weight", 0, 2, 1)}),
        (Quantity("mean", 0, -1, 3), {("norm", 0, 3)}),
        (Quantity("a", 0, 1, 3), {("neuron", 0, 3), ("slot", 0, 3, 1)}),
        (Quantity("x_hat", 0, 1, 3), {("slot", 0, 3, 1)}),
        (Quantity("d_W", 0, -1, 1, 2), {("weight", 0, 2, 1)}),
        (Quantity("z", 1, 0, 1), {("neuron", 1, 1)}),
        (("raw", 0, 1, 2), {("raw", 0, 1, 2), ("slot", 0, 1, 2)}),
        (("gamma", 0, 1), {("gamma", 0, 1), ("norm", 0, 1)}),
    ],
)
def test_that_a_number_has_its_marks_in_the_graph(session, quantity, marks) -> None:
    assert marks_of(session.frame("with"), quantity) == marks


def test_that_behind_a_tray_the_output_is_the_circle_behind_it() -> None:
    session = Session(load(scenario_path("article-before")))
    session.seek(4)
    frame = session.frame("with")
    assert marks_of(frame, Quantity("a", 0, 0, 1)) == {("behind", 0, 1)}
    assert marks_of(frame, Quantity("x", 1, 0, 1)) == {("behind", 0, 1)}
    assert marks_of(frame, Quantity("z", 0, 0, 1)) == {("neuron", 0, 1), ("slot", 0, 1, 0)}


def test_that_a_ball_lights_its_slot_and_nothing_else(session) -> None:
    frame = session.frame("with")
    assert is_lit(frame, ("raw", 0, 1, 2), ("slot", 0, 1, 2))
    assert is_lit(frame, ("slot", 0, 1, 2), Quantity("x_hat", 0, 2, 1))
    assert not is_lit(frame, ("slot", 0, 1, 2), Quantity("x_hat", 0, 1, 1))
    assert not is_lit(frame, None, ("slot", 0, 1, 2))
