"""Letters as outlines: laid out by ziamath, digits swapped, drawn, moved and exported."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter

from bnsim.export.scene import Scene
from bnsim.export.svg import svg_text
from bnsim.pictures.formula.mathset import (
    number_letters,
    number_mathml,
    setting,
    shape_of,
    slotted,
    symbol_mathml,
    with_digits,
)
from bnsim.pictures.moving import moved
from bnsim.pictures.types import Glyphs, Outline, Picture
from bnsim.views.paint import paint

SQUARE = Outline("MLLL", np.array([[0.0, 0.0], [1.0, 0.0], [1.0, -1.0], [0.0, -1.0]]))
ROUND = Outline("MCCQ", np.array([[0, 0], [1, 0], [1, -1], [0, -1], [0.2, -1.0], [0.1, -0.5],
                                  [0, -0.4], [0.5, -0.2], [0, 0]], dtype=float))  # fmt: skip


def fraction(over: str, below: str) -> str:
    return f"<mfrac>{slotted(number_mathml(over), 0)}{slotted(number_mathml(below), 1)}</mfrac>"


NUMBERS = st.floats(0, 1e6).map(lambda v: f"{v:.3f}")


@given(NUMBERS, NUMBERS)
def test_that_swapped_digits_are_those_of_a_full_layout(over: str, below: str) -> None:
    shared = setting(fraction(shape_of(over), shape_of(below)))
    swapped = list(with_digits(shared, [number_letters(over), number_letters(below)]))
    full = setting(fraction(over, below)).letters
    assert [a.outline for a in swapped] == [b.outline for b in full]
    assert all(abs(a.x - b.x) < 0.05 and abs(a.y - b.y) < 0.05
               for a, b in zip(swapped, full, strict=True))  # fmt: skip


def test_that_numbers_of_one_shape_share_one_layout() -> None:
    assert shape_of("88.71") == shape_of("55.52") == "00.00"
    assert setting(number_mathml(shape_of("88.71"))) is setting(number_mathml(shape_of("12.34")))


@pytest.mark.parametrize("bold", [False, True])
def test_that_a_power_of_ten_keeps_all_its_letters(bold: bool) -> None:
    text = number_letters("−1.23e-17", bold)
    plain = number_mathml(shape_of("−1.23e-17"))
    found = list(with_digits(setting(slotted(plain, 0)), [text]))
    assert len(found) == len(text) == len("−1.23·10−17")
    assert found[-1].size < found[0].size
    assert found[-1].y < found[0].y


def test_that_slots_are_told_apart_and_the_rest_has_none() -> None:
    found = setting(f"{slotted(number_mathml('12'), 0)}<mo>+</mo>{slotted('<mi>x</mi>', 1)}")
    assert [letter.slot for letter in found.letters] == [0, 0, -1, 1]


def test_that_a_hat_is_no_wider_than_its_letter() -> None:
    found = setting(symbol_mathml(r"\hat{x}"))
    widths = [np.ptp(letter.outline.points[:, 0]) * letter.size for letter in found.letters]
    assert len(widths) == 2
    assert widths[1] < widths[0]


def test_that_outlines_are_finite_and_drawn_once() -> None:
    first, second = (setting(number_mathml(text)).letters[0].outline for text in ("70", "7"))
    assert first is second
    assert np.isfinite(first.points).all()
    assert set(first.commands) <= set("MLQC")


def test_that_a_picture_s_module_does_not_load_ziamath() -> None:
    code = "import sys, bnsim.pictures.formula.picture; sys.exit('ziamath' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_that_ziamath_loads_under_the_warnings_of_the_tests() -> None:
    assert setting("<mn>1</mn>").width == pytest.approx(0.495, abs=0.01)


# -- the shape -------------------------------------------------------------------------
def drawn(*shapes: Glyphs, size: tuple[int, int] = (60, 40)) -> np.ndarray:
    image = QImage(*size, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        paint(painter, Picture(*size, "#ffffff", shapes))
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(size[1], size[0], 4)
    return pixels[..., 2::-1].copy()


def test_that_letters_are_filled_at_their_place_and_size(qapp: object) -> None:
    pixels = drawn(Glyphs((SQUARE,), np.array([[10.0, 30.0, 20.0]]), "#ff0000"))
    inked = (pixels != 255).any(axis=2)
    assert np.argwhere(inked).min(axis=0).tolist() == [10, 10]
    assert np.argwhere(inked).max(axis=0).tolist() == [29, 29]
    assert (pixels[15, 15] == (255, 0, 0)).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_that_a_letter_at_no_place_is_left_out(qapp: object, bad: float) -> None:
    places = np.array([[bad, 30.0, 20.0], [10.0, bad, 20.0], [10.0, 30.0, bad]])
    assert (drawn(Glyphs((SQUARE,) * 3, places, "#000000")) == 255).all()
    text = svg_of(Glyphs((SQUARE,) * 3, places, "#000000"))
    assert not re.search("nan|inf|e[+]?[0-9]{3}", text.split("viewBox")[1])


def test_that_curves_are_drawn(qapp: object) -> None:
    pixels = drawn(Glyphs((ROUND,), np.array([[10.0, 35.0, 30.0]]), "#000000"))
    assert 100 < (pixels[..., 0] < 128).sum() < 900


TWO = Outline("MLLLMLLL", np.concatenate([SQUARE.points, SQUARE.points * 0.5 + [0.25, -0.25]]))


def test_that_contours_that_overlap_leave_no_hole(qapp: object) -> None:
    pixels = drawn(Glyphs((TWO,), np.array([[10.0, 35.0, 30.0]]), "#000000"))
    assert (pixels[10:30, 15:35] == 0).all()


def svg_of(*shapes: Glyphs) -> str:
    return svg_text(Scene(60, 40, "#ffffff", shapes), ("60", "40"), {})


def test_that_an_svg_has_one_path_a_colour_with_its_curves() -> None:
    places = np.array([[10.0, 30.0, 20.0], [35.0, 30.0, 10.0]])
    text = svg_of(Glyphs((SQUARE, ROUND), places, "#80ff0000"))
    (path,) = re.findall('<path d="([^"]+)"([^>]*)/>', text)
    assert path[0] == (
        "M10 30L30 30L30 10L10 10ZM35 30C45 30 45 20 35 20C37 20 36 25 35 26Q40 28 35 30Z"
    )
    assert 'fill="#ff0000"' in path[1]
    assert svg_of(Glyphs((TWO,), places[:1], "#000000")).count("Z") == 2
    assert 'fill-opacity="0.5"' in path[1]


def test_that_letters_move_with_the_figure_they_are_in() -> None:
    shape = Glyphs((SQUARE,), np.array([[10.0, 30.0, 20.0]]), "#000000")
    assert moved(shape, 5.0, 2.0).places.tolist() == [[12.0, 35.0, 20.0]]
    assert shape.places.tolist() == [[10.0, 30.0, 20.0]]
