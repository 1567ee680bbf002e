import re

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bnsim.engine.dialects import DIALECTS
from bnsim.engine.running import update_running
from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.look import Look
from bnsim.pictures.palette import LIGHT
from bnsim.pictures.plot_running import Chase, chase, conclusion, running_plot
from bnsim.pictures.types import Curve, PlotPicture
from bnsim.sim.moment import parse_moment
from bnsim.sim.session import Session
from bnsim.sim.spec import Edit, Scenario
from tests.scenarios import small


def at(scenario: Scenario | str, moment: str) -> Session:
    scenario = load(scenario_path(scenario)) if isinstance(scenario, str) else scenario
    session = Session(scenario)
    session.seek(parse_moment(moment, session.schedule, scenario.batches))
    return session


def with_norm(name: str, **changes: object) -> Scenario:
    scenario = load(scenario_path(name))
    layers = [
        msgspec.structs.replace(
            layer, batch_norm=msgspec.structs.replace(layer.batch_norm, **changes)
        )
        if layer.batch_norm
        else layer
        for layer in scenario.layers
    ]
    return msgspec.structs.replace(scenario, layers=layers)


def drawn(session: Session, selected: tuple[int, int] = (0, 0)) -> PlotPicture:
    return running_plot(session.frames(), Look(LIGHT, selected))


def curves(picture: PlotPicture, panel: int) -> tuple[Curve | None, Curve | None]:
    """(running, of each batch) of a panel; None while there is nothing to draw."""
    found = {curve.color: curve for curve in picture.panels[panel].curves}
    return found.get(LIGHT.normalized), found.get(LIGHT.raw)


def told(curve: Curve | None) -> list[float]:
    """The values that the tips of a curve say in full."""
    tips = curve.tips if curve is not None else ()
    return [float(tip.split("\n")[1].replace("−", "-")) for tip in tips]


