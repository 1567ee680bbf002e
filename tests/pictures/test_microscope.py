import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.look import Look
from bnsim.pictures.microscope.balls import balls_of, crowds
from bnsim.pictures.microscope.drag import drag_limits, dragged_value, raw_limits
from bnsim.pictures.microscope.number_line import NumberLine, overhang, round_ends, scale_for, wider
from bnsim.pictures.microscope.picture import microscope_picture
from bnsim.pictures.microscope.rows import SIDE, is_handle, rows_of
from bnsim.pictures.microscope.words import nonfinite_words, wrapped
from bnsim.pictures.palette import LIGHT
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.scale import Scale
from bnsim.pictures.types import Arrow, Box, Circle, Picture, Strokes, Text
from bnsim.sim.frame import Frame
from bnsim.sim.moment import parse_moment
from bnsim.sim.operation import Phase
from bnsim.sim.session import Session, schedule_of
from bnsim.sim.spec import BatchNorm, Data, Layer, Scenario
from tests.scenarios import small

SIZE = (360.0, 300.0)


def session_of(name: str) -> Session:
    return Session(load(scenario_path(name)))


def neuron(values: list[float], **norm: object) -> Session:
    """One neuron that passes its inputs on to its tray; dialect and activation by name."""
    activation = norm.pop("activation", "identity")
    layer = Layer(
        units=1,
        activation=activation,
        batch_norm=BatchNorm(placement="after", **norm),
        weights=[[1.0]],
        bias=[0.0],
    )
    data = Data(x=[[v] for v in values], targets=[[0.5]] * len(values))
    return Session(
        Scenario(
            version=1, name="n", title="t", data=data, layers=[layer],
            batch_size=len(values), batches=1, loss="mse",
        )
    )  # fmt: skip


def at(session: Session, phase: Phase, layer: int = 0, sample: int | None = None) -> Session:
    session.seek(session.schedule.find(phase, layer, sample))
    return session


def forged(frames: dict[str, Frame], **arrays: object) -> dict[str, Frame]:
    """The same moment with other numbers of the first neuron in the lane with BN."""
    frame = frames["with"]
    record = replace(frame.record, arena=frame.record.arena.copy())
    for name, values in arrays.items():
        record.layout.view(record.arena, 0, name)[..., 0] = values
    return {**frames, "with": Frame(frame.run, frame.schedule, frame.cursor, record)}


def picture_of(session: Session, look: Look | None = None, size=SIZE) -> Picture:
    return microscope_picture(session.frames(), look or Look(LIGHT), *size)


def words(picture: Picture) -> str:
    return " | ".join(s.text for s in picture.shapes if isinstance(s, Text))


def marks(picture: Picture, kind: str) -> dict[int, tuple[float, float]]:
    return {m.key[3]: (m.x, m.y) for m in picture.marks if m.key[0] == kind}


def numbers_in(shape: object) -> np.ndarray:
    if isinstance(shape, Strokes):
        return shape.lines
    names = [n for n in ("x", "y", "width", "height", "radius", "size") if hasattr(shape, n)]
    return np.array([getattr(shape, n) for n in names])


def all_finite(picture: Picture) -> bool:
    return all(np.isfinite(numbers_in(shape)).all() for shape in picture.shapes)


def shown(picture: Picture) -> list[str]:
    with np.printoptions(threshold=100_000):
        return [repr(shape) for shape in picture.shapes] + [repr(m) for m in picture.marks]


def unknown_changed(frame: Frame) -> Frame:
    """The same frame with nonsense in place of every number that is not known yet."""
    record = replace(frame.record, arena=frame.record.arena.copy())
    rng = np.random.RandomState(0)
    for layer in range(frame.n_layers):
        for name in record.layout.names(layer):
            shared = layer > 0 and name in ("x", "d_x")  # the layer before calls it y or a
            if name in ("W", "b", "gamma", "beta", "running_mean", "running_var") or shared:
                continue
            view = record.layout.view(record.arena, layer, name)
            known = frame.known_samples(layer, name)
            rows = ~known if view.ndim == 2 and len(view) == frame.m else not known.all()
            fresh = rng.uniform(-50, 50, view.shape)
            view[...] = np.where(np.reshape(rows, (-1,) + (1,) * (view.ndim - 1)), fresh, view)
    return Frame(frame.run, frame.schedule, frame.cursor, record)


def moments(session: Session) -> Iterator[int]:
    for t in range(session.schedule.n + 1):
        session.seek(t)
        yield t


