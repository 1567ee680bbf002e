"""The README says what is true: its picture is current, its commands run."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from bnsim.__main__ import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = ROOT / "resources" / "docs"
#: How the pictures were made; run it again when a test says that one is out of date.
MADE_BY = {
    "window.png": "bnsim export article -o {} --picture window --at 1:forward:2:1"
    " --size 1440x900 --force",
    "microscope.png": "bnsim export article -o {} --picture microscope --at 1:scale:1"
    " --size 760x560 --force",
}


def pixels(path: Path) -> np.ndarray:
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].astype(int)


def run(command: str) -> int:
    return main(shlex.split(command)[1:])


@pytest.mark.parametrize("name", MADE_BY)
def test_that_a_picture_is_what_the_program_draws(name: str, tmp_path: Path) -> None:
    made, command = tmp_path / name, MADE_BY[name]
    assert run(command.format(made)) == 0
    old, new = pixels(DOCS / name), pixels(made)
    assert old.shape == new.shape
    changed = (np.abs(old - new) > 32).mean()
    assert changed <= 0.002, f"make it again: {command.format(f'resources/docs/{name}')}"


def test_that_it_opens_with_one_sentence_one_picture_and_two_commands() -> None:
    first, picture, block, *_ = README.split("\n\n")
    assert first.count(". ") == 0
    assert picture.startswith("![")
    assert "sh resources/setup.sh && .venv/bin/bnsim " in block
    assert "sh resources/setup.sh && .venv/bin/pytest -q" in block


COMMANDS = re.findall(r"^bnsim (?:list|run|check|code|export|doctor)[^#\n]*", README, flags=re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_that_its_commands_run(command: str, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(command) == 0
    for name in re.findall(r"\S+\.(?:npz|png|pdf|gif|csv|py)", command):
        assert (tmp_path / name).stat().st_size > 1000
    capsys.readouterr()


def test_that_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target
