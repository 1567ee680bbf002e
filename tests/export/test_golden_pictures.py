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
    "bnsim export article --picture microscope --at 1:scale:1 --size 480x420 -o {}/microscope.png",
    "bnsim export article-before --picture formula --at 2:normalize:1 --sample 1 --neuron 1:1"
    " --size 480x300 -o {}/formula.png",
    "bnsim export three-numbers --picture geometry --at 1:backward:1 --theme dark --size 480x400"
    " -o {}/geometry.png",
    "bnsim export article --picture matrix --at 1:normalize:1 --size 480x400 -o {}/matrix.png",
    "bnsim export article --picture backward --at 1:backward:1 --theme print --neuron 1:3"
    " --size 640x460 -o {}/backward.png",
    "bnsim export article --picture gradients --at 1:end --size 480x320 -o {}/gradients.png",
    "bnsim export article --picture running --at 4:end --size 480x320 -o {}/running.png",
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
