import math
import re
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from bnsim.engine.activations import ACTIVATIONS
from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.captions import caption
from bnsim.pictures.cards import card
from bnsim.pictures.graph import Look, graph_picture, layout_of
from bnsim.pictures.legend import legend_picture
from bnsim.pictures.palette import DARK, LIGHT, THEMES, contrast, text_on, value_color
from bnsim.pictures.plots import PLOTS
from bnsim.pictures.scales import line_width
from bnsim.pictures.status import lane_status
from bnsim.pictures.sums import neuron_sum
from bnsim.pictures.timeline import timeline_picture
from bnsim.pictures.types import Box, Circle, Strokes, Text
from bnsim.pictures.words import number
from bnsim.sim.operation import Phase
from bnsim.sim.session import Session
from bnsim.sim.spec import BatchNorm
from tests.scenarios import small

SIZE = (780.0, 320.0)


def session_of(name: str) -> Session:
    return Session(load(scenario_path(name)))


def words(session: Session, lane: str = "with") -> list[str]:
    picture = graph_picture(session.frame(lane), Look(LIGHT), *SIZE)
    return [shape.text for shape in picture.shapes if isinstance(shape, Text)]


def go(session: Session, phase: Phase, layer: int | None = None, sample: int | None = None) -> None:
    session.seek(session.schedule.find(phase, layer, sample))


@pytest.fixture
def article() -> Session:
    return session_of("article")


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
@pytest.mark.parametrize("name", scenario_names())
def test_that_every_moment_of_every_scenario_is_drawn_inside_its_picture(name: str, theme) -> None:
    session = session_of(name)
    for t in range(session.schedule.n + 1):
        session.seek(t)
        for lane, frame in session.frames().items():
            picture = graph_picture(frame, Look(theme), *SIZE)
            for shape in picture.shapes:
                if isinstance(shape, Circle | Text | Box):
                    assert -1 <= shape.x <= SIZE[0] + 1, (t, lane, shape)
                    assert -1 <= shape.y <= SIZE[1] + 1, (t, lane, shape)
                if isinstance(shape, Strokes):
                    assert np.isfinite(shape.lines).all()


def test_that_positions_do_not_move_between_steps(article: Session) -> None:
    def places() -> list[tuple[float, float]]:
        layout = layout_of(article.frame("with"), *SIZE)
        return [(c.x, float(y)) for c in (layout.inputs, *layout.neurons) for y in c.y]

    first = places()
    for t in range(article.schedule.n):
        article.seek(t)
        assert places() == first


def test_that_the_outlier_weight_is_red_with_its_badge(article: Session) -> None:
    article.seek(1)
    picture = graph_picture(article.frame("with"), Look(LIGHT), *SIZE)
    red = [s for s in picture.shapes if isinstance(s, Strokes) and s.color == LIGHT.outlier]
    assert len(red) == 1
    assert red[0].lines.shape == (1, 4)
    assert "w = 15" in words(article)


def test_that_the_neuron_it_feeds_is_yellow_with_a_red_ring(article: Session) -> None:
    article.seek(2)
    for lane, wanted in (("without", 3), ("with", 1)):
        picture = graph_picture(article.frame(lane), Look(LIGHT), *SIZE)
        yellow = [s for s in picture.shapes if isinstance(s, Circle) and s.fill == LIGHT.flagged]
        assert len(yellow) == wanted
        assert {s.line for s in yellow} == {LIGHT.outlier}


def test_that_a_waiting_sample_says_for_whom(article: Session) -> None:
    go(article, Phase.ARRIVE, 0, 0)
    assert "waiting for samples 2 and 3: the mean needs all three" in words(article)
    go(article, Phase.ARRIVE, 0, 1)
    assert "waiting for sample 3: the mean needs all three" in words(article)
    assert "…" in words(article)


def test_that_a_full_tray_shows_raw_above_normalized(article: Session) -> None:
    go(article, Phase.NORMALIZE, 0)
    found = words(article)
    for text in ("88.7", "55.5", "57.8", "+1.41", "−0.78", "−0.63"):
        assert text in found


def test_that_before_the_tray_is_full_no_normalized_number_is_drawn(article: Session) -> None:
    go(article, Phase.VARIANCE, 0)
    assert not [text for text in words(article) if text.startswith("+")]


