import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnsim.files.locate import scenario_names
from bnsim.pictures.geometry.picture import geometry_picture
from bnsim.pictures.geometry.plane import BASIS, Plane, plane_in, way_of
from bnsim.pictures.geometry.words import Vectors, length
from bnsim.pictures.look import Look
from bnsim.pictures.palette import DARK, LIGHT
from bnsim.pictures.types import Box, Circle, Picture, Strokes, Text
from bnsim.sim.operation import Phase
from bnsim.sim.session import Session
from tests.pictures.test_microscope import (
    EXPLODING,
    SIZE,
    all_finite,
    at,
    at_work,
    forged,
    moments,
    neuron,
    session_of,
    shown,
    unknown_changed,
    words,
)
from tests.scenarios import small


def picture_of(session: Session, look: Look | None = None, size=SIZE) -> Picture:
    return geometry_picture(session.frames(), look or Look(LIGHT), *size)


def vectors_of(session: Session, look: Look | None = None) -> Vectors:
    return Vectors(session.frame("with"), look or Look(LIGHT))


def circles(picture: Picture, color: str) -> list[Circle]:
    return [s for s in picture.shapes if isinstance(s, Circle) and s.line == color and not s.fill]


def arrow_ends(picture: Picture, color: str, width: float) -> np.ndarray:
    """Start and end of the first arrow of a colour and width."""
    strokes = [s for s in picture.shapes if isinstance(s, Strokes)]
    return next(s.lines[0] for s in strokes if (s.color, s.width) == (color, width))


def ended(name: str) -> Session:
    session = session_of(name)
    session.seek(session.schedule.n)
    return session


# -- identities ----------------------------------------------------------------------------
def test_that_the_basis_keeps_lengths_in_the_plane_and_hides_what_is_orthogonal() -> None:
    assert pytest.approx(np.eye(2)) == BASIS @ BASIS.T
    assert pytest.approx(np.zeros(2)) == BASIS @ np.ones(3)


@pytest.mark.parametrize(
    "name", ["article", "article-before", "three-numbers", "article-as-printed"]
)
def test_that_the_tip_lies_on_the_circle_of_the_formula(name: str) -> None:
    session = ended(name)
    for unit in range(session.frame("with").plan.layers[0].n_out):
        look = Look(LIGHT, (0, unit))
        vectors, picture = vectors_of(session, look), picture_of(session, look)
        if vectors.share == 0:
            continue
        record, dialect = session.frame("with").record, vectors.frame.plan.layers[0].dialect
        v = float(record.view(0, "var")[unit])
        root = math.sqrt(v + dialect.eps) + dialect.added
        norm = math.sqrt(3) * math.sqrt(v) / root
        assert length(vectors.x_hat) == pytest.approx(norm, rel=1e-12)
        assert dialect.added or norm == pytest.approx(math.sqrt(3 * v / (v + dialect.eps)))
        (circle,) = circles(picture, LIGHT.normalized)
        (whole,) = circles(picture, LIGHT.muted)
        assert whole.dashed
        assert circle.radius == pytest.approx(whole.radius * norm / math.sqrt(3))
        x1, y1, x2, y2 = arrow_ends(picture, LIGHT.normalized, 3.4)
        assert (x1, y1) == (circle.x, circle.y)
        assert abs(math.hypot(x2 - x1, y2 - y1) - circle.radius) < 1e-9


def test_that_the_gradient_is_a_tangent_with_its_dot_products_in_words() -> None:
    session = ended("article")
    vectors, picture = vectors_of(session), picture_of(session)
    gradient, x_hat = vectors.gradient, vectors.x_hat
    assert abs(gradient @ x_hat) < 1e-6 * length(gradient)
    assert abs(gradient.sum()) < 1e-12 * length(gradient)
    tip = arrow_ends(picture, LIGHT.normalized, 3.4)
    pull = arrow_ends(picture, LIGHT.text, 2.0)
    assert pull[:2] == pytest.approx(tip[2:])
    along = (tip[2:] - tip[:2]) @ (pull[2:] - pull[:2])
    assert abs(along) < 1e-5 * math.hypot(*(tip[2:] - tip[:2])) * math.hypot(*(pull[2:] - pull[:2]))
    text = words(picture)
    product = f"{gradient @ x_hat:.1e}".replace("e-0", "e-")
    assert f"∂L/∂a times the arrow is {product}" in text
    assert "it can only turn" in text.replace(" | ", " ")


def test_that_sigma_plus_one_lets_the_length_through() -> None:
    session = ended("article-as-printed")
    assert not vectors_of(session).is_tangent
    assert "σ + 1 lets the length through" in picture_of(session).description


