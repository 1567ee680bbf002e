"""Every file that is shipped is found and can be read."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bnsim.files.locate import resource, scenario_names, scenario_path

ICONS = (
    "check-dark check-light chevron-down-dark chevron-down-light "
    "moon pause play skip-back step-back step-forward sun"
)
# What the screen writes. Inter has no nabla, circled operators or superscript T.
LETTERS = "xyŷγβμσεηδθλαΔ\u0302√×−·÷±≈≠≤≥∞→←↑↓∑Σ∂²³⁻₀₁₂₃₄₅₆₇₈₉…–—•′0123456789.,:()=+"


@pytest.mark.parametrize("name", ICONS.split())
def test_that_the_icon_is_a_line_drawing_of_24_units(name):
    root = ElementTree.fromstring(resource("icons", f"{name}.svg").read_bytes())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("viewBox") == "0 0 24 24"
    colored = name.startswith(("chevron-down", "check"))  # a style sheet cannot tint a picture
    assert (root.get("stroke") == "currentColor") != colored


def test_that_no_icon_is_shipped_unlisted():
    assert sorted(p.stem for p in resource("icons").iterdir()) == sorted(ICONS.split())


@pytest.mark.parametrize("weight", ["Regular", "SemiBold", "Bold"])
def test_that_the_font_has_every_letter_of_the_screen(qapp, weight):
    from PySide6.QtGui import QRawFont

    font = QRawFont(str(resource("fonts", f"Inter-{weight}.otf")), 16)
    assert font.familyName().startswith("Inter")
    assert [letter for letter in LETTERS if not font.supportsCharacter(ord(letter))] == []


@pytest.mark.parametrize("name", ["NOTICE.md", "INTER-OFL-1.1.txt", "LUCIDE-LICENSE.txt"])
def test_that_the_licence_texts_are_there(name):
    assert len(resource("legal", name).read_text(encoding="utf-8")) > 1000


def test_that_the_scenarios_of_the_first_hour_are_shipped():
    assert {"article", "cascade", "three-numbers"} <= set(scenario_names())


@pytest.mark.parametrize("name", scenario_names())
def test_that_the_scenario_loads(name):
    from bnsim.files.scenario_json import load

    assert load(scenario_path(name)).name