# -- values ------------------------------------------------------------------------------
@pytest.mark.parametrize("dialect", ["pytorch", "keras", "plain"])
@pytest.mark.parametrize("cumulative", [False, True])
def test_that_the_chase_is_that_of_the_engine(dialect: str, cumulative: bool) -> None:
    session = at(with_norm("cascade", dialect=dialect, cumulative=cumulative), "12:end")
    frame, layer, unit = session.frame("with"), 1, 2
    rule = frame.plan.layers[layer].dialect
    mean, var = np.zeros(1), np.ones(1)
    want_mean, want_var = [0.0], [1.0]
    batch_mean, batch_var = [], []
    for index in range(12):
        record = frame.run.record(index)
        values = record.view(layer, "z")[:, unit]
        update_running(
            mean, var, np.array([values.mean()]), np.array([values.var()]), 4, rule, index
        )
        want_mean.append(mean[0])
        want_var.append(var[0])
        batch_mean.append(values.mean())
        batch_var.append(values.var(ddof=1 if rule.unbiased else 0))
    picture = drawn(session, (layer, unit))
    for panel, running, batch in ((0, want_mean, batch_mean), (1, want_var, batch_var)):
        solid, dashed = curves(picture, panel)
        np.testing.assert_allclose(told(solid), running, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(told(dashed), batch, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(solid.y, running, rtol=1e-12, atol=1e-15)
        assert solid.x.tolist() == list(range(13))
        assert dashed.x.tolist() == list(range(1, 13))
        assert dashed.dashed
        assert not solid.dashed


def test_that_the_unbiased_variance_says_so_and_recomputes() -> None:
    picture = drawn(at("article", "2:end"))
    assert picture.panels[1].title == "unbiased variance"
    tip = curves(picture, 1)[1].tips[0]
    _, value, rule = tip.split("\n")
    biased, m, below = (float(n) for n in re.findall(r"[\d.]+", rule))
    assert (m, below) == (3, 2)
    assert float(value) == pytest.approx(biased * m / below, rel=1e-15)
    picture = drawn(at(with_norm("article", dialect="keras"), "2:end"))
    assert picture.panels[1].title == "variance, symlog axis"
    assert picture.subtitle == "each batch: 1 % of the way"


@pytest.mark.parametrize("name", scenario_names())
def test_that_at_every_operation_only_what_is_known_is_shown(name: str) -> None:
    session = Session(load(scenario_path(name)))
    n = session.schedule.n
    for t in [*range(n + 1), *range(2 * n, min(3 * n, session.last) + 1)]:
        session.seek(t)
        frame = session.frame("with")
        for layer in range(frame.n_layers):
            if not (frame.has_tray(layer) and frame.plan.layers[layer].dialect.has_running):
                assert not any(panel.curves for panel in drawn(session, (layer, 0)).panels)
                continue
            for panel, statistic in enumerate(("mean", "var")):
                known = frame.cursor.batch + bool(frame.known_samples(layer, statistic).all())
                solid, dashed = curves(drawn(session, (layer, 0)), panel)
                assert len(told(solid)) == known + 1, (t, layer)
                assert len(told(dashed)) == known, (t, layer)


# -- words -------------------------------------------------------------------------------
WAY = re.compile(
    r"running mean (\S+) has come (\d+) % of the way from (\S+) to their average (\S+)\."
)


@pytest.mark.parametrize("name", ["article", "three-numbers", "cascade"])
def test_that_the_conclusion_follows_from_its_own_numbers_and_from_the_record(name: str) -> None:
    session = at(name, "1:end")
    batches = session.scenario.batches
    seen = 0
    for batch in range(1, min(batches, 90) + 1, 3):
        session.seek(batch * session.schedule.n)
        frame = session.frame("with")
        found = WAY.search(drawn(session).conclusion)
        if found is None:
            continue
        seen += 1
        now, percent, start, end = (float(v.replace("−", "-")) for v in found.groups())
        assert round(100 * (now - start) / (end - start)) == percent
        first = max(0, batch - 60)
        means = [frame.run.record(i).view(0, "mean")[0] for i in range(first, batch)]
        assert end == pytest.approx(np.mean(means), abs=0.005)
        assert now == pytest.approx(frame.record.view(0, "running_mean")[0], abs=0.005)
    assert seen


def test_that_the_share_of_a_still_mean_is_that_of_the_rate() -> None:
    scenario = small(sizes=(2, 2), batch_size=3, n_samples=3, order="given")
    scenario = msgspec.structs.replace(
        scenario, optimizer=msgspec.structs.replace(scenario.optimizer, name="none"), batches=8
    )
    conclusion = drawn(at(scenario, "8:end")).conclusion
    assert conclusion.startswith("After eight batches")
    assert f"has come {100 * (1 - 0.9**8):.0f} % of the way from 0" in conclusion


SIZE = st.floats(-1e3, 1e3).filter(lambda v: abs(v) > 1e-3)


@given(SIZE, SIZE, SIZE)
@example(1e-9, 0.02, 0.055)
def test_that_printed_percentages_are_those_of_the_printed_numbers(
    start: float, now: float, average: float
) -> None:
    found = WAY.search(
        conclusion(
            DIALECTS["pytorch"],
            Chase("mean", 0, np.array([average]), 1.0, np.array([now]), start),
        )
    )
    share = (now - start) / (average - start) if average != start else 0.0
    if found is None:
        assert not 0 < share < 1 or abs(average - start) < 1e-3
        return
    place, percent, low, high = (float(v.replace("−", "-")) for v in found.groups())
    assert round(100 * (place - low) / (high - low)) == percent == round(100 * share)


def test_that_a_plain_average_claims_no_way() -> None:
    picture = drawn(at(with_norm("article", cumulative=True), "4:end"))
    assert picture.subtitle == "the average of all batches"
    assert (
        picture.conclusion == "After batch 4 the running mean is 82.2; four batches average 82.2."
    )


def test_that_nothing_is_concluded_before_the_first_mean() -> None:
    assert drawn(at("article", "1:arrive:1:3")).conclusion == ""
    assert "After one batch" in drawn(at("article", "1:mean:1")).conclusion


@pytest.mark.parametrize(
    ("scenario", "selected", "word"),
    [
        ("article", (1, 0), "no batch normalization at the output"),
        ("cascade-calm", (0, 0), "no batch normalization at hidden 1"),
        ("article-as-printed", (0, 0), "This form of BN keeps none"),
        (with_norm("article", dialect="layernorm"), (0, 0), "Layer normalization keeps none"),
    ],
)
def test_that_a_layer_that_keeps_none_says_why(scenario, selected, word: str) -> None:
    picture = drawn(at(scenario, "1:end"), selected)
    assert word in " ".join(note.text for note in picture.panels[0].notes)
    assert word in picture.description
    assert picture.subtitle == "none in this layer"


def test_that_in_use_the_batch_at_the_cursor_is_not_counted() -> None:
    session = at("article", "3:end")
    session.infer(True)
    session.seek(3 * session.schedule.n)
    picture = drawn(session)
    assert picture.subtitle == "in use they stand still"
    assert len(told(curves(picture, 0)[0])) == 3


# -- extremes ----------------------------------------------------------------------------
def exploding() -> Scenario:
    """Batches 3 to 5 have an infinite variance."""
    return small(
        sizes=(4, 2),
        edits=[
            Edit(batch=2, layer=0, weight=(0, 0), value=1e300),
            Edit(batch=5, layer=0, weight=(0, 0), value=0.3),
        ],
    )


def test_that_a_batch_that_is_not_committed_leaves_a_gap_and_a_warning() -> None:
    picture = drawn(at(exploding(), "8:end"))
    solid, dashed = curves(picture, 0)
    assert dashed.x.tolist() == [1, 2, 6, 7, 8]
    assert solid.x.tolist() == [0, 1, 2, 6, 7, 8]
    assert solid.connect.tolist() == [True, True, False, True, True, False]
    assert picture.warning == "var is not finite in batch 3, layer 1, neuron 1"
    assert picture.subtitle == "3 batches left no trace"
    frame = at(exploding(), "8:end").frame("with")
    before, after = (told(solid)[i] for i in (2, 3))
    mean = frame.run.record(5).view(0, "mean")[0]
    assert after == pytest.approx(0.9 * before + 0.1 * mean, rel=1e-12)
    assert picture.conclusion.startswith("After five batches")


def test_that_the_fault_of_a_batch_is_not_told_before_it_is_known() -> None:
    assert drawn(at(exploding(), "3:mean:1")).warning == ""
    assert drawn(at(exploding(), "3:variance:1")).warning != ""


@pytest.mark.parametrize("value", [1e30, 1e155, 1e300])
def test_that_every_coordinate_is_finite(value: float) -> None:
    edits = [Edit(batch=1, layer=0, weight=(0, 0), value=value)]
    session = Session(small(sizes=(4, 3, 2), placements=("after", "before", ""), edits=edits))
    for t in range(4 * session.schedule.n):
        session.seek(t)
        for layer in range(3):
            for panel in drawn(session, (layer, 0)).panels:
                assert panel.x.low < panel.x.high
                assert panel.y.low < panel.y.high
                ends = [panel.y.low, panel.y.high, *(place for place, _ in panel.y.ticks)]
                assert np.isfinite(ends).all()
                for curve in panel.curves:
                    assert np.isfinite(curve.x).all()
                    assert np.isfinite(curve.y).all()
                    assert len(curve.x) == len(curve.y) == len(curve.tips) == len(curve.keys)


def test_that_the_last_60_batches_are_in_view_and_keep_their_numbers() -> None:
    picture = drawn(at("cascade", "200:end"), (1, 0))
    solid, dashed = curves(picture, 0)
    assert dashed.x.tolist() == list(range(141, 201))
    assert solid.tips[0].startswith("running mean after batch 140")
    frame = at("cascade", "200:end").frame("with")
    assert told(solid)[0] == frame.run.record(139).view(1, "running_mean")[0]
    assert chase(frame, 1, 0, "mean").first == 140


def test_that_a_large_network_shows_no_more_batches_than_its_cache_holds() -> None:
    scenario = small(sizes=(256, 2), batch_size=500, n_samples=1000)
    session = at(scenario, "12:mean:1")
    drawn(session)
    before = {index: session.runs["with"].record(index) for index in range(10, 12)}
    drawn(session)
    assert all(session.runs["with"].record(i) is record for i, record in before.items())
    assert len(curves(drawn(session), 0)[1].x) < 12
