"""Pictures as they were when someone looked at them and found them right.

The shipped letters make them the same on every machine.  After a change that is meant to
be seen, run the command that a red test names, look at the picture, and commit it.
"""

import shlex
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from bnsim.__main__ import main

FOLDER = Path(__file__).parent / "golden"
COMMANDS = (
    "bnsim export article --picture graph --at 1:normalize --size 700x560 -o {}/graph.png",
    "bnsim export article --picture graph --at 1:arrive:1:2 --theme dark --lane with"
    " --size 700x330 -o {}/waiting.png",
    "bnsim export article --picture samples --at 2:end --size 480x320 -o {}/samples.png",
    "bnsim export article --picture spread --at 1:end --theme print --size 480x320"
    " -o {}/spread.png",
    "bnsim export cascade --picture loss --at 50:end --size 480x320 -o {}/loss.png",
)


def pixels(path: Path) -> np.ndarray:
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].astype(int)


@pytest.mark.parametrize("command", COMMANDS)
def test_that_the_picture_is_as_it_was_when_someone_looked(command: str, tmp_path: Path) -> None:
    assert main(shlex.split(command.format(tmp_path))[1:]) == 0
    (made,) = tmp_path.glob("*.png")
    kept = FOLDER / made.name
    old, new = pixels(kept), pixels(made)
    assert old.shape == new.shape
    off = (np.abs(old - new) > 32).mean()
    assert off <= 0.002, f"look at the new one: {command.format('tests/export/golden')} --force"
