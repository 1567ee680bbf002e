import time
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.look import Look
from bnsim.pictures.matrix.cells import NAN, levels_of, runs, stretches
from bnsim.pictures.matrix.data import Grid, merged
from bnsim.pictures.matrix.layout import Area, lay_out
from bnsim.pictures.matrix.picture import matrix_picture
from bnsim.pictures.matrix.words import compact, recomputing
from bnsim.pictures.palette import LIGHT, THEMES, value_color
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.scales import NORMAL_REACH, value_reach
from bnsim.pictures.types import Box, Circle, Picture, Strokes, Text
from bnsim.pictures.words import number
from bnsim.sim.moment import parse_moment
from bnsim.sim.session import Session
from bnsim.sim.spec import Edit, Scenario
from tests.scenarios import small

SMALL, LARGE = (360.0, 300.0), (900.0, 500.0)
RING = LIGHT.normalized


def at(scenario: Scenario | str, moment: str) -> Session:
    scenario = load(scenario_path(scenario)) if isinstance(scenario, str) else scenario
    session = Session(scenario)
    session.seek(parse_moment(moment, session.schedule, scenario.batches))
    return session


def with_dialect(name: str, dialect: str) -> Scenario:
    scenario = load(scenario_path(name))
    layers = [
        msgspec.structs.replace(
            layer, batch_norm=msgspec.structs.replace(layer.batch_norm, dialect=dialect)
        )
        if layer.batch_norm
        else layer
        for layer in scenario.layers
    ]
    return msgspec.structs.replace(scenario, layers=layers)


def drawn(session: Session, size: tuple[float, float] = SMALL, **look: object) -> Picture:
    return matrix_picture(session.frames(), Look(LIGHT, **look), *size)


def texts(picture: Picture) -> list[str]:
    return [shape.text for shape in picture.shapes if isinstance(shape, Text)]


def inside(mark, shape: Text) -> bool:
    return abs(shape.x - mark.x) < mark.width / 2 and abs(shape.y - mark.y) < mark.height / 2


def text_at(picture: Picture, key: tuple) -> str | None:
    mark = next(m for m in picture.marks if m.key == key)
    found = [s.text for s in picture.shapes if isinstance(s, Text) and inside(mark, s)]
    return found[0] if found else None


def fill_at(picture: Picture, key: tuple) -> str | None:
    """The colour of the filled box in the middle of a cell."""
    mark = next(m for m in picture.marks if m.key == key)
    boxes = [s for s in picture.shapes if isinstance(s, Box) and s.fill]
    found = [
        b.fill
        for b in boxes
        if abs(b.x + b.width / 2 - mark.x) < 1 and abs(b.y + b.height / 2 - mark.y) < 1
    ]
    return found[0] if found else None


def outlines(picture: Picture, color: str, dashed: bool) -> list[Box]:
    return [
        s
        for s in picture.shapes
        if isinstance(s, Box) and s.line == color and s.dashed == dashed and not s.fill
    ]


def cells_in(picture: Picture, box: Box) -> set[tuple]:
    """The keys of the cells whose middle a box holds."""
    return {
        tuple(m.key)
        for m in picture.marks
        if box.x < m.x < box.x + box.width
        and box.y < m.y < box.y + box.height
        and (m.key[0] == "slot" or (isinstance(m.key, Quantity) and m.key.sample >= 0))
    }


