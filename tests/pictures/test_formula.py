"""The formula picture: what it shows when, where it stands, and what the pointer finds."""

from __future__ import annotations

import json

import numpy as np
import pytest
from msgspec.structs import replace

from bnsim.engine.layout import NETWORK
from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.formula.choice import formula
from bnsim.pictures.formula.picture import formula_lines, formula_picture, parents
from bnsim.pictures.look import Look
from bnsim.pictures.palette import DARK, LIGHT, PRINT, contrast
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.types import Box, Glyphs, Picture, Strokes, Text
from bnsim.sim.moment import parse_moment
from bnsim.sim.session import Session
from bnsim.sim.spec import BatchNorm, Data, Edit, Optimizer, Override, Scenario
from tests.scenarios import small

SIZES = ((340, 240), (360, 240), (700, 300), (1200, 800))
LOOK = Look(LIGHT)


def session_of(scenario: str | Scenario, moment: str = "") -> Session:
    found = Session(load(scenario_path(scenario)) if isinstance(scenario, str) else scenario)
    if moment:
        found.seek(parse_moment(moment, found.schedule, found.scenario.batches))
    return found


def picture(
    scenario: str | Scenario, moment: str, look: Look = LOOK, size: tuple[int, int] = (360, 240)
) -> Picture:
    return formula_picture(session_of(scenario, moment).frames(), look, *size)


def lines(scenario: str | Scenario, moment: str, look: Look = LOOK) -> list[str]:
    return list(formula_lines(session_of(scenario, moment).frames(), look))


def letters(found: Picture) -> np.ndarray:
    """Left, top, right and bottom of every letter."""
    boxes = []
    for shape in found.shapes:
        if not isinstance(shape, Glyphs):
            continue
        for outline, (x, y, size) in zip(shape.outlines, shape.places, strict=True):
            points = outline.points * size + (x, y)
            boxes.append((*points.min(axis=0), *points.max(axis=0)))
    return np.array(boxes).reshape(-1, 4)


def words(found: Picture) -> str:
    return " ".join(s.text for s in found.shapes if isinstance(s, Text))


# -- what is shown ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("scenario", "moment", "wanted"),
    [
        ("article", "1:forward:1:1", ["z = 15 × 6 − 0.230 × 1 − 0.264 × 4 + 0 = 88.71",
                                      "a = max(0, 88.71) = 88.71"]),
        ("article", "1:mean:1", ["μ = 1 / 3 × (88.71 + 55.52 + 57.83) = 67.35"]),
        ("article", "1:normalize:1", ["x̂ = (57.83 − 67.35) / √(229.02 + 0.00001) = −0.63"]),
        ("article-as-printed", "1:normalize:1",
         ["x̂ = (57.83 − 67.35) / (√(229.02) + 1) = −0.59"]),
        ("article", "1:update", []),
        ("three-numbers", "1:normalize:1", ["x̂ = (5 − 5.333) / √(1.556 + 0.00001) = −0.27"]),
        ("cascade", "1:loss", ["L = 1 / 4 × (0.43 + 0.95 + 0.95 + 0.33) = 0.66",
                               "ℓ = ln(e^(0.29) + e^(−0.64)) − 1 × 0.29 = 0.33"]),
        ("cascade", "1:update",
         ["w ← 0.5 − 0.1 × (−0.00836) = 0.500836", "b ← 0 − 0.1 × (−2.17e-19) = 2.17e-20",
          "γ ← 1 − 0.1 × 0.149 = 0.9851", "β ← 0 − 0.1 × 0.0847 = −0.00847"]),
    ],
)  # fmt: skip
def test_that_the_formula_is_that_of_the_operation(
    scenario: str, moment: str, wanted: list[str]
) -> None:
    assert lines(scenario, moment) == wanted


def test_that_a_pinned_sample_and_the_selected_neuron_are_followed() -> None:
    assert lines("article", "1:normalize:1", Look(LIGHT, sample=0)) == [
        "x̂ = (88.71 − 67.35) / √(229.02 + 0.00001) = 1.41"
    ]
    assert "x̂ of h₃, sample 2" in words(
        picture("article", "1:normalize:1", Look(LIGHT, (0, 2), sample=1))
    )


def test_that_a_pinned_sample_that_has_not_come_gives_way() -> None:
    assert "sample 1" in words(picture("article", "1:forward:1:1", Look(LIGHT, sample=2)))


def test_that_before_the_first_step_a_sentence_says_so() -> None:
    found = formula_picture(session_of("article").frames(), LOOK, 360, 240)
    assert "Nothing is computed yet" in words(found)
    assert not found.marks


def test_that_the_way_back_through_the_statistics_has_its_three_terms() -> None:
    found = picture("article", "1:backward:1", size=(700, 400))
    for label in ("direct", "through μ", "through σ²"):
        assert label in words(found)
    (line,) = [s for s in lines("article", "1:backward:1") if s.startswith("da = ")]
    assert line.count(" / ") == 3