def test_that_backward_shows_gradients_and_says_so(article: Session) -> None:
    go(article, Phase.BACKWARD, 1)
    record = article.frame("without").record
    largest = record.view(1, "d_W").flat[np.abs(record.view(1, "d_W")).argmax()]
    assert f"∂L/∂w = −{abs(largest):.0f}" in words(article, "without")
    assert "gradients" in lane_status(article.frame("without"))


def test_that_what_the_operation_does_not_touch_is_dimmed(article: Session) -> None:
    go(article, Phase.LEAVE, 0, 0)
    go_on = article.frame("with")
    dimmed = [s for s in graph_picture(go_on, Look(LIGHT), *SIZE).shapes if isinstance(s, Strokes)]
    assert LIGHT.outlier not in {s.color for s in dimmed}
    go(article, Phase.FORWARD, 0, 0)
    lit = graph_picture(article.frame("with"), Look(LIGHT), *SIZE).shapes
    assert LIGHT.outlier in {s.color for s in lit if isinstance(s, Strokes)}


@pytest.mark.parametrize("units", [1, 2, 8, 32, 64])
@pytest.mark.parametrize("m", [2, 16, 64])
def test_that_any_size_of_network_keeps_its_columns_apart(units: int, m: int) -> None:
    session = Session(small((units, units, 2), ("before", "after", ""), m, 128))
    session.seek(session.schedule.n - 6)
    for width in (420.0, 780.0, 1400.0):
        layout = layout_of(session.frame("with"), width, 300.0)
        lefts = [layout.inputs.x, *(c.x for c in layout.neurons)]
        assert lefts == sorted(lefts)
        assert all(layout.out_x(i) < layout.neurons[i + 1].x for i in range(2))
        assert layout.out_x(2) < width
        assert np.diff(layout.neurons[0].y).min(initial=99) > 2 * layout.neurons[0].radius * 0.85


def test_that_weights_of_1_5_and_15_have_three_widths() -> None:
    widths = [line_width(w) for w in (0.2, 1.0, 5.0, 15.0)]
    assert all(b - a > 0.8 for a, b in pairwise(widths))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_that_numbers_read_on_every_fill(theme) -> None:
    for value in np.linspace(-20, 20, 81):
        fill = value_color(theme, float(value), 20.0)
        assert contrast(text_on(theme, fill), fill) >= 4.4


@pytest.mark.parametrize("name", scenario_names())
def test_that_every_moment_has_a_caption_cards_plots_and_a_timeline(name: str) -> None:
    session = session_of(name)
    for t in range(2 * session.schedule.n + 1):
        session.seek(t)
        frames = session.frames()
        assert 20 < len(caption(frames, (0, 0))) < 260
        assert caption(frames, (0, 0), ("without",))
        for frame in frames.values():
            picture = graph_picture(frame, Look(LIGHT), *SIZE)
            keys = {mark.key for mark in picture.marks} | set(picture.lines.keys)
            assert all(card(frame, key) for key in keys)
        for plot in PLOTS:
            drawn = plot.draw(frames, Look(LIGHT))
            points = [c for p in drawn.panels for c in p.curves]
            assert all(np.isfinite(c.x).all() and np.isfinite(c.y).all() for c in points)
        timeline_picture(session.schedule, session.t, session.scenario.batches, LIGHT, 780.0)
        legend_picture(frames["with"], LIGHT, 780.0)


def test_that_plots_show_no_future(article: Session) -> None:
    go(article, Phase.ARRIVE, 0, 1)
    samples = PLOTS[0].draw(article.frames(), Look(LIGHT)).panels[0]
    assert [c.x.tolist() for c in samples.curves] == [[1.0, 2.0]]
    loss = PLOTS[2].draw(article.frames(), Look(LIGHT)).panels[0]
    assert not loss.curves
    article.seek(article.schedule.n)
    loss = PLOTS[2].draw(article.frames(), Look(LIGHT)).panels[0]
    assert [c.x.tolist() for c in loss.curves] == [[1.0], [1.0]]


def test_that_points_lying_on_each_other_are_spread() -> None:
    session = session_of("article")
    session.seek(session.schedule.n)
    normalized = PLOTS[1].draw(session.frames(), Look(LIGHT)).panels[1]
    second = next(c for c in normalized.curves if set(np.round(c.y)) == {-1.0})
    assert second.x[1] == second.x[2]
    assert second.y[1] != second.y[2]
    assert second.labels == ("1", "2", "3")


