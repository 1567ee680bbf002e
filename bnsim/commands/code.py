"""``bnsim code``: the moment as a program of its own, in NumPy or PyTorch."""

from __future__ import annotations

import sys
from pathlib import Path

from bnsim.commands.parsing import add_scenario, file_path, parser, say, scenario_of
from bnsim.sim.errors import InputError
from bnsim.sim.phases import HELP

DEFAULT_MOMENT = "1:end"


def main(arguments: list[str]) -> int:
    """Print the program, or write it into a file."""
    options = parser("code", HELP)
    add_scenario(options)
    add = options.add_argument
    add("--at", metavar="MOMENT", default=DEFAULT_MOMENT, help=f"default: {DEFAULT_MOMENT}")
    add("--lane", choices=("without", "with"), default="with", help="default: with")
    add("--torch", action="store_true", help="PyTorch in place of NumPy")
    add("-o", "--out", metavar="FILE", type=file_path, help=".py or .ipynb; default: print it")
    add("--force", action="store_true", help="replace a file that exists")
    given = options.parse_args(arguments)
    scenario = scenario_of(given.scenario)
    from bnsim.pictures.program.languages import program_of
    from bnsim.sim.moment import parse_moment
    from bnsim.sim.session import schedule_of

    t = parse_moment(given.at, schedule_of(scenario), scenario.batches)
    program = program_of("torch" if given.torch else "numpy", scenario, given.lane, t)
    if given.out is None:
        sys.stdout.write(program.text)
        return 0
    _write(given.out, given.force, program)
    say(f"{given.out}")
    return 0


def _write(path: Path, force: bool, program: object) -> None:
    from bnsim.files.atomic import write_bytes
    from bnsim.pictures.program.languages import FILES, program_bytes

    if path.suffix not in FILES:
        raise InputError(f"cannot write {str(path)!r}: use {' or '.join(FILES)}.")
    if path.exists() and not force:
        raise InputError(f"{str(path)!r} exists; choose another name or use --force.")
    write_bytes(path, program_bytes(program, path.suffix))  # type: ignore[arg-type]
