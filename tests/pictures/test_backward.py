"""Back through the batch: what is drawn, what is said, and that no number is too much for it."""

import re

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.backward.area import hatching, in_tens, label_step, labelled, power_of, wrapped
from bnsim.pictures.backward.numbers import printed_paths, printed_product, significant
from bnsim.pictures.backward.picture import backward_picture
from bnsim.pictures.look import Look
from bnsim.pictures.palette import LIGHT, THEMES
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.types import Arrow, Box, Circle, Strokes, Text
from bnsim.pictures.words import MINUS, number
from bnsim.sim.jacobian import jacobian, sums, terms
from bnsim.sim.operation import Phase
from bnsim.sim.session import Session
from bnsim.sim.spec import BatchNorm, Override
from tests.scenarios import small

SIZES = ((340, 240), (360, 300), (700, 420), (340, 640), (1200, 800))


def session_of(scenario, phase=None, layer=None):
    session = Session(load(scenario_path(scenario)) if isinstance(scenario, str) else scenario)
    session.seek(session.schedule.n if phase is None else session.schedule.find(phase, layer, None))
    return session


def with_norm(scenario, **norm):
    layers = [
        msgspec.structs.replace(layer, batch_norm=BatchNorm(**norm) if layer.batch_norm else None)
        for layer in scenario.layers
    ]
    return msgspec.structs.replace(scenario, layers=layers)


def draw(session, width=700, height=420, theme=LIGHT, **look):
    return backward_picture(session.frames(), Look(theme, **look), width, height)


def texts(picture):
    return [shape.text for shape in picture.shapes if isinstance(shape, Text)]


def said(picture):
    return " ".join(texts(picture))


def keys(picture, name):
    return [mark.key for mark in picture.marks if getattr(mark.key, "name", "") == name]


def assert_inside(picture):
    for shape in picture.shapes:
        if isinstance(shape, Strokes):
            assert np.isfinite(shape.lines).all()
            x, y = shape.lines[:, 0::2], shape.lines[:, 1::2]
        else:
            x, y = np.array([shape.x]), np.array([shape.y])
            assert np.isfinite([*x, *y]).all()
            if isinstance(shape, Box):
                x = np.array([shape.x, shape.x + shape.width])
                y = np.array([shape.y, shape.y + shape.height])
        assert x.min(initial=0) >= -1
        assert x.max(initial=0) <= picture.width + 1
        assert y.min(initial=0) >= -1
        assert y.max(initial=0) <= picture.height + 1


# -- every moment ----------------------------------------------------------------------
@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
@pytest.mark.parametrize("name", scenario_names())
def test_that_every_moment_of_every_scenario_is_drawn_inside_its_picture(name, theme):
    session = session_of(name)
    for t in range(session.schedule.n + 1):
        session.seek(t)
        for layer in range(session.frame("with").n_layers):
            assert_inside(draw(session, 360, 300, theme, selected=(layer, 0)))


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("m", [1, 2, 3, 16, 17, 64, 65, 100, 256])
def test_that_every_batch_size_fits_every_size(m, size):
    scenario = with_norm(
        small((4, 2), batch_size=m, n_samples=m), dialect="keras", placement="before"
    )
    for phase in (Phase.NORMALIZE, None):
        assert_inside(draw(session_of(scenario, phase), *size))


@pytest.mark.parametrize("size", [(40, 30), (120, 60), (200, 2000), (3000, 90)], ids=str)
def test_that_no_size_is_too_odd(size):
    draw(session_of("article"), *size)


# -- nothing of the future ---------------------------------------------------------------
def test_that_nothing_is_shown_before_the_batch_is_normalized():
    picture = draw(session_of("article", Phase.VARIANCE))
    assert "x̂ of h₁ is not known yet" in said(picture)
    assert "The gradients come after the loss" in said(picture)
    assert not picture.marks
    assert not re.search(r"\d\.\d", said(picture))


def test_that_the_jacobian_is_there_from_the_normalized_values_on_and_gradients_are_not():
    session = session_of("article", Phase.NORMALIZE)
    picture = draw(session)
    assert keys(picture, "x_hat") == [Quantity("x_hat", 0, i, 0) for i in range(3)]
    assert not keys(picture, "d_a")
    assert "The gradients come after the loss, from the last layer back." in texts(picture)
    assert "∂L/∂γ" not in said(picture)
    row = jacobian(session.frame("with").record, 0, 0)[2]
    assert f"moves its own x̂ by +{row[2]:.4f}" in said(picture)