# -- what is shown ---------------------------------------------------------------------
@pytest.mark.parametrize("name", scenario_names())
def test_that_at_every_operation_only_what_is_known_is_shown(name: str) -> None:
    session = Session(load(scenario_path(name)))
    for t in range(session.schedule.n + 1):
        session.seek(t)
        frame = session.frame("with")
        for layer in range(frame.n_layers):
            picture = drawn(session, LARGE, selected=(layer, 0))
            for mark in picture.marks:
                if mark.key[0] == "slot":
                    _, _, unit, sample = mark.key
                    name_, reach = frame.raw_name(layer), value_reach(frame)
                elif isinstance(mark.key, Quantity) and mark.key.sample >= 0:
                    name_, _, sample, unit, _ = mark.key
                    reach = NORMAL_REACH if name_ in ("x_hat", "y") else value_reach(frame)
                else:
                    continue
                value = frame.value(layer, name_, sample, unit)
                shown, fill = text_at(picture, mark.key), fill_at(picture, mark.key)
                if value is None:
                    assert (shown, fill) == (None, None), (t, mark.key)
                else:
                    assert fill == value_color(LIGHT, value, reach), (t, mark.key)
                    assert shown is not None
                    assert float(shown.replace("−", "-")) == pytest.approx(
                        value, rel=0.06, abs=6e-3
                    )


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
@pytest.mark.parametrize("size", [SMALL, LARGE, (340.0, 240.0), (1200.0, 800.0)])
def test_that_everything_stands_inside_the_picture(theme, size: tuple[float, float]) -> None:
    for name in scenario_names():
        session = Session(load(scenario_path(name)))
        for t in range(0, session.schedule.n + 1, 3):
            session.seek(t)
            for layer in range(len(session.scenario.layers)):
                picture = matrix_picture(session.frames(), Look(theme, (layer, 0)), *size)
                for shape in picture.shapes:
                    if isinstance(shape, Circle | Text | Box):
                        assert 0 <= shape.x <= size[0], (name, t, shape)
                        assert 0 <= shape.y <= size[1], (name, t, shape)
                    if isinstance(shape, Box):
                        assert shape.x + shape.width <= size[0], (name, t, shape)
                        assert shape.y + shape.height <= size[1], (name, t, shape)


def test_that_the_statistics_come_one_after_the_other() -> None:
    told = {}
    for moment in ("1:arrive:1:2", "1:mean:1", "1:variance:1"):
        told[moment] = texts(drawn(at("article", moment)))
    assert "waiting for sample 3: the mean needs all three" in told["1:arrive:1:2"]
    assert not any(text.startswith(("μ", "σ")) for text in told["1:arrive:1:2"])
    assert "μ 67.35" in told["1:mean:1"]
    assert not any(text.startswith("σ ") for text in told["1:mean:1"])
    assert "σ 15.13" in told["1:variance:1"]


def test_that_the_printed_mean_and_deviation_follow_from_the_printed_column() -> None:
    for name in ("article", "article-before", "three-numbers", "cascade"):
        session = at(name, "1:variance:1")
        for unit in range(session.frame("with").plan.layers[0].n_out):
            picture = drawn(session, LARGE, selected=(0, unit))
            column = [
                float(text_at(picture, ("slot", 0, unit, s)).replace("−", "-"))
                for s in range(session.schedule.m)
            ]
            found = {t[0]: t[2:].replace("−", "-") for t in texts(picture) if t[:2] in ("μ ", "σ ")}
            places = max(len(found["σ"].partition(".")[2]), 2)
            assert f"{np.mean(column):.{places}f}" == f"{float(found['μ']):.{places}f}", (
                name,
                unit,
            )
            assert f"{np.std(column):.{places}f}" == f"{float(found['σ']):.{places}f}", (name, unit)


def test_that_scaled_values_take_the_place_of_normalized_ones() -> None:
    session = at("cascade", "3:normalize:1")
    assert any("x̂ =" in text for text in texts(drawn(session, LARGE)))
    session = at("cascade", "3:scale:1")
    picture, record = drawn(session, LARGE), session.frame("with").record
    assert any("y = γ x̂ + β" in text for text in texts(picture))
    assert text_at(picture, Quantity("y", 0, 1, 0)) == number(
        float(record.view(0, "y")[1, 0]), True
    )
    gamma = float(record.view(0, "gamma")[0])
    assert f"γ {number(gamma)}" in texts(picture)


