from __future__ import annotations

from pathlib import Path

import pytest

from bnsim.views.fonts import load_fonts

FONTS = Path(__file__).resolve().parents[2] / "resources" / "fonts"


@pytest.fixture(autouse=True)
def letters(request):
    """The bundled letters, for tests that have an application."""
    if {"qtbot", "qapp"} & set(request.fixturenames):
        request.getfixturevalue("qapp")
        assert load_fonts(FONTS) == ()
