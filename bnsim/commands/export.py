"""``bnsim export``: a picture of a moment, drawn without a screen."""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bnsim.commands.parsing import (
    Parser,
    add_lane,
    add_scenario,
    parser,
    scenario_of,
    whole_number,
)
from bnsim.commands.show_list import picture_rows
from bnsim.doctor import refusal
from bnsim.sim.errors import InputError
from bnsim.sim.phases import HELP

if TYPE_CHECKING:
    from bnsim.sim.spec import Scenario

SIDE = (16, 10_000)
THEMES = ("light", "dark", "print")
DEFAULT_MOMENT = "1:end"


def main(arguments: list[str]) -> int:
    """Draw and write one picture."""
    options = parser("export", HELP)
    add_scenario(options)
    _add_options(options)
    given = options.parse_args(arguments)
    scenario = scenario_of(given.scenario)
    _check_picture(given.picture)
    t = _moment(given.at, scenario)
    # never a window on someone's screen, and none is needed
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    why_not = refusal()
    if why_not is not None:
        sys.stderr.write(why_not + "\n")
        return 2
    from bnsim.ui.figures import export_picture

    export_picture(
        scenario, given.picture, t, given.size, given.dpi, given.theme, given.out, given.lane
    )
    return 0


def size(text: str) -> tuple[int, int]:
    """WxH in pixels, for ``type=`` of the option."""
    match = re.fullmatch(r"([0-9]{1,6})[xX]([0-9]{1,6})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text[:40]!a} is no size; write WxH, such as 1600x900")
    width, height = int(match[1]), int(match[2])
    if not all(SIDE[0] <= side <= SIDE[1] for side in (width, height)):
        what = f"{width}x{height} is out of range"
        raise argparse.ArgumentTypeError(f"{what}; use {SIDE[0]} to {SIDE[1]:,} pixels a side")
    return width, height


def _add_options(options: Parser) -> None:
    dpi = partial(whole_number, low=10, high=1200)
    add = options.add_argument
    add("-o", "--out", metavar="FILE.png", type=Path, required=True, help="the file to write")
    add("--picture", metavar="NAME", default="graph", help="one of `bnsim list`, default: graph")
    add("--at", metavar="MOMENT", default=DEFAULT_MOMENT, help=f"default: {DEFAULT_MOMENT}")
    add("--size", metavar="WxH", type=size, help="pixels, 16 to 10,000 a side")
    add("--dpi", metavar="N", type=dpi, help="dots an inch that the file claims, 10 to 1200")
    add("--theme", choices=THEMES, default="light", help="default: light")
    add_lane(options)


def _check_picture(name: str) -> None:
    names = [row[0] for row in picture_rows()]
    if name not in names:
        near = difflib.get_close_matches(name[:80], names, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise InputError(f"there is no picture {name[:80]!a}; {hint}Pictures: {', '.join(names)}.")


def _moment(text: str, scenario: Scenario) -> int:
    from bnsim.sim.moment import parse_moment
    from bnsim.sim.session import schedule_of

    return parse_moment(text, schedule_of(scenario), scenario.batches)