# -- truth ---------------------------------------------------------------------------------
@pytest.mark.parametrize("name", scenario_names())
def test_that_no_number_of_the_future_shows_at_any_operation(name: str) -> None:
    session = session_of(name)
    for t in moments(session):
        frames = session.frames()
        other = {lane: unknown_changed(frame) for lane, frame in frames.items()}
        for layer in range(frames["with"].n_layers):
            look = Look(LIGHT, (layer, 0))
            first, second = (microscope_picture(f, look, *SIZE) for f in (frames, other))
            assert shown(first) == shown(second), (t, layer)
            assert all_finite(first)


def test_that_every_ball_stands_on_its_value_with_its_number() -> None:
    session = at(session_of("article"), Phase.SCALE)
    picture, frames = picture_of(session), session.frames()
    rows = rows_of(frames, Look(LIGHT), SIZE[0])
    raw = frames["with"].record.view(0, "a")[:, 0]
    places = marks(picture, "raw")
    assert sorted(places) == [0, 1, 2]
    for sample, (x, y) in places.items():
        assert x == pytest.approx(SIDE + raw[sample] / 100 * (SIZE[0] - 2 * SIDE), abs=1e-9)
        assert any(
            isinstance(s, Text) and s.text == str(sample + 1) and (s.x, s.y) == (x, y)
            for s in picture.shapes
        )
    for row in rows[1:]:
        assert (row.line.low, row.line.high) == (-2, 2)
        balls = balls_of(row, 0.0, 8.0, 40.0)
        assert balls.x == pytest.approx(row.line.left + (row.values + 2) / 4 * (SIZE[0] - 2 * SIDE))


def test_that_the_words_recompute() -> None:
    text = words(picture_of(at(session_of("article"), Phase.SCALE)))
    for part in ("mean μ 67.35 ·", "deviation σ 15.13", "shift β 0 ·", "scale γ 1"):
        assert part in text
    assert "batch 1 · m = 3" in text
    assert "h₁ under the microscope" in text


def test_that_raw_balls_are_hollow_and_the_others_filled() -> None:
    picture = picture_of(at(session_of("article"), Phase.SCALE))
    fills = {}
    for kind in ("raw", "slot"):
        for mark in (m for m in picture.marks if m.key[0] == kind):
            balls = [s for s in picture.shapes if isinstance(s, Circle) and s.fill]
            found = {s.fill for s in balls if (s.x, s.y) == (mark.x, mark.y)}
            fills.setdefault(kind, set()).update(found)
    assert fills == {"raw": {LIGHT.panel}, "slot": {LIGHT.normalized, LIGHT.scaled}}


def test_that_raw_balls_come_one_by_one_and_mean_and_deviation_in_turn() -> None:
    session, seen = session_of("article"), []
    for sample in range(3):
        seen.append(sorted(marks(picture_of(at(session, Phase.ARRIVE, 0, sample)), "raw")))
    assert seen == [[0], [0, 1], [0, 1, 2]]
    assert "mean μ" not in words(picture_of(session))
    assert "deviation" not in words(picture_of(at(session, Phase.MEAN)))
    assert not marks(picture_of(at(session, Phase.VARIANCE)), "slot")
    at(session, Phase.NORMALIZE)
    assert sum(m.key[0] == "slot" for m in picture_of(session).marks) == 3


def test_that_dialects_without_gamma_have_two_lines() -> None:
    session = at(session_of("article-as-printed"), Phase.NORMALIZE)
    rows = rows_of(session.frames(), Look(LIGHT), SIZE[0])
    assert [row.name for row in rows] == ["raw", "x_hat"]
    assert not [m for m in picture_of(session).marks if is_handle(m.key)]


def test_that_a_layer_without_a_tray_has_both_lanes_on_one_ruler() -> None:
    session = session_of("article")
    session.seek(session.schedule.n)
    frames = session.frames()
    rows = rows_of(frames, Look(LIGHT, (1, 0)), SIZE[0])
    assert [row.name for row in rows] == ["without", "with"]
    assert rows[0].line == rows[1].line
    for row in rows:
        assert np.array_equal(row.values, frames[row.name].record.out(1)[:, 0])
    key = Quantity("a", 1, 1, 0)
    picture = picture_of(session, Look(LIGHT, (1, 0), sample=0, lit=key))
    assert key in {m.key for m in picture.marks}
    assert len(rings(picture)) == 4