# -- the averaged axis -----------------------------------------------------------------
@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("unit", [0, 2])
def test_that_bn_lights_the_column_and_dashes_the_row_of_the_sample(size, unit: int) -> None:
    picture = drawn(at("article", "1:end"), size, selected=(0, unit), sample=1)
    lit = outlines(picture, RING, False)
    assert len(lit) == 2
    raw, normal = (cells_in(picture, box) for box in lit)
    assert raw == {("slot", 0, unit, s) for s in range(3)}
    assert normal == {tuple(Quantity("x_hat", 0, s, unit)) for s in range(3)}
    faint = outlines(picture, LIGHT.muted, True)
    assert cells_in(picture, faint[0]) == {("slot", 0, u, 1) for u in range(4)}
    assert "BN averages down a column: one neuron over the batch." in texts(picture)


def test_that_ln_lights_the_row_of_the_sample_and_dashes_the_column() -> None:
    session = at(with_dialect("article", "layernorm"), "1:end")
    picture, record = drawn(session, selected=(0, 1), sample=1), session.frame("with").record
    lit = outlines(picture, RING, False)
    assert cells_in(picture, lit[0]) == {tuple(Quantity("a", 0, 1, u)) for u in range(4)}
    assert cells_in(picture, lit[1]) == {tuple(Quantity("x_hat", 0, 1, u)) for u in range(4)}
    faint = outlines(picture, LIGHT.muted, True)
    assert cells_in(picture, faint[0]) == {tuple(Quantity("a", 0, s, 1)) for s in range(3)}
    assert "LN averages along a row: one sample over its neurons." in texts(picture)
    row = [text_at(picture, Quantity("a", 0, 1, u)) for u in range(4)]
    assert f"μ {np.mean([float(v) for v in row]):.2f}" in texts(picture)
    assert f"μ {float(record.view(0, 'mean')[1]):.2f}" in texts(picture)
    assert Quantity("mean", 0, sample=1) in [m.key for m in picture.marks]


def test_that_ln_knows_a_mean_as_soon_as_its_sample_has_passed() -> None:
    session = at(with_dialect("article", "layernorm"), "1:forward:1:1")
    assert any(t.startswith("μ") for t in texts(drawn(session, sample=0)))
    assert not any(t.startswith("μ") for t in texts(drawn(session, sample=2)))


def test_that_without_normalization_nothing_is_lit() -> None:
    picture = drawn(at("article", "1:end"), selected=(1, 0))
    assert not outlines(picture, RING, False)
    assert not outlines(picture, LIGHT.muted, True)
    assert "No normalization here: no column and no row is averaged." in texts(picture)


def test_that_in_use_the_statistics_are_the_running_ones_and_called_so() -> None:
    session = at("article", "3:end")
    before = session.runs["with"].record(1)
    session.infer(True)
    session.seek(2 * session.schedule.n + 1)
    picture = drawn(session)
    assert f"running μ {number(float(before.view(0, 'running_mean')[0]))}" in texts(picture)
    assert f"σ {number(float(before.view(0, 'running_var')[0]) ** 0.5)}" in texts(picture)
    assert not any("averages down" in text for text in texts(picture))
    assert not any("waiting" in text for text in texts(picture))
    assert not outlines(picture, RING, False)
    assert text_at(picture, Quantity("x_hat", 0, 0, 0)) is not None
    assert text_at(picture, Quantity("x_hat", 0, 1, 0)) is None


# -- pointing ---------------------------------------------------------------------------
def test_that_the_cell_of_the_number_under_the_pointer_is_ringed() -> None:
    session = at("article", "1:end")
    for lit, wanted in (
        (Quantity("x_hat", 0, 1, 2), {("slot", 0, 2, 1), tuple(Quantity("x_hat", 0, 1, 2))}),
        (("slot", 0, 2, 1), {("slot", 0, 2, 1), tuple(Quantity("x_hat", 0, 1, 2))}),
        (("neuron", 0, 3), {("slot", 0, 3, 2)}),
        (None, set()),
    ):
        picture = drawn(session, lit=lit)
        rings = outlines(picture, LIGHT.accent, False)
        assert set().union(*(cells_in(picture, ring) for ring in rings)) == wanted, lit