def test_that_the_raw_arrow_points_the_same_way_and_is_cut_to_fit() -> None:
    session = at(session_of("article"), Phase.MEAN)
    picture, vectors = picture_of(session), vectors_of(session)
    x1, y1, x2, y2 = arrow_ends(picture, LIGHT.raw, 1.5)
    right, up = BASIS @ vectors.centred
    assert math.atan2(y1 - y2, x2 - x1) == pytest.approx(math.atan2(up, right))
    (whole,) = circles(picture, LIGHT.muted)
    assert math.hypot(x2 - x1, y2 - y1) == pytest.approx(1.15 * whole.radius)
    assert f"length {length(vectors.centred):.1f}" in words(picture)


@given(st.lists(st.floats(-2, 2), min_size=3, max_size=3))
@settings(max_examples=100, deadline=None)
def test_that_an_x_hat_is_read_at_right_angles_on_its_axis(values: list[float]) -> None:
    vector = np.array(values) - np.mean(values)
    plane = Plane(0.0, 0.0, 1.0)
    for sample in range(3):
        read = float(plane.at(vector) @ way_of(sample)) / math.sqrt(1.5)
        assert read == pytest.approx(vector[sample], abs=1e-12)


def test_that_the_bound_stands_where_an_axis_meets_the_circle() -> None:
    picture = picture_of(at(session_of("article"), Phase.ARRIVE, 0, 0))
    (whole,) = circles(picture, LIGHT.muted)
    ticks = [s.lines[0] for s in picture.shapes if isinstance(s, Strokes) and s.width == 1.6]
    middle = (ticks[0][:2] + ticks[0][2:]) / 2
    assert middle == pytest.approx([whole.x, whole.y - whole.radius])
    assert "√2 = 1.414" in words(picture)


def test_that_gamma_stretches_a_violet_arrow() -> None:
    session = at(neuron([4.0, 7.0, 5.0]), Phase.SCALE)
    plain = picture_of(session)
    assert not [s for s in plain.shapes if getattr(s, "color", "") == LIGHT.scaled]
    frames = forged(session.frames(), gamma=-0.5)
    picture = geometry_picture(frames, Look(LIGHT), *SIZE)
    x_hat = arrow_ends(picture, LIGHT.normalized, 3.4)
    scaled = arrow_ends(picture, LIGHT.scaled, 2.2)
    assert scaled[2:] - scaled[:2] == pytest.approx(-0.5 * (x_hat[2:] - x_hat[:2]))
    assert "γ x̂, γ = −0.50: length 0.866." in words(picture)


# -- truth ---------------------------------------------------------------------------------
@pytest.mark.parametrize("name", scenario_names())
def test_that_nothing_unknown_is_drawn_at_any_operation(name: str) -> None:
    session = session_of(name)
    for t in moments(session):
        frames = session.frames()
        other = {lane: unknown_changed(frame) for lane, frame in frames.items()}
        for layer in range(frames["with"].n_layers):
            look = Look(LIGHT, (layer, 0))
            first, second = (geometry_picture(f, look, *SIZE) for f in (frames, other))
            assert shown(first) == shown(second), (t, layer)
            assert all_finite(first)


@pytest.mark.parametrize("values", EXPLODING, ids=str)
@pytest.mark.parametrize("dialect", ["pytorch", "article", "plain"])
def test_that_every_shape_is_finite_for_extreme_values(values, dialect) -> None:
    session = neuron(values, dialect=dialect)
    for t in moments(session):
        assert all_finite(picture_of(session, Look(DARK))), t


def test_that_it_waits_for_the_batch_with_a_hollow_sketch() -> None:
    session = at(session_of("article"), Phase.ARRIVE, 0, 0)
    picture = picture_of(session)
    assert "Waits for the batch: samples 2 and 3 of 3 to come." in words(picture)
    assert not circles(picture, LIGHT.normalized)


# -- other sizes of a batch ----------------------------------------------------------------
def test_that_two_samples_have_two_points() -> None:
    session = at(neuron([4.0, 7.0]), Phase.NORMALIZE)
    picture = picture_of(session)
    points = sorted(c.x for c in circles(picture, LIGHT.muted))
    balls = sorted(m.x for m in picture.marks)
    assert balls == pytest.approx(points, abs=1e-3)
    assert "the only points are −1 and +1" in words(picture)


