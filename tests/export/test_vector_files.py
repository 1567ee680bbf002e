"""SVG and PDF, judged by programs that are not ours."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from bnsim.export.drawing import drawing_of
from bnsim.export.images import image_of
from bnsim.export.scene import Line, Scene
from bnsim.export.svg import number, svg_text
from bnsim.export.vector import pdf_bytes, svg_bytes
from bnsim.pictures.types import Arrow, Box, Circle, Strokes, Text
from bnsim.sim.errors import InputError
from tests.export.jobs import (
    SHAPES,
    differing,
    job,
    no_window,
    pixels,
    poppler,
    program,
    rsvg,
    told,
)

NS = "{http://www.w3.org/2000/svg}"
NO_UPDATE = "No optimizer in this scenario"
BAD = (float("nan"), float("inf"), -float("inf"), 1e300, -1e300)


def written(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def image(given, width):
    size = drawing_of(given, 1.0).size
    options = {"size": (width, round(width * size[1] / size[0]))}
    return pixels(image_of(job(given.picture, theme=given.options.theme, **options), no_window))


# -- against the PNG -------------------------------------------------------------------
@pytest.mark.parametrize("theme", ["light", "dark", "print"])
@pytest.mark.parametrize("picture", SHAPES[:5])
def test_that_librsvg_draws_what_the_png_shows(picture, theme, qapp, tmp_path):
    given = job(picture, theme=theme)
    svg = written(tmp_path, "a.svg", svg_bytes(given))
    assert differing(rsvg(svg, 1640, tmp_path), image(given, 1640)) < 0.02


@pytest.mark.parametrize("picture", SHAPES[:5])
def test_that_poppler_draws_what_the_png_shows(picture, qapp, tmp_path):
    given = job(picture)
    pdf = written(tmp_path, "a.pdf", pdf_bytes(given))
    assert differing(poppler(pdf, 1640), image(given, 1640)) < 0.03


@pytest.mark.parametrize("make", ["svg", "pdf"])
def test_that_strokes_of_vectors_grow_with_the_picture(make, qapp, tmp_path):
    data = {"svg": svg_bytes, "pdf": pdf_bytes}[make](job("graph"))
    path = written(tmp_path, f"a.{make}", data)
    reds = []
    for width in (600, 4000):
        found = rsvg(path, width, tmp_path) if make == "svg" else poppler(path, width)
        column = found[: found.shape[0] // 2, round(0.13 * width)]
        reds.append((column[:, 0] - column[:, 1]).clip(80).sum() - 80 * len(column))
    assert reds[0] > 100
    assert reds[1] >= 6 * reds[0]


# -- what is in them -------------------------------------------------------------------
@pytest.mark.parametrize("picture", SHAPES)
def test_that_an_svg_has_words_and_no_bitmap(picture, qapp):
    # At the end of a batch without an optimizer there is nothing to work out.
    root = ElementTree.fromstring(svg_bytes(job(picture, "1:normalize:1")))
    words = [element.text for element in root.iter(f"{NS}text")]
    outlines = [element for element in root.iter(f"{NS}path") if len(element.get("d")) > 1000]
    # A formula is drawn as the outlines of its letters; every other picture has words.
    assert outlines if picture == "formula" else len(words) > 5
    assert not list(root.iter(f"{NS}image"))
    assert root.find(f"{NS}title").text
    assert '"scenario"' in root.find(f"{NS}metadata").text


def test_that_every_number_of_the_graph_is_a_word_of_the_svg(qapp):
    root = ElementTree.fromstring(svg_bytes(job("graph", "1:normalize:1")))
    words = {element.text for element in root.iter(f"{NS}text")}
    assert {"w = 15", "+1.41", "−0.63", "57.8"} <= words


@pytest.mark.parametrize("picture", SHAPES)
def test_that_a_pdf_has_its_letters_and_no_bitmap(picture, qapp, tmp_path):
    pdf = written(tmp_path, "a.pdf", pdf_bytes(job(picture)))
    fonts = told(program("pdffonts"), pdf).splitlines()[2:]
    assert {row.split()[0].split("+")[-1] for row in fonts} <= {"Inter-Regular", "Inter-SemiBold"}
    assert all(row.split()[4] == "yes" for row in fonts)  # embedded
    assert told(program("pdfimages"), "-list", pdf).splitlines()[2:] == []
    assert "target" in told(program("pdftotext"), pdf, "-") or picture != "graph"


def test_that_a_pdf_carries_its_scenario_as_a_file(qapp, tmp_path):
    pdf = written(tmp_path, "a.pdf", pdf_bytes(job()))
    assert "scenario.json" in told(program("pdfdetach"), "-list", pdf)


# -- sizes -----------------------------------------------------------------------------
def test_that_paper_has_its_size(qapp, tmp_path):
    given = job("loss", size=(1004, 709), dpi=300)
    assert b'width="85.01mm" height="60.03mm"' in svg_bytes(given)
    info = told(program("pdfinfo"), written(tmp_path, "a.pdf", pdf_bytes(given)))
    assert re.search(r"Page size: +241 x 171 pts", info)


def test_that_letters_on_paper_are_large_enough_to_read(qapp):
    """In a column of 8.5 cm, letters of 11 logical pixels have at least 5 pt."""
    for picture, height in (("samples", 709), ("spread", 709), ("loss", 709), ("graph", 1240)):
        drawing = drawing_of(job(picture, size=(1004, height), dpi=300), 1.0)
        points = 11 * drawing.size[0] / drawing.scene.width / 300 * 72
        assert points >= 5, picture


def test_that_a_page_beyond_what_pdf_allows_is_refused(qapp):
    with pytest.raises(InputError, match="200 inches; use --dpi"):
        pdf_bytes(job("loss", size=(10_000, 5_000), dpi=10))


# -- words switched off ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("word", "lost"),
    [
        ("title", "Without batch normalization"),
        ("labels", "Input"),
        ("legend", "neuron"),
        (
            "caption",
            "No optimizer in this scenario: every weight stays as it is for the next batch.",
        ),
    ],
)
def test_that_each_kind_of_word_can_be_left_out(word, lost, qapp):
    words = [
        {e.text for e in ElementTree.fromstring(svg_bytes(given)).iter(f"{NS}text")}
        for given in (job(), job(**{word: False}))
    ]
    assert lost in words[0]
    assert lost not in words[1]
    assert "57.8" in words[1]


@pytest.mark.parametrize("picture", SHAPES)
def test_that_nothing_leaves_the_picture_without_words(picture, qapp):
    bare = job(picture, title=False, labels=False, legend=False, caption=False)
    for given in (job(picture), bare):
        scene = drawing_of(given, 1.0).scene
        boxes = [p for p in scene.parts if isinstance(p, Box)]
        assert all(p.y > -1 and p.y + p.height < scene.height + 1 for p in boxes)
        texts = [p for p in scene.parts if isinstance(p, Text)]
        assert all(0 < p.y < scene.height and 0 <= p.x <= scene.width for p in texts)


# -- hostile numbers and words ---------------------------------------------------------
def test_that_numbers_that_are_none_leave_a_file_that_reads(qapp):
    parts = []
    for bad in BAD:
        clip = (0.0, 0.0, 10.0, 10.0)
        parts += [
            Strokes(np.array([[bad, 1, 2, 3], [1, 2, 3, 4]]), "#ff0000", 1.0, True),
            Circle(bad, 1, 2, "#00ff00"), Circle(1, 2, bad, "#00ff00"),
            Box(1, bad, 3, 4, ("#000000", "#ffffff")), Box(1, 2, bad, 4, "#44ff0000"),
            Text(1, bad, "x", 12, "#000000"), Text(1, 2, "x", 12, "#000000", room=bad),
            Arrow(bad, 1, 2, "#000000"), Arrow(1, 1, bad, "#000000"),
            Line((np.array([[0.0, 1.0], [bad, 2.0]]),), "#000000", 1.0, False, clip),
        ]  # fmt: skip
    text = svg_text(Scene(10, 10, "#ffffff", tuple(parts)), ("10", "10"), {"title": "a"})
    ElementTree.fromstring(text)
    assert not re.search(r"nan|inf|e\+", text)


def test_that_words_cannot_break_the_file(qapp):
    text = "a<b>&amp;\"'\0\x07\ud800\ufffe]]>é\u0302"
    parts = (Text(5, 5, text, 12, "#000000"),)
    svg = svg_text(Scene(10, 10, "#ffffff", parts), ("10", "10"), {"desc": text})
    root = ElementTree.fromstring(svg.encode())
    assert root.find(f"{NS}text").text == "a<b>&amp;\"']]>é\u0302"
    assert root.find(f"{NS}desc").text == "a<b>&amp;\"']]>é\u0302"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.001, "0"), (1.0, "1"), (1.239, "1.24"), (-12.50, "-12.5"), (1e300, "1000000")],
)
def test_that_numbers_are_short_and_plain(value, text):
    assert number(value) == text


# -- the same again --------------------------------------------------------------------
@pytest.mark.parametrize("make", [svg_bytes, pdf_bytes])
def test_that_the_same_job_gives_the_same_bytes(make, qapp):
    assert make(job("spread")) == make(job("spread"))
    assert make(job("graph")) != make(job("graph", "2:end"))