def test_that_gradients_come_with_the_backward_pass_of_their_own_layer():
    session = session_of("cascade", Phase.BACKWARD, 2)
    assert not keys(draw(session, selected=(1, 0)), "d_z")
    assert keys(draw(session, selected=(2, 0)), "d_z")


def test_that_constants_have_a_diagonal_and_direct_paths_alone():
    session = session_of("cascade")
    session.infer(True)
    session.seek(session.schedule.n)
    picture, record = draw(session), session.frame("with").record
    assert "no sample's gradient passes through another" in said(picture)
    assert texts(picture).count("0") == 12 + 1  # cells, and the zero of the scale
    found = sums(record, 0, 0)
    assert f"Σ ∂L/∂z = {number(found.d_x)}, in theory {number(found.d_x)}" in said(picture)


def test_that_constants_wait_for_no_other_sample():
    session = session_of("cascade")
    session.infer(True)
    session.seek(1)
    assert "not every sample has come this far" in said(draw(session))
    assert "needs all samples" not in said(draw(session))


# -- the numbers ---------------------------------------------------------------------
def test_that_the_cells_hold_the_jacobian():
    session = session_of("three-numbers")
    found = jacobian(session.frame("with").record, 0, 0)
    shown = texts(draw(session))
    for value in found.flat:
        assert f"{value:+.2f}".replace("-", MINUS) in shown


def test_that_the_sums_are_written_with_their_theory():
    session = session_of("article")
    found, picture = sums(session.frame("with").record, 0, 0), said(draw(session))
    assert f"∂L/∂γ = Σ ∂L/∂y · x̂ = {number(found.d_gamma)}" in picture
    assert f"∂L/∂β = Σ ∂L/∂y = {number(found.d_beta)}" in picture
    assert f"Σ ∂L/∂a = {number(found.d_x)}, in theory 0" in picture
    assert f"Σ ∂L/∂a · x̂ = {number(found.d_x_x_hat)}, in theory" in picture
    assert f"= {number(found.d_x_x_hat_theory)}" in picture


def test_that_the_bars_end_at_their_values():
    session = session_of("article")
    picture, record = draw(session), session.frame("with").record
    dots = [s for s in picture.shapes if isinstance(s, Circle)][-3:]
    d_a = record.view(0, "d_a")[:, 0]
    places = np.array([dot.y for dot in dots])
    line = np.polyfit(d_a, places, 1)
    np.testing.assert_allclose(np.polyval(line, d_a), places, atol=0.01)
    assert line[0] < 0


def test_that_the_three_paths_differ_in_form_and_not_in_colour_alone():
    picture = draw(session_of("article"))
    boxes = [s for s in picture.shapes if isinstance(s, Box) and s.line and s.radius == 0]
    assert {box.fill for box in boxes} == {boxes[0].fill, LIGHT.panel}
    assert boxes[0].fill != LIGHT.panel
    hatched = [s for s in picture.shapes if isinstance(s, Strokes) and s.width == 0.9]
    assert hatched
    taken = {LIGHT.raw, LIGHT.normalized, LIGHT.scaled, LIGHT.outlier, LIGHT.flagged}
    assert not {box.fill for box in boxes} & taken


def test_that_a_wide_batch_is_shrunk_and_says_so():
    scenario = small((64, 2), batch_size=256, n_samples=256)
    picture = draw(session_of(scenario))
    assert "each cell the largest of 4 × 4" in said(picture)
    assert "the largest of every 3" in said(picture)
    assert len(keys(picture, "x_hat")) == len(set(keys(picture, "d_z"))) == 256
    assert len(picture.shapes) < 150


def test_that_a_layer_without_a_tray_shows_its_own_gradient():
    session = session_of("article")
    picture = draw(session, selected=(1, 0))
    bias = session.frame("with").record.view(1, "d_b")[0]
    assert "No batch normalization at output" in said(picture)
    assert f"∂L/∂b = Σ ∂L/∂z = {number(bias)}" in said(picture)
    assert keys(picture, "d_z") == [Quantity("d_z", 1, i, 0) for i in range(3)]
    assert not keys(picture, "x_hat")


def test_that_layer_normalization_is_told_apart():
    session = session_of(with_norm(small((4, 2)), dialect="layernorm"))
    assert "Layer normalization at hidden 1 works within one sample" in said(draw(session))


# -- what is special ---------------------------------------------------------------------
def special(scenario, selected=(0, 0), **norm):
    return said(draw(session_of(with_norm(scenario, **norm)), selected=selected))


def test_that_one_sample_is_told_to_be_its_own_mean():
    text = special(small((4, 2), batch_size=1, n_samples=4), dialect="keras")
    assert "One sample alone is its own mean" in text


