"""What all commands share: a parser that says one line, sizes and moments, scenarios.

Nothing here imports NumPy or Qt until a scenario is asked for, so that ``--help`` answers
at once and on any machine.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bnsim.sim.errors import InputError

if TYPE_CHECKING:
    from bnsim.sim.spec import Scenario

COMMANDS = {
    "list": "scenarios, pictures, phases and file formats",
    "run": "compute batches and print or write their numbers",
    "check": "compare every derivative with finite differences and PyTorch",
    "code": "write a moment as a NumPy or PyTorch program of its own",
    "export": "draw a picture of a moment into a file",
    "open": "open the window at the moment that a figure shows",
    "doctor": "look for what this machine lacks",
}
LANE_CHOICES = ("without", "with", "both")


class Parser(argparse.ArgumentParser):
    """Usage errors are bad input: one line, exit status 2."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage."""
        raise InputError(f"{message}; see `{self.prog} --help`.")


def parser(command: str, epilog: str = "") -> Parser:
    """The parser of one command."""
    description = f"{COMMANDS[command][0].upper()}{COMMANDS[command][1:]}."
    return Parser(
        prog=f"bnsim {command}",
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_scenario(to: Parser) -> None:
    """The positional SCENARIO."""
    to.add_argument("scenario", metavar="SCENARIO", help="a file, or a name of `bnsim list`")


def add_lane(to: Parser) -> None:
    """The option --lane."""
    to.add_argument("--lane", choices=LANE_CHOICES, default="both", help="default: both")


def whole_number(text: str, low: int, high: int) -> int:
    """A whole number in a range, for ``type=`` of an option."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and low <= int(text) <= high):
        raise argparse.ArgumentTypeError(f"{text[:40]!a} is no number from {low:,} to {high:,}")
    return int(text)


def file_path(text: str) -> Path:
    """A file to write, for ``type=`` of an option: a path that ends as a folder is refused."""
    if text.endswith(("/", os.sep)):
        raise argparse.ArgumentTypeError(f"{text[-80:]!a} is a folder; give the path of a file")
    return Path(text)


def scenario_of(text: str, also: tuple[str, ...] = ()) -> Scenario:
    """The scenario of a path or a shipped name; ``./article`` is a file, ``article`` a name.

    Raises
    ------
    InputError
        When there is neither; ``also`` are further words that may have been meant.
    """
    from bnsim.files.locate import scenario_names, scenario_path
    from bnsim.files.scenario_json import load

    names = scenario_names()
    if text in names:
        return load(scenario_path(text))
    if _is_path(text):
        return load(text)
    near = difflib.get_close_matches(text[:80], (*names, *also), n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise InputError(
        f"there is no scenario or file {text[:80]!a}; {hint}Scenarios: {', '.join(names)}."
    )


def _is_path(text: str) -> bool:
    """A separator or a suffix makes it a path; so does a file of that name."""
    return any(mark in text for mark in "/\\.") or os.path.exists(text)


def say(text: str) -> None:
    """Write a line to the standard output."""
    sys.stdout.write(text + "\n")