# -- scales --------------------------------------------------------------------------------
@pytest.mark.parametrize("name", scenario_names())
def test_that_no_line_moves_while_the_tray_computes(name: str) -> None:
    session = session_of(name)
    for layer in range(session.frame("with").n_layers):
        if not session.frame("with").has_tray(layer):
            continue
        m, lines = session.schedule.m, []
        first = session.schedule.find(Phase.ARRIVE, layer, m - 1)
        for t in range(first, session.schedule.find(Phase.LEAVE, layer, m - 1)):
            session.seek(t)
            rows = rows_of(session.frames(), Look(LIGHT, (layer, 0)), SIZE[0])
            lines.append([row.line for row in rows])
        assert all(each == lines[0] for each in lines)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9))
@settings(max_examples=150, deadline=None)
def test_that_the_bar_of_the_whole_batch_fits_on_its_line(values: list[float]) -> None:
    v = np.array(values)
    low, high = round_ends(v, v.size)
    slack = 1e-9 * max(abs(low), abs(high))
    assert low - slack <= v.mean() - v.std()
    assert v.mean() + v.std() <= high + slack
    assert low - slack <= v.min() <= v.max() <= high + slack


def test_that_the_overhang_is_the_worst_of_all_batches() -> None:
    rng = np.random.RandomState(1)
    for m in (2, 3, 4, 8):
        batches = np.sort(rng.uniform(0, 1, (2000, m)), axis=1)
        batches[:, 0], batches[:, -1] = 0, 1
        below = batches.std(axis=1) - batches.mean(axis=1)
        assert below.max() <= overhang(m) + 1e-12
    assert overhang(4) == pytest.approx(math.sqrt(3) / 4 - 1 / 4)


def test_that_far_values_close_together_get_a_line_of_their_own() -> None:
    low, high = round_ends(np.array([1000.1, 1003.0, 1010.0]), 3)
    assert 990 <= low <= 1000 < 1010 <= high <= 1020
    assert round_ends(np.array([4.0, 7.0, 5.0]), 3) == (0.0, 8.0)


def test_that_only_a_huge_spread_turns_symlog_and_says_so() -> None:
    assert "symlog" not in words(picture_of(at(neuron([1, 2, 900.0]), Phase.SCALE)))
    picture = picture_of(at(neuron([1, 2, 1e6]), Phase.SCALE))
    assert "raw output a · symlog" in words(picture)
    x = [marks(picture, "raw")[sample][0] for sample in range(3)]
    assert x[0] < x[1] < x[2]


EXPLODING = (
    [1e300, -1e300, 5e299], [1e-300, 2e-300, 0.0], [1e300, 1e-300, 1.0], [0.0, 0.0, 0.0],
    [1e9, 1e9 + 1, 1e9 + 2], [5e-324, 0.0, 1.0], [1e154, 4e154, -1e155], [0.1, 0.1, 0.1],
)  # fmt: skip


@pytest.mark.parametrize("values", EXPLODING, ids=str)
@pytest.mark.parametrize("dialect", ["pytorch", "article", "plain"])
def test_that_every_shape_is_finite_and_inside_for_extreme_values(values, dialect) -> None:
    session = neuron(values, dialect=dialect)
    for t in moments(session):
        for look in (Look(LIGHT), Look(LIGHT, glide=0.4)):
            picture = picture_of(session, look)
            assert all_finite(picture), t
            circles = [s for s in picture.shapes if isinstance(s, Circle)]
            assert all(0 <= c.x <= SIZE[0] and 0 <= c.y <= SIZE[1] for c in circles), t


# -- many at one place ---------------------------------------------------------------------
@pytest.mark.parametrize("m", [2, 3, 5, 9, 16, 32])
def test_that_equal_samples_never_look_like_one_and_keep_their_order(m: int) -> None:
    session = at(neuron([4.0] * m), Phase.SCALE)
    places = marks(picture_of(session), "raw")
    heights = [places[sample][1] for sample in range(m)]
    assert len({places[sample][0] for sample in range(m)}) == 1
    assert all(b - a > 0.8 for a, b in pairwise(heights))


def test_that_balls_that_do_not_touch_stay_on_the_line() -> None:
    assert [c.tolist() for c in crowds(np.array([50.0, 0.0, 10.0]), 15.0)] == [[1, 2], [0]]
    session = at(neuron([4.0, 7.0, 5.0]), Phase.SCALE)
    assert len({y for _, y in marks(picture_of(session), "raw").values()}) == 1