@pytest.mark.parametrize("m", [4, 16, 64, 256])
def test_that_bars_show_every_x_hat_below_the_bound(m: int) -> None:
    session = Session(small((4, 2), ("before", ""), batch_size=m, n_samples=m))
    session.seek(session.schedule.n)
    picture, vectors = picture_of(session), vectors_of(session)
    line = next(s for s in picture.shapes if isinstance(s, Strokes) and s.dashed).lines[0]
    bars = {mark.key[3]: mark for mark in picture.marks if mark.key[0] == "slot"}
    assert sorted(bars) == list(range(m))
    boxes = [s for s in picture.shapes if isinstance(s, Box) and s.radius == 0]
    floor = next(s for s in picture.shapes if isinstance(s, Strokes)).lines[0, 1]
    for box, mark in zip(boxes, picture.marks, strict=True):
        share = abs(vectors.x_hat[mark.key[3]]) / math.sqrt(m - 1)
        assert box.height == pytest.approx(max(share * (floor - line[1]), 0.5))
    assert f"bound √(m − 1) = {math.sqrt(m - 1):.3f}"[:24] in words(picture)
    assert f"length √(Σ x̂²) = {length(vectors.x_hat):.3f}" in words(picture)
    if m > 16:
        sizes = np.abs(vectors.x_hat[[mark.key[3] for mark in picture.marks]])
        assert (np.diff(sizes) <= 0).all()


def test_that_the_norm_obeys_the_formula_for_any_batch() -> None:
    for m in (2, 3, 5, 32):
        session = Session(small((4, 2), ("before", ""), batch_size=m, n_samples=m))
        session.seek(session.schedule.n)
        for unit in range(4):
            vectors = vectors_of(session, Look(LIGHT, (0, unit)))
            v = float(session.frame("with").record.view(0, "var")[unit])
            wanted = math.sqrt(m * v / (v + 1e-5))
            assert length(vectors.x_hat) == pytest.approx(wanted, rel=1e-12)
            assert vectors.share * math.sqrt(m) == pytest.approx(wanted, rel=1e-12)


# -- sentences -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "norm", "sentence"),
    [
        ([4.0], {"dialect": "keras"}, "There is no direction"),
        ([5.0, 5.0, 5.0], {}, "σ = 0, the arrow has length 0 and no direction."),
        ([0.1, 0.1, 0.1], {}, "σ = 0, the arrow has length 0 and no direction."),
    ],
)
def test_that_a_batch_without_direction_says_so(values, norm, sentence) -> None:
    text = words(picture_of(at(neuron(values, **norm), Phase.NORMALIZE), size=(700.0, 420.0)))
    assert sentence.replace(" ", "") in text.replace(" | ", " ").replace(" ", "")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_that_what_is_not_finite_has_no_direction(value: float) -> None:
    session = at(neuron([4.0, 7.0, 5.0]), Phase.NORMALIZE)
    frames = forged(session.frames(), a=[4.0, value, 5.0], mean=math.nan, x_hat=math.nan)
    picture = geometry_picture(frames, Look(LIGHT), *SIZE)
    assert "Sample 2:" in words(picture)
    assert all_finite(picture)


def test_that_a_layer_without_a_tray_says_where_to_look() -> None:
    session = session_of("article")
    assert "choose a" in words(picture_of(session, Look(LIGHT, (1, 0))))
    assert "hidden 1" in picture_of(session, Look(LIGHT, (1, 0))).description


def test_that_inference_has_no_circle() -> None:
    session = Session(small())
    session.seek(3 * session.schedule.n)
    frames = {lane: at_work(frame) for lane, frame in session.frames().items()}
    assert "share no circle" in geometry_picture(frames, Look(LIGHT), *SIZE).description


def test_that_lengths_do_not_overflow() -> None:
    assert length(np.array([3e300, 4e300])) == pytest.approx(5e300)
    assert length(np.zeros(3)) == 0
    assert length(np.array([math.inf, 1.0])) == math.inf


@pytest.mark.parametrize("size", [(340.0, 240.0), (360.0, 300.0), (700.0, 420.0), (1200.0, 800.0)])
@pytest.mark.parametrize("m", [2, 3, 5, 256])
def test_that_everything_is_inside_at_every_size(size, m) -> None:
    session = Session(small((4, 2), ("before", ""), batch_size=m, n_samples=m))
    session.seek(session.schedule.n)
    for unit in range(4):
        for shape in picture_of(session, Look(LIGHT, (0, unit)), size).shapes:
            if isinstance(shape, Circle | Text):
                assert 0 <= shape.x <= size[0], shape
                assert 0 <= shape.y <= size[1], shape
            if isinstance(shape, Strokes):
                assert (shape.lines >= 0).all(), shape
                assert (shape.lines[:, 1::2] <= size[1]).all(), shape


def test_that_the_circle_has_room_for_axes_and_words() -> None:
    plane = plane_in((14.0, 36.0, 346.0, 210.0))
    radius = math.sqrt(3) * plane.unit
    assert plane.y - 1.2 * radius - 9 >= 36
    assert plane.y + 1.15 * radius <= 210