def test_that_an_exploding_run_is_drawn_with_finite_axes_and_says_so() -> None:
    exploding = msgspec.structs.replace(
        small((4, 4, 4, 2), ("",) * 4, activation="identity"), optimizer=sgd(1e6)
    )
    session = Session(exploding)
    for batch in range(12):
        session.seek((batch + 1) * session.schedule.n)
        for plot in PLOTS:
            drawn = plot.draw(session.frames(), Look(LIGHT))
            for panel in drawn.panels:
                assert np.isfinite([panel.x.low, panel.x.high, panel.y.low, panel.y.high]).all()
        graph_picture(session.frame("without"), Look(LIGHT), *SIZE)
        assert caption(session.frames(), (0, 0))
    assert PLOTS[2].draw(session.frames(), Look(LIGHT)).warning


def sgd(rate: float):
    return msgspec.structs.replace(small().optimizer, rate=rate)


@pytest.mark.parametrize("optimizer", ["momentum", "adam", "sgd"])
@pytest.mark.parametrize("dialect", ["keras", "layernorm", "plain", "article"])
@pytest.mark.parametrize("activation", ["leaky_relu", "elu"])
def test_that_every_row_of_the_engine_is_drawn_and_told(optimizer, dialect, activation) -> None:
    plain = small((4, 3, 2), ("before", "after", ""), activation=activation)
    layers = [
        msgspec.structs.replace(x, batch_norm=x.batch_norm and norm(x.batch_norm, dialect))
        for x in plain.layers
    ]
    rule = msgspec.structs.replace(plain.optimizer, name=optimizer)
    session = Session(msgspec.structs.replace(plain, layers=layers, optimizer=rule))
    for t in range(session.schedule.n + 1):
        session.seek(t)
        assert caption(session.frames(), (0, 0))
        for frame in session.frames().values():
            picture = graph_picture(frame, Look(LIGHT), *SIZE)
            assert all(card(frame, mark.key) for mark in picture.marks)
        for plot in PLOTS:
            plot.draw(session.frames(), Look(LIGHT))


def norm(old: BatchNorm, dialect: str) -> BatchNorm:
    return msgspec.structs.replace(old, dialect=dialect)


def test_that_a_card_gives_the_rules_numbers_only_when_all_samples_are_there(article) -> None:
    article.seek(1)
    assert "rms over the batch" not in card(article.frame("with"), ("neuron", 0, 0))
    go(article, Phase.ARRIVE, 0, 2)
    assert "69.0 > 4 × 6.16" in card(article.frame("with"), ("neuron", 0, 0))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "elu", "leaky_relu"])
def test_that_a_printed_activation_recomputes_from_its_printed_sum(activation: str) -> None:
    session = Session(small((6, 2), ("after", ""), activation=activation))
    session.seek(session.schedule.n)
    frame = session.frame("with")
    for sample in range(3):
        for unit in range(6):
            text = neuron_sum(frame, 0, sample, unit)
            if f"{activation}(" in text:
                z = float(text.split(" = ")[-2].rstrip(")").replace("−", "-"))
                a = text.split(" = ")[-1]
                assert number(float(ACTIVATIONS[activation].f(np.array([z]))[0])) == a, text


def test_that_the_update_names_a_weight_that_moves() -> None:
    session = session_of("cascade")
    session.seek(session.schedule.n)
    text = caption(session.frames(), (0, 0))
    before, after = text.split(" + ")[-1].split(" = ")
    assert before != after.split(" ")[0]


def test_that_the_legend_keeps_its_height_in_both_directions(article) -> None:
    heights = set()
    for t in range(article.schedule.n + 1):
        article.seek(t)
        heights.add(legend_picture(article.frame("with"), LIGHT, 766.0).height)
    assert len(heights) == 1


@pytest.mark.parametrize("kind", ["tanh", "sigmoid"])
def test_that_a_card_behind_a_tray_recomputes(kind: str) -> None:
    f = {"tanh": math.tanh, "sigmoid": lambda y: 1 / (1 + math.exp(-y))}[kind]
    session = Session(small(placements=("before", ""), activation=kind))
    for t in range(session.schedule.n):
        session.seek(t)
        frame = session.frame("with")
        for unit in range(4):
            for y, a in re.findall(r"\((\S+)\) = (\S+)", card(frame, ("behind", 0, unit))):
                value = float(y.replace("−", "-").replace("+", ""))
                assert number(f(value)) == a, (y, a)