def test_that_more_than_32_samples_are_a_rug_with_quantiles() -> None:
    values = np.linspace(-3, 5, 33)
    session = at(neuron(values.tolist()), Phase.ARRIVE, 0, 32)
    picture = picture_of(session)
    low, high = np.quantile(values, (0.15, 0.85))
    assert f"15 % −{abs(low):.2f} · median 1 · 85 % {high:.2f}" in words(picture)
    assert len(marks(picture, "raw")) == 33
    rugs = [s for s in picture.shapes if isinstance(s, Strokes) and len(s.lines) == 33]
    line = rows_of(session.frames(), Look(LIGHT), SIZE[0])[0].line
    assert any(s.lines[:, 0] == pytest.approx(line.x(values)) for s in rugs)


# -- sentences -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "norm", "sentence"),
    [
        ([5.0, 5.0, 5.0], {}, "All equal: σ = 0, every x̂ is 0."),
        ([0.1, 0.1, 0.1], {}, "All equal: σ = 0 but for rounding"),
        ([-1.0, -2.0, -3.0], {"activation": "relu"}, "Dead for this batch, ReLU gives only 0"),
        ([4.0], {"dialect": "keras"}, "One sample is its own mean: σ = 0 and x̂ = 0"),
        ([4.0, 7.0], {}, "Two samples: always −1 and +1."),
        ([4.0, 4.001], {}, "Two samples: −1 and +1 but for ε, here −0.16 and +0.16."),
        ([4.0, 7.0], {"dialect": "article"}, "but for σ + 1, here −0.60 and +0.60."),
    ],
)
def test_that_a_special_batch_says_why(values, norm, sentence) -> None:
    assert sentence in words(picture_of(at(neuron(values, **norm), Phase.NORMALIZE)))


def test_that_gamma_zero_says_that_every_y_is_beta() -> None:
    session = at(neuron([4.0, 7.0, 5.0]), Phase.SCALE)
    frames = forged(session.frames(), gamma=0.0, beta=0.5, y=0.5)
    picture = microscope_picture(frames, Look(LIGHT), *SIZE)
    assert "γ = 0: every y is β = 0.50" in words(picture)
    grips = {m.key[0]: m.x for m in picture.marks if is_handle(m.key)}
    assert grips["gamma"] - grips["beta"] >= 12


@pytest.mark.parametrize(
    ("value", "word", "direction"),
    [(math.nan, "NaN", "up"), (math.inf, "∞", "right"), (-math.inf, "−∞", "left")],
)
def test_that_what_is_not_finite_is_an_arrow_with_words(value, word, direction) -> None:
    session = at(neuron([4.0, 7.0, 5.0]), Phase.SCALE)
    lost = dict.fromkeys(("mean", "var", "std", "x_hat", "y"), math.nan)
    frames = forged(session.frames(), a=[4.0, value, 5.0], **lost)
    picture = microscope_picture(frames, Look(LIGHT), *SIZE)
    assert f"sample 2: {word}" in words(picture)
    assert "every x̂ are lost" in words(picture)
    assert sorted(marks(picture, "raw")) == [0, 2]
    arrows = [s for s in picture.shapes if isinstance(s, Arrow)]
    assert arrows[0].direction == direction
    assert all_finite(picture)


def test_that_lost_samples_are_counted_in_few_words() -> None:
    values = np.array([np.nan, np.nan, np.nan, np.nan, np.inf, 1.0])
    assert nonfinite_words(values, np.arange(6)) == "samples 1 to 4: NaN · sample 5: ∞"
    assert nonfinite_words(values[:5], np.array([0, 2, 3, 7, 8])).startswith("4 samples: NaN")


def test_that_the_caption_says_what_the_operation_did() -> None:
    session = session_of("article")
    wide = (700.0, 420.0)
    said = {
        (Phase.ARRIVE, 0): "Sample 1: a = 88.71. Still to come: samples 2 and 3; the mean needs",
        (Phase.MEAN, None): "μ = (88.71 + 55.52 + 57.83) / 3 = 67.35",
        (Phase.VARIANCE, None): "/ 3 = 229.02, σ = 15.13",
        (Phase.NORMALIZE, None): "Sample 3: x̂ = (57.83 − 67.35) / √(229.02 + 10⁻⁵) = −0.63",
        (Phase.SCALE, None): "y = γ x̂ + β = 1 × (−0.63) + 0 = −0.63",
        (Phase.LEAVE, 0): "Sample 1 came as 88.7 and leaves as +1.41.",
    }
    for (phase, sample), sentence in said.items():
        at(session, phase, 0, sample)
        assert sentence in words(picture_of(session, size=wide)), phase


