"""``bnsim export``: a figure of a moment, drawn without a screen, or a whole set of them."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bnsim.commands.parsing import (
    Parser,
    add_lane,
    add_scenario,
    file_path,
    parser,
    say,
    scenario_of,
    whole_number,
)
from bnsim.commands.show_list import picture_rows
from bnsim.doctor import refusal
from bnsim.export.formats import ANIMATIONS, PRESETS, Extent, parse_size, pixels, preset
from bnsim.sim.errors import InputError
from bnsim.sim.phases import HELP

if TYPE_CHECKING:
    from bnsim.export.job import ExportJob, Options
    from bnsim.sim.schedule import Schedule
    from bnsim.sim.spec import Scenario

THEMES = ("light", "dark", "print")
UNITS = ("operation", "sample", "phase", "batch", "epoch")
DEFAULT_MOMENT = "1:end"
WORDS = ("title", "labels", "legend", "caption")

SUFFIXES = """\
The suffix of FILE chooses the format: .png .svg .pdf for one moment, .gif .mp4 for a
stretch of them, .csv .npz for the numbers behind the picture (counted from 0).
"""


def main(arguments: list[str]) -> int:
    """Draw and write one figure, or a set of them into a folder."""
    options = parser("export", SUFFIXES + HELP)
    add_scenario(options)
    _add_options(options)
    given = options.parse_args(arguments)
    given.out = Path(given.out) if given.all else _file(options, given.out)
    scenario = scenario_of(given.scenario)
    jobs = _set(given, scenario) if given.all else [_job(given, scenario)]
    # never a window on someone's screen, and none is needed
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    why_not = refusal()
    if why_not is not None:
        sys.stderr.write(why_not + "\n")
        return 2
    from bnsim.ui.figures import export_jobs

    export_jobs(jobs)
    if given.all:
        say(f"{len(jobs)} figures in {given.out}, listed in index.csv")
    return 0


def _file(options: Parser, text: str) -> Path:
    try:
        return file_path(text)
    except argparse.ArgumentTypeError as error:
        options.error(f"argument -o/--out: {error}")


def size(text: str) -> Extent:
    """A size in pixels, cm, mm or inches, for ``type=`` of the option."""
    try:
        extent = parse_size(text)
        pixels(extent, None)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return extent


def speed(text: str) -> float:
    """Frames a second, for ``type=`` of the option."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= 50:
        raise argparse.ArgumentTypeError(f"{text[:40]!a} is no number from 0.1 to 50")
    return value


def _add_options(options: Parser) -> None:
    dpi = partial(whole_number, low=10, high=1200)
    add = options.add_argument
    add("-o", "--out", metavar="FILE", required=True, help="the file to write")
    add("--all", action="store_true", help="a whole set of figures; -o names their folder")
    add("--picture", metavar="NAME", default="graph", help="one of `bnsim list`, default: graph")
    add("--at", metavar="MOMENT", help=f"default: {DEFAULT_MOMENT}")
    sizes = options.add_mutually_exclusive_group()
    sizes.add_argument("--size", metavar="WxH", type=size, help="1600x900, 8.5x6cm or 3.3x2.5in")
    sizes.add_argument("--preset", choices=PRESETS, help="1920x1080, 8.5 cm wide, or 1200x1200")
    add("--dpi", metavar="N", type=dpi, help="dots an inch, 10 to 1200; cm and in: 300")
    add("--theme", choices=THEMES, default="light", help="default: light")
    for word in WORDS:
        add(f"--no-{word}", dest=word, action="store_false", help=f"leave the {word} out")
    add("--neuron", metavar="L:N", default="1:1", help="layer and neuron, default: 1:1")
    add("--sample", metavar="N", help="a sample of the batch; default: that of the operation")
    add("--inference", action="store_true", help="the network at work, with running statistics")
    add("--until", metavar="MOMENT", help="the last moment of .gif, .mp4 and sheet")
    add("--unit", choices=UNITS, default="sample", help="of one frame to the next: sample")
    add("--fps", metavar="N", type=speed, default=2.0, help="frames a second, default: 2")
    add("--force", action="store_true", help="replace a file that exists")
    add_lane(options)


def _options(given: argparse.Namespace) -> Options:
    from bnsim.export.job import Options

    extent = given.size
    if given.preset:
        extent = preset(given.preset, given.picture, given.lane)
    try:
        found, dpi = pixels(extent, given.dpi) if extent else (None, given.dpi)
    except ValueError as error:
        raise InputError(f"{error}; change --size or --dpi.") from None
    return Options(found, dpi, given.theme, *(getattr(given, word) for word in WORDS))


def _job(given: argparse.Namespace, scenario: Scenario) -> ExportJob:
    from bnsim.export.job import ExportJob
    from bnsim.sim.moment import parse_moment

    _check_picture(given.picture)
    _check_until(given)
    at = DEFAULT_MOMENT if given.at is None else given.at
    schedule = _schedule(given, scenario)
    until = None if given.until is None else parse_moment(given.until, schedule, scenario.batches)
    start = "1:start" if until is not None and given.at is None else at
    return ExportJob(
        scenario,
        given.picture,
        parse_moment(start, schedule, scenario.batches),
        given.out,
        _options(given),
        given.lane,
        _neuron(given.neuron, scenario),
        until,
        given.unit,
        given.fps,
        given.force,
        given.inference,
        _sample(given.sample, scenario),
    )


def _neuron(text: str, scenario: Scenario) -> tuple[int, int]:
    """Layer and neuron from 0, of ``1:2`` counted from 1."""
    layer, _, unit = text.partition(":")
    layers = len(scenario.layers)
    place = _whole("--neuron: layer", layer, layers) - 1
    return place, _whole("--neuron: neuron", unit, scenario.layers[place].units) - 1


def _sample(text: str | None, scenario: Scenario) -> int | None:
    return None if text is None else _whole("--sample: sample", text, scenario.batch_size) - 1


def _whole(what: str, text: str, most: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    if not 1 <= number <= most:
        raise InputError(f"{what} {text[:40]!a} is none of 1 to {most}.")
    return number


def _set(given: argparse.Namespace, scenario: Scenario) -> list[ExportJob]:
    from bnsim.export.figure_set import figure_set

    return figure_set(scenario, given.out, _options(given), given.lane, given.force)


def _check_picture(name: str) -> None:
    names = [row[0] for row in picture_rows()]
    if name not in names:
        near = difflib.get_close_matches(name[:80], names, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise InputError(f"there is no picture {name[:80]!a}; {hint}Pictures: {', '.join(names)}.")


def _check_until(given: argparse.Namespace) -> None:
    lasts = given.out.suffix.lower() in ANIMATIONS or given.picture == "sheet"
    if given.until is not None and not lasts:
        raise InputError("--until is for .gif, .mp4 and --picture sheet; leave it out.")


def _schedule(given: argparse.Namespace, scenario: Scenario) -> Schedule:
    """The operations that moments count, those of training or of inference."""
    from bnsim.sim.run import inference_plan, plan_of
    from bnsim.sim.session import schedule_of

    if given.inference:
        inference_plan(plan_of(scenario, "with"))
    return schedule_of(scenario, not given.inference)