def test_that_two_samples_are_told_to_pass_almost_nothing():
    scenario = small((4, 2), batch_size=2, n_samples=4)
    found = re.search(r"of (\S+) directly only (\S+) gets through", special(scenario))
    record = session_of(scenario).frame("with").record
    d_z = np.abs(record.view(0, "d_z")[:, 0]).max()
    direct = np.abs(terms(record, 0, 0).direct).max()
    assert found.groups() == (number(direct), number(d_z))
    assert d_z < 1e-3 * direct


def test_that_two_nearly_equal_samples_are_not_told_to_be_plus_and_minus_one():
    scenario = small((4, 2), batch_size=2, n_samples=2, overrides=zero_weights())
    assert "Two samples" not in special(scenario)


def zero_weights(value=0.0):
    return [Override(layer=0, value=value, weight=(i, 0)) for i in range(3)]


@pytest.mark.parametrize("dialect", ["pytorch", "plain", "article"])
def test_that_equal_samples_are_said_to_be_equal(dialect):
    text = special(small((4, 2), overrides=zero_weights()), dialect=dialect)
    assert "σ = 0: all samples of h₁ are equal" in text
    assert ("and ε = 0" in text) is (dialect == "plain")


def test_that_gamma_zero_is_said_to_let_nothing_through():
    text = special(small((4, 2), overrides=[Override(layer=0, value=0.0, gamma=0)]))
    assert "γ = 0 lets nothing through to z" in text


def test_that_a_neuron_to_which_nothing_comes_back_is_told():
    off = [Override(layer=0, value=-1e3, beta=0)]
    assert "Nothing comes back to h₁" in special(small((4, 2), overrides=off))


@pytest.mark.parametrize("value", [1e100, 1e155, 1e200, 1e300])
@pytest.mark.parametrize("placement", ["before", "after"])
@pytest.mark.parametrize("dialect", ["pytorch", "plain", "article"])
def test_that_huge_weights_are_drawn(value, placement, dialect):
    scenario = with_norm(
        small((4, 2), overrides=zero_weights(value)), placement=placement, dialect=dialect
    )
    for size in SIZES:
        assert_inside(draw(session_of(scenario), *size))
        assert_inside(draw(session_of(scenario), *size, selected=(1, 0)))


def test_that_what_is_not_finite_is_counted_in_words():
    huge = [Override(layer=0, value=1e300, weight=(i, 0)) for i in range(3)]
    more = [Override(layer=0, value=1e300, bias=0), Override(layer=1, value=1e300, weight=(0, 0))]
    session = session_of(small((4, 2), placements=("after", ""), overrides=huge + more))
    x = np.full((9, 3), 1e300).tolist()
    data = msgspec.structs.replace(session.scenario.data, x=x)
    session = session_of(msgspec.structs.replace(session.scenario, data=data))
    picture = draw(session)
    assert re.search(r"\d+ numbers here are infinite or NaN", said(picture))
    assert_inside(picture)


# -- pointing ------------------------------------------------------------------------
def accents(picture):
    return [s for s in picture.shapes if isinstance(s, Box) and s.line == LIGHT.accent]


@pytest.mark.parametrize(
    "lit", [Quantity("d_a", 0, 1, 0), Quantity("x_hat", 0, 1, 0), ("slot", 0, 0, 1)], ids=str
)
def test_that_what_is_pointed_at_is_outlined_in_bars_and_cells(lit):
    picture = draw(session_of("article"), lit=lit)
    bar, row = accents(picture)
    (mark,) = [m for m in picture.marks if m.key == Quantity("x_hat", 0, 1, 0)]
    assert row.y == pytest.approx(mark.y - mark.height / 2)
    mark, sentence = [m for m in picture.marks if m.key == Quantity("d_a", 0, 1, 0)]
    assert sentence.y > mark.y
    assert bar.x == pytest.approx(mark.x - mark.width / 2)
    assert any(text.startswith("sample 2: ∂L/∂a") for text in texts(picture))


@pytest.mark.parametrize("lit", [None, Quantity("d_a", 0, 1, 1), ("slot", 0, 1, 1), ("input", 0)])
def test_that_nothing_else_is_outlined(lit):
    picture = draw(session_of("article"), lit=lit)
    assert not accents(picture)


def test_that_the_chosen_sample_is_the_one_written_out():
    picture = draw(session_of("article"), sample=1)
    assert any(text.startswith("sample 2: ∂L/∂a") for text in texts(picture))