def test_that_long_words_are_wrapped_and_none_is_lost() -> None:
    text = "one two three four five six seven eight nine ten"
    assert " ".join(wrapped(text, 11, 80)) == text
    assert len(wrapped(text, 11, 80, 2)) == 2
    assert wrapped("", 11, 80) == []


# -- inference -----------------------------------------------------------------------------
def test_that_inference_shows_the_running_statistics_by_name() -> None:
    session = Session(small())
    session.seek(3 * session.schedule.n)
    frames = {lane: at_work(frame) for lane, frame in session.frames().items()}
    picture = microscope_picture(frames, Look(LIGHT), *SIZE)
    mean = float(frames["with"].record.view(0, "mean")[0])
    assert f"running mean μ {'−' if mean < 0 else ''}{abs(mean):.2f}" in words(picture)
    assert "0 is the running mean" in words(picture)
    assert "inference" in words(picture)
    assert all_finite(picture)


def at_work(frame: Frame) -> Frame:
    schedule = schedule_of(frame.run.scenario, training=False)
    cursor = replace(frame.cursor, done=schedule.n)
    return Frame(frame.run, schedule, cursor, frame.run.inference(cursor.batch))


# -- pointing and dragging -----------------------------------------------------------------
def rings(picture: Picture) -> set[tuple[float, float]]:
    return {
        (s.x, s.y)
        for s in picture.shapes
        if isinstance(s, Circle) and s.line == LIGHT.accent and not s.fill
    }


@pytest.mark.parametrize("kind", ["raw", "slot"])
def test_that_the_pointer_rings_a_sample_on_all_lines(kind: str) -> None:
    session = at(session_of("article"), Phase.SCALE)
    picture = picture_of(session, Look(LIGHT, sample=2, lit=(kind, 0, 0, 0)))
    balls = {
        (m.x, m.y) for m in picture.marks if m.key[0] in ("raw", "slot") and m.key[3] in (0, 2)
    }
    assert rings(picture) == balls


def test_that_a_number_in_words_is_marked_and_lights_alone() -> None:
    session = at(session_of("article"), Phase.SCALE)
    mean = Quantity("mean", 0, -1, 0)
    picture = picture_of(session, Look(LIGHT, lit=mean))
    assert {mean, Quantity("var", 0, -1, 0)} <= {m.key for m in picture.marks}
    lit = [s.text for s in picture.shapes if isinstance(s, Text) and s.color == LIGHT.accent]
    assert lit == ["mean μ 67.35 ·"]


def test_that_the_handles_stand_at_beta_and_at_the_image_of_one() -> None:
    session = at(neuron([4.0, 7.0, 5.0]), Phase.SCALE)
    frames = forged(session.frames(), gamma=-1.5, beta=0.25)
    picture = microscope_picture(frames, Look(LIGHT), *SIZE)
    line = rows_of(frames, Look(LIGHT), SIZE[0])[2].line
    grips = {m.key: m.x for m in picture.marks if is_handle(m.key)}
    assert grips == pytest.approx({("gamma", 0, 0): line.at(-1.25), ("beta", 0, 0): line.at(0.25)})


def test_that_dragging_gives_back_the_value_under_the_pointer() -> None:
    session = at(neuron([4.0, 7.0, 5.0]), Phase.SCALE)
    frames, look = session.frames(), Look(LIGHT)
    picture = picture_of(session)
    for sample, value in enumerate((4.0, 7.0, 5.0)):
        x, _ = marks(picture, "raw")[sample]
        assert dragged_value(frames, look, ("raw", 0, 0, sample), x, SIZE[0]) == value
    for name, value in (("gamma", 1.0), ("beta", 0.0)):
        (x,) = [m.x for m in picture.marks if m.key == (name, 0, 0)]
        assert dragged_value(frames, look, (name, 0, 0), x, SIZE[0]) == value
    shifted = forged(frames, beta=0.5)
    line = rows_of(shifted, look, SIZE[0])[2].line
    assert dragged_value(shifted, look, ("gamma", 0, 0), line.at(1.7), SIZE[0]) == 1.2