def test_that_a_number_that_is_asked_for_is_shown_and_named() -> None:
    look = Look(LIGHT, focus=Quantity("x_hat", 0, 0, 0))
    found = picture("article", "1:leave:1:1", look)
    assert "x̂ of h₁, sample 1" in words(found)
    assert lines("article", "1:leave:1:1", look)[0].endswith("= 1.41")


def test_that_a_number_that_is_not_known_yet_shows_its_symbols_alone() -> None:
    look = Look(LIGHT, focus=Quantity("x_hat", 0, 0, 0))
    found = picture("article", "1:forward:1:1", look)
    assert "waits in the tray" in words(found) or "not computed yet" in words(found)
    assert not found.marks
    assert not any(c.isdecimal() for c in lines("article", "1:forward:1:1", look)[0])


def test_that_a_number_of_another_network_is_not_looked_for() -> None:
    look = Look(LIGHT, focus=Quantity("x_hat", 7, 0, 0))
    assert "μ of h₁" in words(picture("article", "1:mean:1", look))


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        (Quantity("W", 0, unit=0, source=0), "w(x₁ → h₁) = 15, a weight: set at the start"),
        (Quantity("x", 0, 1, 2), "x₃, sample 2 = 10, an input: row 2 of the data"),
        (Quantity("targets", NETWORK, 0, 0), "t of o₁, sample 1 = 1, what the network should"),
    ],
)
def test_that_a_given_number_says_where_it_comes_from(q: Quantity, wanted: str) -> None:
    session = session_of("article", "1:leave:1:1")
    assert formula(session.frames()["with"], q).note.startswith(wanted)
    assert parents(session.frames()["with"], q) == ()


def test_that_an_edited_weight_says_so() -> None:
    session = session_of(small(), "2:mean:1")
    session.edit([Edit(batch=1, value=3.0, layer=0, weight=(0, 0))])
    made = formula(session.frames()["with"], Quantity("W", 0, unit=0, source=0))
    assert made.note.endswith("= 3, a weight: set by the edit in batch 2")
    other = formula(session.frames()["with"], Quantity("W", 0, unit=1, source=0))
    assert other.note.endswith("set at the start and trained since")


# -- special batches -------------------------------------------------------------------
def normalized(dialect: str = "pytorch", **changes: object) -> Scenario:
    scenario = small(**changes)
    norm = BatchNorm(placement="before", dialect=dialect)
    return replace(
        scenario, layers=[replace(scenario.layers[0], batch_norm=norm), scenario.layers[1]]
    )


def same(scenario: Scenario) -> Scenario:
    """Every sample the same."""
    return replace(scenario, data=Data(x=[[4.0, 4.0, 4.0]] * 9, targets=[[1.0, 0.0]] * 9))


@pytest.mark.parametrize(
    ("scenario", "moment", "wanted"),
    [
        (same(normalized("plain")), "1:normalize:1", "σ = 0: every x̂ is 0"),
        (same(normalized("article")), "1:normalize:1", "σ = 0: every x̂ is 0"),
        (same(normalized("plain")), "1:backward:1", "so no gradient passes"),
        (normalized("keras", batch_size=1), "1:normalize:1", "m = 1: a sample alone"),
        (normalized("plain", batch_size=2), "1:normalize:1", "m = 2: x̂ is −1 and 1"),
        (replace(small(), overrides=[Override(layer=0, gamma=0, value=0.0)]), "1:scale:1",
         "γ = 0: every y is β = 0"),
        (replace(small(placements=("after", "")),
                 overrides=[Override(layer=0, bias=0, value=-99.0)]),
         "1:arrive:1:3", "z ≤ 0 for every sample"),
    ],
)  # fmt: skip
def test_that_a_special_batch_is_put_in_a_word(
    scenario: Scenario, moment: str, wanted: str
) -> None:
    assert wanted in " ".join(words(picture(scenario, moment, size=(700, 400))).split())


@pytest.mark.parametrize("value", [1e8, 1e160, 1e300, -1e300])
def test_that_numbers_of_any_size_are_drawn_and_said(value: float) -> None:
    scenario = replace(small(), overrides=[Override(layer=0, weight=(0, 0), value=value)])
    session = session_of(scenario)
    for t in range(1, session.schedule.n + 1):
        session.seek(t)
        for lane, frame in session.frames().items():
            for size in SIZES[:2]:
                found = formula_picture({lane: frame}, LOOK, *size)
                assert np.isfinite(letters(found)).all()
                assert found.description
    assert any("≈" in line or "∞" in line for line in lines(scenario, "1:variance:1"))


def test_that_an_infinite_result_names_what_made_it() -> None:
    scenario = replace(small(), overrides=[Override(layer=0, weight=(0, 0), value=1e300)])
    session = session_of(scenario, "1:loss")
    made = formula(session.frames()["without"], Quantity("loss", NETWORK))
    assert made.settled.result == "∞"
    assert made.note.startswith("loss ℓ of sample 1 is ∞")


