"""Jobs and other programs that the tests of exports share."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from bnsim.export.job import ExportJob, Options
from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.offered import PICTURES, WINDOW
from bnsim.sim.moment import parse_moment
from bnsim.sim.session import schedule_of
from bnsim.sim.spec import Scenario

ROOT = Path(__file__).resolve().parents[2]
SHAPES = tuple(name for name, _ in PICTURES if name != WINDOW)


@cache
def scenario(name: str = "article") -> Scenario:
    return load(scenario_path(name))


def job(picture: str = "graph", at: str = "1:end", name: str = "article", path="x.png", **given):
    """A job; fields of the options may be given beside those of the job."""
    of_options = {key: given.pop(key) for key in list(given) if key in Options.__slots__}
    found = scenario(name)
    t = parse_moment(at, schedule_of(found), found.batches)
    return ExportJob(found, picture, t, Path(path), replace(Options(), **of_options), **given)


def no_window(_job):
    raise AssertionError("no window is needed")


def go_on(_done, _all):
    return True


def program(name: str) -> str:
    """A program that is not ours; the test is skipped without it."""
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def told(*command: str | Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=60, env=env
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rsvg(svg: Path, width: int, folder: Path) -> np.ndarray:
    """What librsvg makes of an SVG, with our letters and no others."""
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{ROOT / 'resources' / 'fonts'}</dir><cachedir>{folder / 'cache'}</cachedir>"
        "</fontconfig>"
    )
    out = folder / f"{svg.stem}-{width}.png"
    command = (program("rsvg-convert"), "-w", str(width), "--keep-aspect-ratio", svg, "-o", out)
    told(*command, env={"FONTCONFIG_FILE": str(config), "PATH": "/usr/bin:/bin"})
    return pixels(QImage(str(out)))


def poppler(pdf: Path, width: int) -> np.ndarray:
    """What poppler makes of a PDF."""
    out = pdf.with_name(f"{pdf.stem}-{width}")
    options = ("-png", "-singlefile", "-scale-to-x", str(width), "-scale-to-y", "-1")
    told(program("pdftoppm"), *options, pdf, out)
    return pixels(QImage(f"{out}.png"))


def pixels(image: QImage) -> np.ndarray:
    """Red, green and blue of every pixel."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return data[:, : image.width(), 2::-1].astype(int)


def differing(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels that a person would call another colour."""
    height = min(one.shape[0], other.shape[0])
    assert one.shape[1] == other.shape[1]
    assert abs(one.shape[0] - other.shape[0]) <= 5  # a page has whole points
    return float((np.abs(one[:height] - other[:height]).max(axis=2) > 64).mean())