def test_that_a_number_of_the_output_lights_one_sample_only() -> None:
    session = at("article", "1:end")
    picture = drawn(session, selected=(1, 0), lit=Quantity("a", 1, 0, 1))
    (ring,) = outlines(picture, LIGHT.accent, False)
    assert cells_in(picture, ring) == {tuple(Quantity("a", 1, 0, 1))}


def test_that_names_of_neurons_can_be_pointed_at() -> None:
    picture = drawn(at("article", "1:end"))
    assert {("neuron", 0, u) for u in range(4)} <= {m.key for m in picture.marks}
    assert {Quantity("mean", 0, unit=0), Quantity("var", 0, unit=0)} <= {
        m.key for m in picture.marks
    }


# -- extremes ---------------------------------------------------------------------------
def exploding(value: float) -> Scenario:
    edits = [
        Edit(batch=0, layer=0, weight=(0, 0), value=value),
        Edit(batch=0, layer=0, weight=(2, 1), value=value / 1e50),
        Edit(batch=0, layer=1, weight=(0, 1), value=1e150),
    ]
    return small(sizes=(4, 3, 2), placements=("", "after", "before"), edits=edits)


@pytest.mark.parametrize("value", [1e30, 1e155, 1e300])
def test_that_exploding_values_are_words_at_finite_places(value: float) -> None:
    session = Session(exploding(value))
    for t in range(0, session.schedule.n + 1, 2):
        session.seek(t)
        for layer in range(3):
            for size in (SMALL, LARGE):
                picture = drawn(session, size, selected=(layer, 0))
                for shape in picture.shapes:
                    if isinstance(shape, Strokes):
                        assert np.isfinite(shape.lines).all()
                    else:
                        assert np.isfinite([shape.x, shape.y]).all()


def test_that_undefined_values_are_yellow_and_infinite_ones_full() -> None:
    picture = drawn(at(exploding(1e300), "1:end"), selected=(1, 0))
    key = ("slot", 1, 1, 0)
    assert text_at(picture, key) == "∞"
    assert fill_at(picture, key) == LIGHT.positive
    key = Quantity("x_hat", 1, 0, 1)
    assert text_at(picture, key) == "NaN"
    assert fill_at(picture, key) == LIGHT.flagged
    assert any("not finite; NaN is yellow" in text for text in texts(picture))


def many(batch: int = 256, neurons: int = 64) -> Scenario:
    return small(sizes=(neurons, 2), placements=("after", ""), batch_size=batch, n_samples=batch)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_that_64_neurons_by_256_samples_are_few_shapes_and_quick(size) -> None:
    session = at(many(), "1:end")
    frames = session.frames()
    matrix_picture(frames, Look(LIGHT), *size)
    start = time.perf_counter()
    picture = matrix_picture(frames, Look(LIGHT, (0, 20)), *size)
    assert time.perf_counter() - start < 0.06
    assert len(picture.shapes) < 200
    assert len(picture.marks) < 1500
    assert len(outlines(picture, RING, False)) == 2
    lines = sum(len(s.lines) for s in picture.shapes if isinstance(s, Strokes))
    assert lines > 2000


def test_that_merged_samples_are_told() -> None:
    assert any(
        text == "Each cell shows the largest |value| of 2 samples."
        for text in texts(drawn(at(many(), "1:end")))
    )
    assert not any("largest" in text for text in texts(drawn(at(many(), "1:end"), LARGE)))


def test_that_half_a_batch_of_many_is_drawn_half() -> None:
    session = at(many(64), "1:forward:1:20")
    picture = drawn(session, LARGE)
    lines = np.concatenate([s.lines for s in picture.shapes if isinstance(s, Strokes)])
    hollow = outlines(picture, LIGHT.faint, True)
    assert len(hollow) == 2
    assert lines[:, 3].max() <= hollow[0].y + 0.5


