"""Where a formula stands: in the panel, on as many lines as it takes, over nothing else."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from bnsim.pictures.formula.layout import wrapped
from bnsim.pictures.formula.picture import formula_picture
from bnsim.pictures.types import Glyphs, Text
from bnsim.sim.session import Session
from tests.pictures.test_formula import LOOK, SIZES, letters, picture, session_of, words


def moments(session: Session) -> range:
    return range(1, session.schedule.n + 1)


@pytest.mark.parametrize(
    "name", ["article", "article-before", "article-as-printed", "three-numbers", "cascade"]
)
@pytest.mark.parametrize("size", SIZES)
def test_that_nothing_is_clipped_and_no_letter_is_tiny(name: str, size: tuple[int, int]) -> None:
    session = session_of(name)
    for t in moments(session):
        session.seek(t)
        found = formula_picture(session.frames(), LOOK, *size)
        boxes = letters(found)
        if not len(boxes):
            continue
        assert boxes[:, 0].min() >= 8
        assert boxes[:, 2].max() <= size[0] - 6
        assert boxes[:, 1].min() >= 30
        assert boxes[:, 3].max() <= size[1] - 4
        texts = [s for s in found.shapes if isinstance(s, Text)]
        assert min(s.size for s in texts) >= 9
        places = [s.places for s in found.shapes if isinstance(s, Glyphs)]
        # Only a sum's index and powers are smaller than the numbers, which have 9 at least.
        assert np.median(np.concatenate(places)[:, 2]) >= 9


@pytest.mark.parametrize("name", ["article", "cascade"])
@pytest.mark.parametrize("size", SIZES)
def test_that_numbers_do_not_lie_on_each_other_or_on_words(
    name: str, size: tuple[int, int]
) -> None:
    session = session_of(name)
    for t in moments(session):
        session.seek(t)
        found = formula_picture(session.frames(), LOOK, *size)
        boxes = [(m.x - m.width / 2 + 1.5, m.x + m.width / 2 - 1.5, m.y) for m in found.marks]
        for (a0, a1, ay), (b0, b1, by) in combinations(boxes, 2):
            assert a1 <= b0 or b1 <= a0 or abs(ay - by) > 6
        for text in (s for s in found.shapes if isinstance(s, Text) and s.align == "left"):
            near = [(x0, x1) for x0, x1, y in boxes if abs(y - text.y) < 7]
            assert not any(x1 > text.x and x0 < text.x + 20 for x0, x1 in near)


def test_that_a_narrow_panel_breaks_a_long_sum_at_its_signs() -> None:
    found = picture("article", "1:variance:1", size=(340, 240))
    rows = {round(mark.y) for mark in found.marks}
    assert len(rows) >= 4


def test_that_what_there_is_no_room_for_is_named() -> None:
    small_one = picture("article", "1:backward:1", size=(360, 240))
    large_one = picture("article", "1:backward:1", size=(1200, 800))
    assert "A larger panel shows" in words(small_one)
    assert "A larger panel" not in words(large_one)
    assert {m.key for m in small_one.marks} < {m.key for m in large_one.marks}


def test_that_a_wide_panel_has_two_columns() -> None:
    xs = np.array([mark.x for mark in picture("article", "1:backward:1", size=(700, 300)).marks])
    assert xs.min() < 300 < 380 < xs.max()


def test_that_a_sentence_breaks_between_its_words() -> None:
    lines = wrapped("one two three four five six seven", 11.0, 80.0)
    assert len(lines) > 1
    assert " ".join(lines) == "one two three four five six seven"
    assert wrapped("", 11.0, 80.0) == ()
