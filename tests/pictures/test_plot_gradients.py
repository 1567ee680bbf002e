"""Gradient norms of both lanes, layer by layer."""

import msgspec
import numpy as np
import pytest

from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.look import Look
from bnsim.pictures.palette import LIGHT
from bnsim.pictures.plot_gradients import gradients_plot, known_norms
from bnsim.sim.operation import Phase
from bnsim.sim.session import Session
from bnsim.sim.spec import Override
from tests.scenarios import small


def session_of(scenario, phase=None, layer=None):
    session = Session(load(scenario_path(scenario)) if isinstance(scenario, str) else scenario)
    session.seek(session.schedule.n if phase is None else session.schedule.find(phase, layer, None))
    return session


def plot_of(session):
    return gradients_plot(session.frames(), Look(LIGHT))


def lines_of(plot):
    return [curve for curve in plot.panels[0].curves if curve.line]


def values_of(curve):
    """The values in the tips of a curve, as they are printed."""
    return [float(tip.rsplit(" ", 1)[1]) for tip in curve.tips]


@pytest.mark.parametrize("name", scenario_names())
def test_that_every_moment_of_every_scenario_is_finite_and_holds_nothing_of_the_future(name):
    session = session_of(name)
    for t in range(session.schedule.n + 1):
        session.seek(t)
        plot = plot_of(session)
        known = sum(
            f.gradient_known(i) for f in session.frames().values() for i in range(f.n_layers)
        )
        assert sum(curve.x.size for curve in plot.panels[0].curves) == known
        for curve in plot.panels[0].curves:
            assert np.isfinite(curve.x).all()
            assert np.isfinite(curve.y).all()


def test_that_points_are_the_norms_of_the_weights_gradients():
    session = session_of("cascade")
    for lane, curve in zip(("without", "with"), lines_of(plot_of(session)), strict=True):
        record = session.frame(lane).record
        norms = [np.sqrt((record.view(i, "d_W") ** 2).sum()) for i in range(4)]
        np.testing.assert_allclose(values_of(curve), norms, rtol=1e-14)
        np.testing.assert_array_equal(curve.x, [1, 2, 3, 4])


def test_that_the_lanes_differ_in_form():
    without, with_bn = lines_of(plot_of(session_of("cascade")))
    assert (without.color, without.dashed, without.symbol) == (LIGHT.raw, True, "ring")
    assert (with_bn.color, with_bn.dashed, with_bn.symbol) == (LIGHT.normalized, False, "disc")


def test_that_only_layers_that_the_backward_pass_reached_have_points():
    plot = plot_of(session_of("cascade", Phase.BACKWARD, 2))
    assert [list(curve.x) for curve in lines_of(plot)] == [[3, 4], [3, 4]]


def test_that_it_says_when_gradients_come():
    plot = plot_of(session_of("cascade", Phase.LOSS))
    assert plot.conclusion == "The gradients come after the loss, from the last layer back."
    assert not plot.panels[0].curves


def test_that_the_conclusion_divides_out():
    conclusion = plot_of(session_of("cascade", None)).conclusion
    assert conclusion.startswith("Largest / smallest: without BN ")
    for part in conclusion.removesuffix(".").split(": ")[1].split(", "):
        quotient, result = part.split("BN ")[1].split(" = ")
        high, low = map(float, quotient.split(" / "))
        assert high / low == pytest.approx(float(result), rel=0.01)


def test_that_one_known_layer_compares_nothing():
    assert plot_of(session_of("cascade", Phase.BACKWARD, 3)).conclusion == ""


def test_that_the_axis_is_logarithmic_where_norms_span_much():
    assert "log axis" in plot_of(session_of("article")).subtitle
    calm = plot_of(session_of(small((4, 2), activation="tanh", seed=3)))
    norms = np.concatenate([values_of(curve) for curve in lines_of(calm)])
    assert ("log axis" in calm.subtitle) is bool(norms.max() > 20 * norms.min())


def test_that_zeros_on_a_log_axis_are_arrows_and_are_named():
    session = session_of("cascade")
    session.seek(3 * session.schedule.n)
    plot = plot_of(session)
    (arrows,) = [c for c in plot.panels[0].curves if c.symbol == "arrow_down"]
    assert list(arrows.x) == [1, 2, 3]
    assert all(tip.endswith(" 0.0") for tip in arrows.tips)
    assert " and 0," in plot.conclusion


@pytest.mark.parametrize("value", [1e80, 1e155, 1e200, 1e300])
def test_that_huge_gradients_are_drawn_or_told(value):
    huge = [Override(layer=0, value=value, weight=(i, 0)) for i in range(3)]
    session = session_of(small((4, 2), overrides=huge))
    plot, norms = plot_of(session), known_norms(session.frame("without"))
    assert all(np.isfinite(c.y).all() for c in plot.panels[0].curves)
    assert bool(plot.warning) is not np.isfinite(norms).all()


def test_that_a_norm_whose_squares_overflow_is_exact():
    scenario = small((4, 2), placements=("", ""), activation="identity", loss="mse")
    big = np.full((9, 2), 1e200).tolist()
    data = msgspec.structs.replace(scenario.data, targets=big)
    session = session_of(msgspec.structs.replace(scenario, data=data))
    d_w = session.frame("with").record.view(1, "d_W")
    expected = np.linalg.norm(d_w / 1e200) * 1e200
    assert known_norms(session.frame("with"))[1] == pytest.approx(expected, rel=1e-14)


def test_that_many_layers_are_numbered():
    sizes = (2,) * 16
    session = session_of(small(sizes, placements=("before",) * 15 + ("",)))
    axis = plot_of(session).panels[0].x
    assert axis.label == "layer"
    assert len(axis.ticks) <= 12