def test_that_gamma_and_beta_can_be_pointed_at():
    picture = draw(session_of("article"))
    assert keys(picture, "d_gamma") == [Quantity("d_gamma", 0, unit=0)]
    assert keys(picture, "d_beta") == [Quantity("d_beta", 0, unit=0)]


# -- printed arithmetic ------------------------------------------------------------------
def evaluated(text):
    """Both sides of a printed equation as numbers."""
    left, right = text.split(", in ")[0].split(" = ")
    read = left.replace(MINUS, "-").replace("×", "*")
    assert re.fullmatch(r"[-+*()\d.e ]+", read)
    if "*" in read:
        factors = [float(f.strip(" ()")) for f in read.split("*")]
        return float(np.prod(factors)), right
    terms = re.sub(r"([-+]) (?=\d)", r"\1", read).split()
    return sum(map(float, terms)), right


VALUES = st.floats(-1e6, 1e6).filter(lambda v: abs(v) > 1e-6)


@given(VALUES, VALUES, VALUES)
def test_that_printed_paths_add_up(a, b, c):
    total, right = evaluated(printed_paths([a, b, c], a + b + c))
    places = len(right.partition(".")[2])
    assert abs(total - float(right.replace(MINUS, "-"))) <= 0.5001 * 10.0**-places


@example(1.0, 3148.0, 115947.0)
@given(VALUES, VALUES, VALUES)
def test_that_printed_products_multiply_out(a, b, c):
    total, right = evaluated(printed_product([a, b, c], a * b * c))
    assert number(total) == right


@pytest.mark.parametrize("values", [(np.inf, -np.inf, 1.0), (np.nan, 0.0, 0.0), (1e308,) * 3])
def test_that_no_number_is_too_much_to_print(values):
    with np.errstate(all="ignore"):
        total = float(np.sum(values))
    assert "=" in printed_paths(values, total)
    assert "=" in printed_product(values, total)


def test_that_small_paths_share_a_power_of_ten():
    text = printed_paths([3.4e-8, -1.2e-8, 0.0], 2.2e-8)
    assert text == f"3.40 {MINUS} 1.20 + 0 = +2.20, in 10⁻⁸"


def test_that_what_is_tiny_beside_its_unit_gets_a_power_of_its_own():
    assert printed_paths([6.8e-28, 0.0, 0.0], 6.8e-28, 0.2) == "6.80 + 0 + 0 = +6.80, in 10⁻²⁸"


def test_that_a_sum_lost_in_its_terms_is_not_printed_as_zero():
    assert printed_paths([1.0, -1.0, 0.0], 2e-12) == f"1.00 {MINUS} 1.00 + 0 ≈ +2.0e-12"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.03531, "0.0353"), (4.366e-8, "4.37e-8"), (3725.0, "3725"), (-0.5, f"{MINUS}0.5")],
)
def test_that_digits_are_the_significant_ones(value, text):
    assert significant(value) == text


# -- places --------------------------------------------------------------------------
@pytest.mark.parametrize("m", [1, 3, 16, 64, 65, 256, 10_000])
@pytest.mark.parametrize("pitch", [0.02, 0.7, 3.0, 20.0, 200.0])
def test_that_labels_do_not_touch_and_end_with_the_batch(m, pitch):
    step = label_step(m, pitch)
    found = labelled(m, step)
    assert m <= 64 or step >= 8
    assert all(0 <= sample < m for sample in found)
    assert step >= m or step * pitch >= 7 + 5 * len(str(m))


def test_that_hatching_stays_in_its_box():
    lines = hatching(10, 20, 30, 7)
    assert len(lines) > 5
    assert lines[:, 0::2].min() >= 10
    assert lines[:, 0::2].max() <= 40
    assert lines[:, 1::2].min() >= 20
    assert lines[:, 1::2].max() <= 27


@pytest.mark.parametrize("value", [1e-320, 3e-9, 0.5, 700.0, 2e300])
def test_that_powers_of_ten_leave_handy_numbers(value):
    power = power_of(value)
    assert 0.1 <= float(in_tens(value, power)) < 1000


def test_that_wrapped_words_are_all_there():
    text = "one two three four five six seven"
    rows = wrapped(text, 11, 60)
    assert " ".join(rows) == text
    assert len(rows) > 2


def test_that_an_infinite_gradient_is_an_arrow():
    weights = [Override(layer=1, value=1e300, weight=(i, 0)) for i in range(4)]
    session = session_of(small((4, 2), overrides=weights))
    picture = draw(session, selected=(1, 0))
    d_z = session.frame("with").record.view(1, "d_z")[:, 0]
    arrows = [s for s in picture.shapes if isinstance(s, Arrow)]
    assert len(arrows) == np.isinf(d_z).sum()