@pytest.mark.parametrize(("batch", "neurons"), [(2, 256), (5000, 3), (2000, 256)])
def test_that_any_shape_of_batch_fits(batch: int, neurons: int) -> None:
    session = Session(many(batch, neurons))
    session.seek(session.schedule.n)
    for size in (SMALL, (340.0, 240.0)):
        for shape in drawn(session, size, selected=(0, neurons - 1)).shapes:
            if isinstance(shape, Strokes):
                assert shape.lines[:, [0, 2]].max() <= size[0]
                assert shape.lines[:, [1, 3]].max() <= size[1]
            elif isinstance(shape, Box):
                assert shape.x + shape.width <= size[0]


# -- parts -----------------------------------------------------------------------------
def grid(values: np.ndarray) -> Grid:
    return Grid("raw", "a", values, np.ones(len(values), dtype=bool), 1.0)


def test_that_a_merged_cell_has_the_value_that_is_largest_in_size() -> None:
    values = np.array([[1.0, -5.0], [-3.0, 2.0], [np.inf, 0.0], [np.nan, -1.0], [0.5, 0.0]])
    part = merged(grid(values), 2, 1)
    np.testing.assert_array_equal(part.values, [[-3.0, -5.0], [np.nan, -1.0], [0.5, 0.0]])
    half = replace(grid(values), known=np.array([True, True, True, False, False]))
    assert merged(half, 2, 1).known.tolist() == [True, False, False]
    assert merged(grid(values), 5, 2).values.shape == (1, 1)


LEVELS = st.integers(1, 6).flatmap(
    lambda n: st.lists(st.lists(st.integers(-2, 2), min_size=n, max_size=n), min_size=1, max_size=8)
)


@given(LEVELS, st.data())
def test_that_stretches_cover_every_known_cell_once_with_its_colour(rows, data) -> None:
    levels = np.array(rows)
    known = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    painted = np.full(levels.shape, 99)
    for column, first, last in zip(*stretches(levels, known), strict=True):
        assert (painted[first:last, column] == 99).all()
        painted[first:last, column] = levels[first, column]
    np.testing.assert_array_equal(painted, np.where(known[:, None], levels, 99))


@given(st.lists(st.booleans(), max_size=12))
def test_that_runs_are_the_stretches_of_true(mask: list[bool]) -> None:
    again = np.zeros(len(mask), dtype=bool)
    for first, end in runs(np.array(mask, dtype=bool)):
        again[first:end] = True
    assert again.tolist() == mask


@given(st.floats(width=64))
def test_that_every_value_has_a_level(value: float) -> None:
    (level,) = levels_of(np.array([value]), 20.0)
    assert level == NAN if np.isnan(value) else abs(level) <= 12
    if abs(value) > 20:
        assert level == (12 if value > 0 else -12)


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=8))
def test_that_recomputing_digits_do_recompute(found: list[float]) -> None:
    values = np.array(found)
    exact = recomputing(values, float(values.mean()), float(values.std()))
    if exact is not None:
        printed = [float(text.replace("−", "-")) for text in exact[0]]
        mean, sd = (float(text.replace("−", "-")) for text in exact[1:])
        assert np.mean(printed) == pytest.approx(mean, abs=0.00501)
        assert np.std(printed) == pytest.approx(sd, abs=0.00501)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1.2e30", "1e30"),
        ("−9.6e-5", "−1e-4"),
        ("+2.5e300", "+3e300"),
        ("88.7", "88.7"),
        ("∞", "∞"),
    ],
)
def test_that_compact_numbers_keep_one_digit(text: str, wanted: str) -> None:
    assert compact(text) == wanted


@given(
    st.floats(120, 1500), st.floats(80, 900), st.integers(1, 3000), st.integers(1, 256),
    st.integers(1, 2),
)  # fmt: skip
def test_that_maps_stay_in_their_area_and_apart(width, height, samples, neurons, count) -> None:
    area = Area(14.0, 35.0, width, height, 20.0)
    places = lay_out(area, samples, neurons, count)
    for place in places:
        assert place.rows * place.per_row >= samples
        assert place.columns * place.per_column >= neurons
        assert place.right <= area.left + width + 1
    if count == 2:
        first, second = places
        assert second.left >= first.right or second.top >= first.bottom