def test_that_held_ends_stand_still_and_bound_what_is_dragged() -> None:
    session = at(neuron([4.0, 7.0, 5.0]), Phase.SCALE)
    key = ("raw", 0, 0, 1)
    held = raw_limits(session.frames(), Look(LIGHT))
    assert held == (0.0, 8.0)
    look = Look(LIGHT, held=held, lit=key)
    other = forged(session.frames(), a=[4.0, 70.0, 5.0])
    assert raw_limits(other, look) == held
    assert rows_of(other, look, SIZE[0])[0].line.high == 8.0
    assert dragged_value(other, look, key, 1e6, SIZE[0]) == 8.0
    assert rows_of(other, replace(look, held=None), SIZE[0])[0].line.high > 8.0
    grip = replace(look, lit=("gamma", 0, 0), held=drag_limits(other, Look(LIGHT), ("gamma", 0, 0)))
    wild = forged(session.frames(), gamma=40.0)
    raw, _, scaled = rows_of(wild, grip, SIZE[0])
    assert (scaled.line.low, scaled.line.high) == (-2.0, 2.0)
    assert (raw.line.low, raw.line.high) == (0.0, 8.0)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.floats(0, 1), st.booleans())
@settings(max_examples=200, deadline=None)
def test_that_a_dragged_number_has_its_own_pixel(low, span, share, symlog) -> None:
    if symlog:
        ends = wider((min(low, 0.0), span))
        line = NumberLine(*ends, 28.0, 332.0, Scale("symlog", 0.5))
    else:
        line = NumberLine(low, low + span, 28.0, 332.0)
    value = line.dragged(28 + share * 304)
    inside = line.low <= value <= line.high
    assert line.dragged(line.at(value)) == value or not inside
    step = line.step(value)
    assert abs(value - line.value(28 + share * 304)) <= 1.3 * step
    mantissa = float(f"{step:e}".split("e")[0])
    assert mantissa in (1.0, 2.0, 5.0)


def test_that_steps_are_about_a_two_hundredth_of_the_line() -> None:
    assert NumberLine(0.0, 100.0, 28, 332).step(50) == 0.5
    assert NumberLine(-2.0, 2.0, 28, 332).step(0) == 0.02
    assert NumberLine(0.0, 10.0, 28, 332).dragged(28 + 304 * 0.3333) == 3.35
    assert scale_for((0.0, 100.0), np.array([1.0, 2.0, 90.0])).kind == "linear"


# -- gliding -------------------------------------------------------------------------------
def test_that_balls_glide_from_line_to_line() -> None:
    session = at(session_of("article"), Phase.NORMALIZE)
    start, half, end = (picture_of(session, Look(LIGHT, glide=g)) for g in (0.0, 0.5, 1.0))
    raw, arrived = marks(end, "raw"), marks(end, "slot")
    assert marks(start, "slot") == raw
    for sample, (x, y) in marks(half, "slot").items():
        middle = np.mean([raw[sample], arrived[sample]], axis=0)
        assert (x, y) == pytest.approx(tuple(middle))
    assert marks(half, "raw") == raw


def test_that_a_sample_drops_in_from_above() -> None:
    session = at(session_of("article"), Phase.ARRIVE, 0, 1)
    heights = [marks(picture_of(session, Look(LIGHT, glide=g)), "raw")[1][1] for g in (0, 0.5, 1)]
    assert heights[0] < heights[1] < heights[2]
    first, last = (marks(picture_of(session, Look(LIGHT, glide=g)), "raw")[0] for g in (0.0, 1.0))
    assert first == last


@pytest.mark.parametrize("size", [(340.0, 240.0), (360.0, 300.0), (700.0, 420.0), (1200.0, 800.0)])
def test_that_everything_is_inside_at_every_size(size) -> None:
    session = at(session_of("cascade"), Phase.SCALE)
    picture = picture_of(session, size=size)
    for shape in picture.shapes:
        if isinstance(shape, Circle | Text):
            assert 0 <= shape.x <= size[0], shape
            assert 0 <= shape.y <= size[1], shape
        if isinstance(shape, Box):
            assert -1 <= shape.y <= shape.y + shape.height <= size[1] + 1, shape


def test_that_a_bare_figure_has_no_title() -> None:
    session = at(session_of("article"), Phase.SCALE)
    assert "microscope" not in words(picture_of(session, Look(LIGHT, title=False)))


def test_that_equal_values_are_not_told_as_an_order() -> None:
    session = Session(load(scenario_path("article")))
    session.infer(True)
    session.seek(parse_moment("2:end", session.schedule, 4))
    text = words(picture_of(session, Look(LIGHT, selected=(0, 1))))
    assert "All 0 became −0.01." in text
    assert "reverse" not in text