# -- the pointer -------------------------------------------------------------------------
def test_that_every_number_of_a_weighted_sum_is_a_mark_of_its_own() -> None:
    found = picture("article", "1:forward:1:1")
    keys = [mark.key for mark in found.marks]
    for j in range(3):
        assert Quantity("W", 0, unit=0, source=j) in keys
        assert Quantity("x", 0, 0, j) in keys
    assert Quantity("b", 0, unit=0) in keys
    assert keys.count(Quantity("z", 0, 0, 0)) == 2


def lit_letters(found: Picture) -> int:
    return sum(
        len(s.outlines) for s in found.shapes if isinstance(s, Glyphs) and s.color == LIGHT.accent
    )


@pytest.mark.parametrize(
    ("lit", "count"),
    [
        (("weight", 0, 1, 0), 5), (Quantity("W", 0, unit=0, source=1), 5), (("input", 0), 1),
        (("weight", 0, 1, 1), 0), (None, 0),
    ],
)  # fmt: skip
def test_that_what_the_pointer_is_on_anywhere_is_underlined(
    lit: tuple[object, ...] | None, count: int
) -> None:
    found = picture("article", "1:forward:1:1", Look(LIGHT, lit=lit))
    underlines = [s for s in found.shapes if isinstance(s, Strokes) and s.color == LIGHT.accent]
    assert lit_letters(found) == count
    assert len(underlines) == bool(count)


def test_that_a_number_lights_itself_and_not_what_shares_its_mark() -> None:
    """Mean and variance of a neuron have one mark in the graph."""
    found = picture("article", "1:normalize:1", Look(LIGHT, lit=Quantity("mean", 0, unit=0)))
    assert lit_letters(found) == len("67.35")


def test_that_an_input_of_a_layer_lights_as_the_output_of_the_layer_before() -> None:
    found = picture("article", "1:forward:2:1", Look(LIGHT, lit=Quantity("x", 1, 0, 0)))
    assert lit_letters(found) == len("1.41")


@pytest.mark.parametrize("theme", [LIGHT, DARK, PRINT])
def test_that_stages_have_their_colours_and_read_on_the_panel(theme: object) -> None:
    found = picture("article", "1:scale:1", Look(theme))
    colors = {s.color for s in found.shapes if isinstance(s, Glyphs)}
    assert {theme.normalized, theme.scaled, theme.raw} <= colors
    assert all(contrast(color, theme.panel) >= 3.0 for color in colors)


def test_that_the_bars_of_fractions_and_roots_are_drawn() -> None:
    found = picture("article", "1:normalize:1")
    bars = [s for s in found.shapes if isinstance(s, Box) and s.fill == LIGHT.text]
    assert len(bars) == 4


def test_that_the_title_can_be_left_out_and_the_formula_moves_up() -> None:
    full, bare = (picture("article", "1:mean:1", Look(LIGHT, title=t)) for t in (True, False))
    assert "μ of h₁" not in words(bare)
    assert letters(bare)[:, 1].min() < letters(full)[:, 1].min() - 15


def test_that_the_description_holds_the_formula_in_plain_text() -> None:
    text = picture("article", "1:mean:1").description
    assert text == "μ of h₁; μ = 1 / 3 × (88.71 + 55.52 + 57.83) = 67.35"
    assert json.dumps(text)


def test_that_the_same_moment_gives_the_same_picture() -> None:
    first, second = (picture("article", "1:backward:1") for _ in range(2))
    assert np.array_equal(letters(first), letters(second))
    assert [m.key for m in first.marks] == [m.key for m in second.marks]


@pytest.mark.parametrize("name", ["article", "cascade"])
@pytest.mark.parametrize("kind", ["sgd", "momentum", "adam"])
def test_that_the_update_of_every_optimizer_is_written_out(name: str, kind: str) -> None:
    scenario = replace(load(scenario_path(name)), optimizer=Optimizer(name=kind))
    session = session_of(scenario)
    session.seek(2 * session.schedule.n)
    found = formula_picture(session.frames(), LOOK, 700, 300)
    assert any(isinstance(shape, Glyphs) for shape in found.shapes)
    assert "←" in found.description


@pytest.mark.parametrize("height", [110, 120, 150, 200, 260])
def test_that_in_a_low_panel_no_note_stands_on_a_formula(height: int) -> None:
    found = picture("cascade", "3:backward:2", size=(284, height))
    lowest = letters(found)[:, 3].max()
    notes = [s for s in found.shapes if isinstance(s, Text) and s.text.startswith("dz is short")]
    assert all(note.y > lowest for note in notes)


def test_that_in_the_articles_dialect_equal_values_still_pass_a_gradient() -> None:
    found = Quantity("d_var", 0, unit=1)
    text = picture("article-as-printed", "2:backward:1", Look(LIGHT, focus=found)).description
    assert "√σ² has no slope there" in text
    assert "no gradient passes" not in text
